package io.flowlog.agent.record;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.Icmp;
import io.flowlog.agent.flow.KeyedHash;
import io.flowlog.agent.flow.TcpState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Adds up rows that are the same row to a reader: of one slice, when they differ in their VLAN or
 * ICMP type only; of several slices, when an interval is made of them.
 *
 * <p>Owned by whoever makes it. Grows with the rows that differ and is emptied by {@link #drain}.
 */
/*
 * Rows are the same that agree in audience, port, 5-tuple, direction, verdict and, where it is
 * known, ICMP type and code, and what their packets carry behind an address translation. Counts
 * and flags add up; first and last come from rows with packets; where the connection stands (TCP
 * state, end, set-up, opener, expiry) comes from the latest row.
 * A row without packets is there for that alone: it says where a connection stands whose other
 * side went on.
 *
 * Rows of IP version 0 are of no single flow. Without packets they are losses of a port, and their
 * counts of lost packets add up; those of a part of the interval keep their own times. With packets
 * they are folded ones, the same when direction, verdict, protocol and destination port are.
 */
public final class RowMerger {
  private static final int INDEX_MIN = 256;

  /** Four million rows; the array doubles on the way, and its copy must fit the heap beside it. */
  private static final int BYTES_FULL = 1 << 28;

  /** Behind each row that is kept: the time as of which it says where its connection stands. */
  private static final int AS_OF_BYTES = Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final KeyedHash hash;
  private final int bytesFull;
  private final FlowRecord kept = new FlowRecord();
  private byte[] data = new byte[0];
  private int usedBytes;

  /** Offset of a row plus one, 0 for none. */
  private int[] index = new int[0];

  private int rows;
  private long sliceStartNs = Long.MIN_VALUE;

  /** Makes a merger. */
  public RowMerger(long hashSeed) {
    this(hashSeed, BYTES_FULL);
  }

  /** Makes a merger that is full when its rows take so many bytes. */
  public RowMerger(long hashSeed, int bytesFull) {
    this.bytesFull = bytesFull;
    hash = new KeyedHash(hashSeed);
  }

  /**
   * Tells whether it is time to drain, lest a flood of different rows take the heap. A row that
   * comes again behind that stands twice in the interval, exact in sum.
   */
  public boolean isFull() {
    return usedBytes >= bytesFull;
  }

  /** Returns how many bytes are taken. */
  public long usedBytes() {
    return data.length + (long) index.length * Integer.BYTES;
  }

  /** Says that the rows that follow are of a later slice than all before. */
  public void startSlice(long startNs) {
    sliceStartNs = startNs;
  }

  /**
   * Returns a hash under which all rows meet that may be the same, whatever their audience; a
   * logger that does not split ICMP needs {@link FlowRecord#forgetIcmp} before. What packets carry
   * behind an address translation is not in it.
   */
  public static long hashOf(FlowRecord row, KeyedHash hash) {
    long icmp =
        (row.known() & FlowRecord.ICMP_KNOWN) == 0 ? 0 : 1 + row.icmpType() * 256L + row.icmpCode();
    long about =
        (long) row.portIndex() << 32
            | (long) row.protocol() << 24
            | (long) row.ipVersion() << 20
            | (long) row.verdict() << 18
            | (long) row.direction() << 16;
    long ports = icmp << 32 | (long) row.sourcePort() << 16 | row.destinationPort();
    return hash.of(addresses(row, hash), hash.of(about, ports));
  }

  private static long addresses(FlowRecord row, KeyedHash hash) {
    return switch (row.ipVersion()) {
      case 4 -> (long) row.source4() << 32 | (row.destination4() & 0xffff_ffffL);
      case 6 ->
          hash.of(
              hash.of(row.source6High(), row.source6Low()),
              hash.of(row.destination6High(), row.destination6Low()));
      default -> 0;
    };
  }

  /** Takes a row; it is the caller's again. */
  public void add(FlowRecord row) {
    if (rows * 2 >= index.length) {
      growIndex();
    }
    int slot = find(row);
    if (index[slot] == 0) {
      append(row, slot);
    } else {
      merge(row, index[slot] - 1);
    }
  }

  /** Returns the slot of the row that is the same as another. */
  private int find(FlowRecord row) {
    int slot = slot(row);
    while (index[slot] != 0) {
      kept.at(data, index[slot] - 1);
      if (isSame(kept, row)) {
        return slot;
      }
      slot = (slot + 1) & (index.length - 1);
    }
    return slot;
  }

  private int slot(FlowRecord row) {
    // The lower bits may have chosen the rows that come here.
    return (int) (hashOf(row, hash) >>> 32) & (index.length - 1);
  }

  private static boolean isSame(FlowRecord one, FlowRecord other) {
    return one.portIndex() == other.portIndex()
        && one.ipVersion() == other.ipVersion()
        && one.audience() == other.audience()
        && one.protocol() == other.protocol()
        && one.direction() == other.direction()
        && one.verdict() == other.verdict()
        && one.sourcePort() == other.sourcePort()
        && one.destinationPort() == other.destinationPort()
        && (one.ipVersion() == 0 ? isSameOfNoFlow(one, other) : isSameOfFlow(one, other));
  }

  private static boolean isSameOfFlow(FlowRecord one, FlowRecord other) {
    boolean known = (one.known() & FlowRecord.ICMP_KNOWN) != 0;
    boolean otherKnown = (other.known() & FlowRecord.ICMP_KNOWN) != 0;
    return known == otherKnown
        && (!known || (one.icmpType() == other.icmpType() && one.icmpCode() == other.icmpCode()))
        && one.hasSameAddresses(other);
  }

  private static boolean isSameOfNoFlow(FlowRecord one, FlowRecord other) {
    boolean wholeOrFolded = (one.known() & FlowRecord.OF_WHOLE_INTERVAL) != 0 || one.packets() != 0;
    return one.known() == other.known()
        && one.status() == other.status()
        && one.hasTraffic() == other.hasTraffic()
        && (wholeOrFolded || (one.firstNs() == other.firstNs() && one.lastNs() == other.lastNs()));
  }

  private void append(FlowRecord row, int slot) {
    int length = row.rowBytes() + AS_OF_BYTES;
    if (usedBytes + length > data.length) {
      data = Arrays.copyOf(data, Math.max(INDEX_MIN * length, data.length * 2));
    }
    row.copyTo(data, usedBytes);
    LONG.set(data, usedBytes + length - AS_OF_BYTES, asOfNs(row));
    index[slot] = usedBytes + 1;
    usedBytes += length;
    rows++;
  }

  /** A packet may be older than the slice that it is counted in; its row's news are not. */
  private long asOfNs(FlowRecord row) {
    return Math.max(row.lastNs(), sliceStartNs);
  }

  private void merge(FlowRecord added, int offset) {
    boolean silent = added.packets() == 0;
    if (!added.hasTraffic()) {
      mergeLoss(added);
      return;
    }
    if (silent && Icmp.is(added.protocol()) && (added.known() & FlowRecord.ICMP_KNOWN) == 0) {
      // It is of one type of many, and who asks with that type does not ask with all.
      return;
    }
    mergeState(added, offset + kept.rowBytes());
    if (!silent) {
      mergeCounts(added);
    }
  }

  private void mergeLoss(FlowRecord added) {
    boolean known = kept.lostPackets() >= 0 && added.lostPackets() >= 0;
    kept.lostPackets(known ? kept.lostPackets() + added.lostPackets() : FlowRecord.UNKNOWN)
        .times(Math.min(kept.firstNs(), added.firstNs()), Math.max(kept.lastNs(), added.lastNs()));
  }

  private void mergeState(FlowRecord added, int asOfOffset) {
    long asOfNs = asOfNs(added);
    if (asOfNs >= (long) LONG.get(data, asOfOffset)) {
      LONG.set(data, asOfOffset, asOfNs);
      kept.tcp(kept.tcpFlag(), kept.tcpFlagsAll(), added.tcpState(), added.endReason())
          .protocol(kept.protocol(), added.known())
          .setupUs(added.setupUs())
          .expiresNs(added.expiresNs());
    }
  }

  private void mergeCounts(FlowRecord added) {
    boolean first = kept.packets() == 0;
    if (first || added.lastNs() >= kept.lastNs()) {
      kept.dropPoint(added.dropPoint());
    }
    kept.tcp(
            kept.tcpFlag() | added.tcpFlag(),
            kept.tcpFlagsAll() | added.tcpFlagsAll(),
            kept.tcpState(),
            kept.endReason())
        .times(
            first ? added.firstNs() : Math.min(kept.firstNs(), added.firstNs()),
            first ? added.lastNs() : Math.max(kept.lastNs(), added.lastNs()))
        .counts(kept.packets() + added.packets(), kept.bytes() + added.bytes());
  }

  private void growIndex() {
    index = new int[Math.max(INDEX_MIN, index.length * 2)];
    for (int offset = 0; offset < usedBytes; offset += kept.rowBytes() + AS_OF_BYTES) {
      kept.at(data, offset);
      int slot = slot(kept);
      while (index[slot] != 0) {
        slot = (slot + 1) & (index.length - 1);
      }
      index[slot] = offset + 1;
    }
  }

  /** Hands over all rows, those without packets too, and forgets them. */
  public void drain(RowTaker taker) {
    drain(Long.MIN_VALUE, taker);
  }

  /**
   * Hands over the rows of an interval that is over, and forgets them: as of its end, and without
   * those that only say where a connection stands.
   */
  public void drainSettled(long endNs, RowTaker taker) {
    drain(
        endNs,
        (bytes, offset, length) -> {
          kept.at(bytes, offset);
          if (kept.packets() != 0 || !kept.hasTraffic()) {
            taker.take(bytes, offset, length);
          }
        });
  }

  private void drain(long asOfNs, RowTaker taker) {
    for (int offset = 0, length = 0; offset < usedBytes; offset += length + AS_OF_BYTES) {
      kept.at(data, offset);
      length = kept.rowBytes();
      settle(kept, asOfNs);
      taker.take(data, offset, length);
    }
    data = new byte[0];
    index = new int[0];
    usedBytes = 0;
    rows = 0;
    sliceStartNs = Long.MIN_VALUE;
  }

  /** Describes a row as of a time: its connection may have timed out until then. */
  public static void settle(FlowRecord row, long asOfNs) {
    if (row.ipVersion() == 0 || row.expiresNs() >= asOfNs) {
      return;
    }
    boolean over = row.tcpState() == TcpState.TIME_WAIT.ordinal();
    boolean ended = row.endReason() != EndReason.NONE.ordinal();
    row.tcp(
        row.tcpFlag(),
        row.tcpFlagsAll(),
        over ? TcpState.CLOSED.ordinal() : row.tcpState(),
        ended ? row.endReason() : EndReason.TIMEOUT.ordinal());
  }

  /** Takes a merged row. */
  @FunctionalInterface
  public interface RowTaker {
    /** Uses the row before it returns. */
    void take(byte[] data, int offset, int length);
  }
}
