package io.flowlog.agent.flow;

import java.util.Arrays;

/**
 * Where one logging port's packets are counted that get no entry of their own: exact sums per
 * direction, verdict, protocol and destination port, and once there are {@link #EXACT_MAX} of
 * those, per direction, verdict and protocol.
 *
 * <p>Owned by one {@link ConnectionTable}, cleared at each cut.
 */
final class OverflowRows {
  /** Rows with a destination port. */
  static final int EXACT_MAX = 256;

  /** {@link #destinationPort} of a row that stands for all further ones. */
  static final int ANY_PORT = -1;

  /** One bit more than ports have. */
  private static final int PORT_MASK = 0x1ffff;

  /** Every direction, verdict and protocol may have a row without a port. */
  private static final int ROWS_MAX = EXACT_MAX + 2 * 3 * 256;

  private static final int DROPPED = 1 << 27;

  /** As many as a 12-bit hash names. */
  private static final int SLOTS = 4096;

  private final short[] slots = new short[SLOTS];
  private final int[] keys = new int[ROWS_MAX];
  private final long[] firstNs = new long[ROWS_MAX];
  private final long[] lastNs = new long[ROWS_MAX];
  private final long[] packets = new long[ROWS_MAX];
  private final long[] bytes = new long[ROWS_MAX];
  private final int[] dropPoints = new int[ROWS_MAX];
  private int rows;
  private int exactRows;

  /** Counts packets of one direction, protocol and destination port. */
  void add(int direction, int protocol, int destinationPort, SideCounts added) {
    int verdict = added.dropPoint == 0 ? 0 : DROPPED;
    int row = reach(verdict | key(direction, protocol, destinationPort));
    firstNs[row] = Math.min(firstNs[row], added.firstNs);
    lastNs[row] = Math.max(lastNs[row], added.lastNs);
    packets[row] += added.packets;
    bytes[row] += added.bytes;
    dropPoints[row] = added.dropPoint;
  }

  /** Takes packets off those that were not dropped; there may be fewer so far. */
  void takeOff(int direction, int protocol, int destinationPort, SideCounts dropped) {
    int row = reach(key(direction, protocol, destinationPort));
    packets[row] -= dropped.packets;
    bytes[row] -= dropped.bytes;
  }

  private int reach(int exactKey) {
    int key = exactKey;
    int row = find(key);
    if (row < 0 && exactRows == EXACT_MAX) {
      key = exactKey | PORT_MASK;
      row = find(key);
    }
    return row < 0 ? create(key) : row;
  }

  private static int key(int direction, int protocol, int destinationPort) {
    return direction << 25 | protocol << 17 | (destinationPort & PORT_MASK);
  }

  private int find(int key) {
    int slot = slot(key);
    while (slots[slot] != 0) {
      if (keys[slots[slot] - 1] == key) {
        return slots[slot] - 1;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    return -1;
  }

  private int create(int key) {
    int slot = slot(key);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    int row = rows++;
    slots[slot] = (short) rows;
    keys[row] = key;
    firstNs[row] = Long.MAX_VALUE;
    lastNs[row] = Long.MIN_VALUE;
    packets[row] = 0;
    bytes[row] = 0;
    dropPoints[row] = 0;
    if ((key & PORT_MASK) != (ANY_PORT & PORT_MASK)) {
      exactRows++;
    }
    return row;
  }

  /** The rows are few and bounded, so whoever steers them into one run of slots gains nothing. */
  private static int slot(int key) {
    return (key * 0x9e37_79b1) >>> 20;
  }

  /** Returns the number of rows. */
  int size() {
    return rows;
  }

  /** Returns the ordinal of a row's direction. */
  int direction(int row) {
    return keys[row] >>> 25 & 3;
  }

  /** Returns a row's IP protocol. */
  int protocol(int row) {
    return keys[row] >>> 17 & 0xff;
  }

  /** Returns a row's destination port, or {@link #ANY_PORT}. */
  int destinationPort(int row) {
    int port = keys[row] & PORT_MASK;
    return port == (ANY_PORT & PORT_MASK) ? ANY_PORT : port;
  }

  /** Returns the time of a row's first packet. */
  long firstNs(int row) {
    return firstNs[row];
  }

  /** Returns the time of a row's last packet. */
  long lastNs(int row) {
    return lastNs[row];
  }

  /** Returns the number of a row's last drop reason, 0 of packets that were not dropped. */
  int dropPoint(int row) {
    return dropPoints[row];
  }

  /** Returns a row's packets; none or fewer when more were dropped than seen. */
  long packets(int row) {
    return packets[row];
  }

  /** Returns a row's IP bytes. */
  long bytes(int row) {
    return bytes[row];
  }

  /** Forgets all rows. */
  void clear() {
    Arrays.fill(slots, (short) 0);
    rows = 0;
    exactRows = 0;
  }
}
