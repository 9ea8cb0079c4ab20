package io.flowlog.agent.live;

/**
 * How much of something there was. Immutable.
 *
 * @param tcpFlags all that any packet had
 */
record Count(long packets, long bytes, int tcpFlags) {
  static final Count NOTHING = new Count(0, 0);

  private static final int ETHERTYPE_AT = 12;
  private static final int TAG_BYTES = 4;
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int FLAGS_AT = 13;
  private static final int TCP = 6;

  Count(long packets, long bytes) {
    this(packets, bytes, 0);
  }

  /** Counts a frame of Ethernet, without IP options, that is sent so many times. */
  static Count of(byte[] frame, int times) {
    int ip = ETHERTYPE_AT + 2;
    while (frame[ip - 2] == (byte) 0x81 || frame[ip - 2] == (byte) 0x88) {
      ip += TAG_BYTES;
    }
    boolean ipv6 = frame[ip] >>> 4 == 6;
    boolean tcp = frame[ip + (ipv6 ? 6 : 9)] == TCP;
    int flags = tcp ? frame[ip + (ipv6 ? IPV6_BYTES : IPV4_BYTES) + FLAGS_AT] & 0xff : 0;
    return new Count(times, (long) times * (frame.length - ip), flags);
  }

  Count plus(Count other) {
    return new Count(packets + other.packets, bytes + other.bytes, tcpFlags | other.tcpFlags);
  }

  /** Returns the same with the TCP flags of others, too. */
  Count withFlagsOf(Count other) {
    return new Count(packets, bytes, tcpFlags | other.tcpFlags);
  }

  /** Returns the same without any TCP flags. */
  Count withoutFlags() {
    return new Count(packets, bytes);
  }

  @Override
  public String toString() {
    return packets + " packets, " + bytes + " B" + (tcpFlags == 0 ? "" : ", flags " + tcpFlags);
  }
}
