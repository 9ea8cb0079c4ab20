package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.BpfProgram;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.namednumber.DataLinkType;

/**
 * Passes on only the frames that a libpcap filter expression matches; owned by the worker whose
 * frames it sees.
 *
 * <p>The expression is compiled for every framing, because a pcapng file may hold several. Where it
 * has no meaning (an Ethernet address in a raw IP capture) no frame matches.
 */
public final class BpfFilter implements FrameHandler, AutoCloseable {
  private static final int SNAPLEN = 262_144;

  /** Frames up to this length are copied into one array, which libpcap gets as a whole. */
  private static final int SCRATCH_BYTES = 2048;

  private final Map<LinkType, BpfProgram> programs;
  private final FrameHandler next;
  private final byte[] scratch = new byte[SCRATCH_BYTES];

  private BpfFilter(Map<LinkType, BpfProgram> programs, FrameHandler next) {
    this.programs = programs;
    this.next = next;
  }

  /**
   * Compiles an expression in the syntax of pcap-filter(7).
   *
   * @param linkType the framing for which the expression must have a meaning
   * @throws LibPcapException with libpcap's own words when it has none
   */
  public static BpfFilter compile(String expression, LinkType linkType, FrameHandler next)
      throws LibPcapException {
    Map<LinkType, BpfProgram> programs = new EnumMap<>(LinkType.class);
    try {
      programs.put(linkType, compileFor(linkType, expression));
      for (LinkType other : LinkType.values()) {
        if (other != linkType) {
          compileIfMeaningful(programs, other, expression);
        }
      }
    } catch (PcapNativeException e) {
      throw new LibPcapException(
          "filter '" + expression + "': " + e.getMessage() + ": see pcap-filter(7)", e);
    } catch (LinkageError e) {
      throw LibPcapException.missing(e);
    }
    return new BpfFilter(programs, next);
  }

  private static void compileIfMeaningful(
      Map<LinkType, BpfProgram> programs, LinkType linkType, String expression) {
    try {
      programs.put(linkType, compileFor(linkType, expression));
    } catch (PcapNativeException e) {
      programs.remove(linkType); // no meaning there: no frame matches
    }
  }

  private static BpfProgram compileFor(LinkType linkType, String expression)
      throws PcapNativeException {
    DataLinkType framing = DataLinkType.getInstance(dltOf(linkType));
    try (PcapHandle handle = Pcaps.openDead(framing, SNAPLEN)) {
      return handle.compileFilter(
          expression, BpfProgram.BpfCompileMode.OPTIMIZE, PcapHandle.PCAP_NETMASK_UNKNOWN);
    } catch (NotOpenException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns libpcap's DLT number on Linux. */
  private static int dltOf(LinkType linkType) {
    return switch (linkType) {
      case NULL -> 0;
      case ETHERNET -> 1;
      case PPP -> 9;
      case RAW -> 12;
      case LOOP -> 108;
      case LINUX_SLL -> 113;
      case LINUX_SLL2 -> 276;
    };
  }

  @Override
  public void onFrame(Frame frame) {
    @Nullable BpfProgram program = programs.get(frame.linkType);
    if (program == null) {
      return;
    }
    byte[] bytes = frame.capturedBytes <= SCRATCH_BYTES ? scratch : new byte[frame.capturedBytes];
    frame.buffer.get(frame.offset, bytes, 0, frame.capturedBytes);
    int wireBytes = (int) Math.min(frame.wireBytes, Integer.MAX_VALUE);
    if (program.applyFilter(bytes, wireBytes, frame.capturedBytes)) {
      next.onFrame(frame);
    }
  }

  @Override
  public void close() {
    programs.values().forEach(BpfProgram::free);
    programs.clear();
  }
}
