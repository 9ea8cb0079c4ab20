package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.OlderConnection;

/**
 * A few dozen decoded packets, eight words each: what the connection table looks up together, so
 * that the memory that they need is fetched at the same time.
 *
 * <p>Owned by one capture worker, which fills it through {@link FrameDecoder}, hands it to the
 * table and clears it. {@link PacketView} reads one packet by name.
 */
public final class PacketBatch {
  /** Words of one packet. */
  public static final int STRIDE = 8;

  /** Word offsets. */
  public static final int TIMESTAMP = 0;

  public static final int SOURCE_HIGH = 1;
  public static final int SOURCE_LOW = 2;
  public static final int DESTINATION_HIGH = 3;
  public static final int DESTINATION_LOW = 4;

  /**
   * What tells conversations of the same two addresses apart: source port (16 bits), destination
   * port (16), protocol (8), VLAN (12), IPv6 (1), logging port (11), from the highest bit down.
   * ICMP has its type and code in the place of the ports.
   */
  public static final int KEY = 5;

  /**
   * IP bytes (34 bits), packets (17), TCP flags (8), direction (2), fragment (2), from bit 0 up.
   */
  public static final int SIZE = 6;

  /**
   * TCP: the sequence number behind the last payload byte, and the acknowledgement number. Of a
   * fragment: its identification.
   */
  public static final int SEQUENCE = 7;

  /** The most logging ports that one worker serves. */
  public static final int PORTS_MAX = 1 << 11;

  /** Both "ports" of an ICMP packet whose type and code are not in the capture. */
  public static final int ICMP_UNKNOWN = 0xffff;

  static final int PORT_INDEX_MASK = PORTS_MAX - 1;
  static final int IPV6_SHIFT = 11;
  static final int VLAN_SHIFT = 12;
  static final int PROTOCOL_SHIFT = 24;
  static final int DESTINATION_PORT_SHIFT = 32;
  static final int SOURCE_PORT_SHIFT = 48;

  static final int PACKETS_SHIFT = 34;
  static final long BYTES_MASK = (1L << PACKETS_SHIFT) - 1;
  static final int PACKETS_MASK = (1 << 17) - 1;
  static final int TCP_FLAGS_SHIFT = 51;
  static final int DIRECTION_SHIFT = 59;
  static final int FRAGMENT_SHIFT = 61;

  /** Values of the fragment bits. */
  static final int WHOLE = 0;

  static final int FIRST_FRAGMENT = 1;
  static final int LATER_FRAGMENT = 2;

  private static final Direction[] DIRECTIONS = Direction.values();

  private final long[] words;
  private final int capacity;
  private int size;

  /** Makes an empty batch. */
  public PacketBatch(int capacity) {
    this.capacity = capacity;
    words = new long[capacity * STRIDE];
  }

  /** Returns the words of all packets. */
  public long[] words() {
    return words;
  }

  /** Returns the number of packets. */
  public int size() {
    return size;
  }

  /** Tells whether so many packets fit no more. */
  public boolean isShortOf(int packets) {
    return capacity - size < packets;
  }

  /** Forgets all packets. */
  public void clear() {
    size = 0;
  }

  /** Keeps the packet that was written behind the last one. */
  public void append() {
    size++;
  }

  /** Takes the last packet out again. */
  public void removeLast() {
    size--;
  }

  /** Says whose packet the last one is. */
  public void assignLast(int portIndex, Direction direction) {
    int base = (size - 1) * STRIDE;
    words[base + KEY] = (words[base + KEY] & ~(long) PORT_INDEX_MASK) | portIndex;
    words[base + SIZE] =
        (words[base + SIZE] & ~(3L << DIRECTION_SHIFT))
            | (long) direction.ordinal() << DIRECTION_SHIFT;
  }

  /** Appends the last packet a second time. */
  public void repeatLast() {
    System.arraycopy(words, (size - 1) * STRIDE, words, size * STRIDE, STRIDE);
    size++;
  }

