package io.flowlog.agent.record;

import io.flowlog.agent.flow.KeyedHash;
import java.util.Arrays;

/**
 * Adds up rows that differ only in what a record does not show: VLAN, or the type of ICMP messages.
 *
 * <p>Owned by a {@link RecordBuilder}. Grows with the rows of one interval and is emptied by {@link
 * #drain}.
 */
public final class RowMerger {
  private static final int INDEX_MIN = 256;

  /** Four million rows; the array doubles on the way, and its copy must fit the heap beside it. */
  private static final int BYTES_FULL = 1 << 28;

  private final KeyedHash hash;
  private final int bytesFull;
  private final FlowRecord kept = new FlowRecord();
  private final FlowRecord added = new FlowRecord();
  private byte[] data = new byte[0];
  private int usedBytes;

  /** Offset of a row plus one, 0 for none. */
  private int[] index = new int[0];

  private int rows;

  RowMerger(long hashSeed) {
    this(hashSeed, BYTES_FULL);
  }

  /** Makes a merger that keeps so many bytes, and one row more at most. */
  RowMerger(long hashSeed, int bytesFull) {
    this.bytesFull = bytesFull;
    hash = new KeyedHash(hashSeed);
  }

  /**
   * Tells whether it is time to drain, lest a flood of different rows take the heap. A row that
   * comes again behind that stands twice in the interval, exact in sum.
   */
  boolean isFull() {
    return usedBytes >= bytesFull;
  }

  /** Takes a row that starts at the first byte of an array. */
  void add(byte[] row) {
    added.at(row, 0);
    if (rows * 2 >= index.length) {
      growIndex();
    }
    int slot = find();
    if (index[slot] == 0) {
      append(row, slot);
    } else {
      merge();
    }
  }

  void add(FlowRecord row) {
    byte[] copy = new byte[row.rowBytes()];
    row.copyTo(copy);
    add(copy);
  }

  static long keyHash(FlowRecord row, KeyedHash hash) {
    return hash.of(row.source6High(), (long) row.sourcePort() << 16 | row.destinationPort());
  }

  static void settle(FlowRecord row, long endNs) {
    if (row.expiresNs() < endNs && row.endReason() == 0) {
      row.tcp(row.tcpFlag(), row.tcpFlagsAll(), row.tcpState(), 3);
    }
  }

  /** Returns the slot of the row that equals the added one in all that a record shows. */
  private int find() {
    int slot = slot(added);
    while (index[slot] != 0) {
      kept.at(data, index[slot] - 1);
      if (isSame(kept, added)) {
        return slot;
      }
      slot = (slot + 1) & (index.length - 1);
    }
    return slot;
  }

  private int slot(FlowRecord row) {
    long about =
        (long) row.portIndex() << 32 | (long) row.protocol() << 24 | (long) row.direction() << 16;
    long ports = (long) row.sourcePort() << 16 | row.destinationPort();
    long addresses =
        row.ipVersion() == 6
            ? hash.of(
                hash.of(row.source6High(), row.source6Low()),
                hash.of(row.destination6High(), row.destination6Low()))
            : row.source6High();
    return (int) hash.of(addresses, hash.of(about, ports)) & (index.length - 1);
  }

  private static boolean isSame(FlowRecord one, FlowRecord other) {
    return one.portIndex() == other.portIndex()
        && one.ipVersion() == other.ipVersion()
        && one.protocol() == other.protocol()
        && one.direction() == other.direction()
        && one.verdict() == other.verdict()
        && one.sourcePort() == other.sourcePort()
        && one.destinationPort() == other.destinationPort()
        && isSameIcmp(one, other)
        && one.hasSameAddresses(other);
  }

  private static boolean isSameIcmp(FlowRecord one, FlowRecord other) {
    boolean known = (one.known() & FlowRecord.ICMP_KNOWN) != 0;
    boolean otherKnown = (other.known() & FlowRecord.ICMP_KNOWN) != 0;
    return known == otherKnown
        && (!known || (one.icmpType() == other.icmpType() && one.icmpCode() == other.icmpCode()));
  }

  private void append(byte[] row, int slot) {
    int length = added.rowBytes();
    if (usedBytes + length > data.length) {
      data = Arrays.copyOf(data, Math.max(INDEX_MIN * length, data.length * 2));
    }
    System.arraycopy(row, 0, data, usedBytes, length);
    index[slot] = usedBytes + 1;
    usedBytes += length;
    rows++;
  }

  private void merge() {
    int tcpFlag = kept.tcpFlag() | added.tcpFlag();
    int tcpFlagsAll = kept.tcpFlagsAll() | added.tcpFlagsAll();
    FlowRecord later = added.lastNs() >= kept.lastNs() ? added : kept;
    kept.tcp(tcpFlag, tcpFlagsAll, later.tcpState(), later.endReason())
        .protocol(kept.protocol(), later.known())
        .setupUs(later.setupUs())
        .expiresNs(later.expiresNs())
        .times(Math.min(kept.firstNs(), added.firstNs()), Math.max(kept.lastNs(), added.lastNs()))
        .counts(kept.packets() + added.packets(), kept.bytes() + added.bytes());
  }

  private void growIndex() {
    index = new int[Math.max(INDEX_MIN, index.length * 2)];
    for (int offset = 0; offset < usedBytes; offset += kept.rowBytes()) {
      kept.at(data, offset);
      int slot = slot(kept);
      while (index[slot] != 0) {
        slot = (slot + 1) & (index.length - 1);
      }
      index[slot] = offset + 1;
    }
  }

  /** Hands over all rows and forgets them. */
  void drain(RowTaker taker) {
    for (int offset = 0; offset < usedBytes; offset += kept.rowBytes()) {
      kept.at(data, offset);
      taker.take(data, offset, kept.rowBytes());
    }
    data = new byte[0];
    index = new int[0];
    usedBytes = 0;
    rows = 0;
  }

  /** Takes a merged row. */
  @FunctionalInterface
  public interface RowTaker {
    void take(byte[] data, int offset, int length);
  }
}
