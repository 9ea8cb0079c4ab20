package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.ByteBuffer;
import java.sql.Timestamp;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapHandle.BlockingMode;
import org.pcap4j.core.PcapHandle.TimestampPrecision;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.RawPacketListener;

/**
 * A network interface captured by libpcap, for hosts where a ring of our own cannot be had; owned
 * by one capture worker.
 */
public final class LiveInterfaceSource implements CaptureSource {
  private static final int SNAPLEN = 65_535;
  private static final int KERNEL_BUFFER_BYTES = 16 << 20;

  /** How long the kernel gathers frames before it hands them over. */
  private static final int GATHERING_MS = 50;

  private static final long PAUSE_NS = 10_000_000;

  private static final int NO_SUCH_DEVICE = -5;
  private static final int PERMISSION_DENIED = -8;
  private static final int INTERFACE_DOWN = -9;
  private static final int PROMISCUOUS_DENIED = -11;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final String interfaceName;
  private final PcapHandle handle;
  private final CounterSet counters;
  private final int portIndex;
  private final Frame frame = new Frame();
  private int frames;
  private long frameBytes;
  private long droppedFrames;
  private @Nullable RuntimeException handlerFailure;

  private LiveInterfaceSource(
      String interfaceName, PcapHandle handle, int portIndex, CounterSet counters) {
    this.interfaceName = interfaceName;
    this.handle = handle;
    this.portIndex = portIndex;
    this.counters = counters;
    frame.buffer = ByteBuffer.allocateDirect(SNAPLEN);
  }

  /**
   * Begins to capture, promiscuously and with nanosecond times where the system offers them.
   *
   * @param portIndex the logging port behind the interface, or {@link Frame#NO_PORT}
   */
  public static LiveInterfaceSource open(String interfaceName, int portIndex, CounterSet counters)
      throws LibPcapException {
    LiveInterfaceSource source;
    try {
      PcapHandle handle = activate(interfaceName);
      source = new LiveInterfaceSource(interfaceName, handle, portIndex, counters);
    } catch (PcapNativeException e) {
      throw new LibPcapException(
          "interface " + interfaceName + ": " + problemOf(e, interfaceName), e);
    } catch (LinkageError e) {
      throw LibPcapException.missing(e);
    }
    source.readLinkType();
    return source;
  }

  private static PcapHandle activate(String interfaceName) throws PcapNativeException {
    PcapHandle handle =
        new PcapHandle.Builder(interfaceName)
            .snaplen(SNAPLEN)
            .promiscuousMode(PromiscuousMode.PROMISCUOUS)
            .timeoutMillis(GATHERING_MS)
            .bufferSize(KERNEL_BUFFER_BYTES)
            .timestampPrecision(TimestampPrecision.NANO)
            .build();
    try {
      // otherwise a quiet interface blocks for ever: the time-out is not for reading
      handle.setBlockingMode(BlockingMode.NONBLOCKING);
    } catch (NotOpenException e) {
      throw new IllegalStateException(e);
    }
    return handle;
  }

  private static String problemOf(PcapNativeException failure, String interfaceName) {
    Integer code = failure.getReturnCode();
    return switch (code == null ? 0 : code) {
      case NO_SUCH_DEVICE -> "no such interface: see 'ip link'";
      case PERMISSION_DENIED, PROMISCUOUS_DENIED ->
          "no permission to capture: run as root or with CAP_NET_RAW";
      case INTERFACE_DOWN -> "it is down: ip link set " + interfaceName + " up";
      default -> "libpcap says: " + failure.getMessage();
    };
  }

  private void readLinkType() throws LibPcapException {
    int number = handle.getDlt().value();
    @Nullable LinkType linkType = LinkType.ofNumber(number);
    if (linkType == null) {
      close();
      throw new LibPcapException(
          "interface "
              + interfaceName
              + ": link type "
              + number
              + " is not readable: "
              + ReadableLinkTypes.TEXT);
    }
    frame.linkType = linkType;
  }

  /**
   * Takes what is ready; if nothing is, looks a second time after 10 ms, so that no worker spins.
   */
  @Override
  public int poll(FrameHandler handler, int frameLimit) throws LibPcapException {
    if (frameLimit <= 0 || !handle.isOpen()) {
      return 0;
    }
    int ready = dispatch(handler, frameLimit);
    if (ready > 0) {
      return ready;
    }
    LockSupport.parkNanos(PAUSE_NS);
    return dispatch(handler, frameLimit);
  }

  private int dispatch(FrameHandler handler, int frameLimit) throws LibPcapException {
    frames = 0;
    frameBytes = 0;
    try {
      RawPacketListener listener = bytes -> deliver(handler, bytes);
      handle.dispatch(frameLimit, listener);
    } catch (PcapNativeException e) {
      throw new LibPcapException(
          "interface " + interfaceName + ": libpcap says: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (NotOpenException e) {
      throw new IllegalStateException(e);
    } finally {
      counters.add(AgentCounter.FRAMES, frames);
      counters.add(AgentCounter.FRAME_BYTES, frameBytes);
    }
    rethrowHandlerFailure();
    return frames;
  }

  /** Called back from native code, through which no exception may fly. */
  private void deliver(FrameHandler handler, byte[] bytes) {
    if (handlerFailure != null) {
      return;
    }
    Timestamp timestamp = handle.getTimestamp();
    long seconds = Math.floorDiv(timestamp.getTime(), 1000L);
    frame.timestampNs = Math.max(0, seconds * NANOS_PER_SECOND + timestamp.getNanos());
    frame.capturedBytes = Math.min(bytes.length, SNAPLEN);
    frame.buffer.put(0, bytes, 0, frame.capturedBytes);
    frame.wireBytes = handle.getOriginalLength();
    frame.portIndex = portIndex;
    frame.direction = Direction.UNKNOWN;
    frames++;
    frameBytes += frame.capturedBytes;
    try {
      handler.onFrame(frame);
    } catch (RuntimeException e) {
      handlerFailure = e;
    }
  }

  private void rethrowHandlerFailure() {
    RuntimeException failure = handlerFailure;
    if (failure != null) {
      handlerFailure = null;
      throw failure;
    }
  }

  /** Returns how many frames the kernel had no room for since the source was opened. */
  public long droppedFrames() throws LibPcapException {
    if (handle.isOpen()) {
      try {
        droppedFrames = handle.getStats().getNumPacketsDropped();
      } catch (PcapNativeException | NotOpenException e) {
        throw new LibPcapException(
            "interface " + interfaceName + ": no count of dropped frames: " + e.getMessage(), e);
      }
    }
    return droppedFrames;
  }

  /** Tells whether the source is closed: an interface has no end. */
  @Override
  public boolean isExhausted() {
    return !handle.isOpen();
  }

  @Override
  public void close() {
    handle.close();
  }
}