  /** Replaces the layer 4 ports, for a fragment that learned them from its first one. */
  public void setPorts(int packet, long portsOfKey) {
    int at = packet * STRIDE + KEY;
    words[at] = (words[at] & 0xffff_ffffL) | portsOfKey;
  }

  /** Returns the key word of packets that somebody else has counted. */
  public static long keyOf(DropReport drop) {
    return (long) drop.sourcePort << SOURCE_PORT_SHIFT
        | (long) drop.destinationPort << DESTINATION_PORT_SHIFT
        | (long) drop.protocol << PROTOCOL_SHIFT
        | (long) drop.vlan << VLAN_SHIFT
        | (drop.ipv6 ? 1L << IPV6_SHIFT : 0)
        | drop.portIndex;
  }

  /** Returns the key of packets that the local side of a connection sends. */
  public static long keyOf(int portIndex, OlderConnection older) {
    return (long) older.localPort() << SOURCE_PORT_SHIFT
        | (long) older.remotePort() << DESTINATION_PORT_SHIFT
        | (long) older.protocol() << PROTOCOL_SHIFT
        | (older.ipv6() ? 1L << IPV6_SHIFT : 0)
        | portIndex;
  }

  /** Returns a size word of nothing that travels in a direction. */
  public static long sizeOf(Direction direction) {
    return (long) direction.ordinal() << DIRECTION_SHIFT;
  }

  /** Returns IP bytes on the wire, from a size word. */
  public static long bytesOf(long size) {
    return size & BYTES_MASK;
  }

  /** Returns packets on the wire, from a size word. */
  public static int packetsOf(long size) {
    return (int) (size >>> PACKETS_SHIFT) & PACKETS_MASK;
  }

  /** Returns the TCP flags, from a size word. */
  public static int tcpFlagsOf(long size) {
    return (int) (size >>> TCP_FLAGS_SHIFT) & 0xff;
  }

  /** Returns the direction, from a size word. */
  public static Direction directionOf(long size) {
    return DIRECTIONS[directionBitsOf(size)];
  }

  /** Returns the ordinal of the direction, from a size word. */
  public static int directionBitsOf(long size) {
    return (int) (size >>> DIRECTION_SHIFT) & 3;
  }

  /** Tells whether the packet is a fragment, first or later, from a size word. */
  public static boolean isFragment(long size) {
    return size >>> FRAGMENT_SHIFT != WHOLE;
  }

  /** Tells whether the packet is a fragment without a layer 4 header, from a size word. */
  public static boolean isLaterFragment(long size) {
    return size >>> FRAGMENT_SHIFT == LATER_FRAGMENT;
  }

  /** Returns the two ports in the place that they have in a key word. */
  public static long portsOf(long key) {
    return key & 0xffff_ffff_0000_0000L;
  }

  /** Returns the source port, or the ICMP type, from a key word. */
  public static int sourcePortOf(long key) {
    return (int) (key >>> SOURCE_PORT_SHIFT);
  }

  /** Returns the destination port, or the ICMP code, from a key word. */
  public static int destinationPortOf(long key) {
    return (int) (key >>> DESTINATION_PORT_SHIFT) & 0xffff;
  }

  /** Returns the key word of the opposite direction. */
  public static long reverse(long key) {
    long ports = ((key & 0xffff_0000_0000L) << 16) | (key >>> 16 & 0xffff_0000_0000L);
    return (key & 0xffff_ffffL) | ports;
  }

  /** Returns the IP protocol number, from a key word. */
  public static int protocolOf(long key) {
    return (int) (key >>> PROTOCOL_SHIFT) & 0xff;
  }

  /** Returns the outer VLAN, 0 for none, from a key word. */
  public static int vlanOf(long key) {
    return (int) (key >>> VLAN_SHIFT) & 0xfff;
  }

  /** Tells whether the addresses are IPv6, from a key word. */
  public static boolean isIpv6(long key) {
    return (key >>> IPV6_SHIFT & 1) != 0;
  }

  /** Returns the number of the logging port, from a key word. */
  public static int portIndexOf(long key) {
    return (int) key & PORT_INDEX_MASK;
  }
}
