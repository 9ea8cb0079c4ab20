package io.flowlog.agent.decode;

import java.nio.ByteBuffer;

/** What the headers behind IP tell, read as far as the capture reaches. */
final class Layer4 {
  static final int TCP_HEADER_BYTES = 20;

  /** The least that a TCP header's data offset may say. */
  static final int TCP_HEADER_WORDS = 5;

  /** The key's port bits of an ICMP packet whose type and code are not in the capture. */
  static final long ICMP_UNKNOWN_PORTS =
      (long) PacketBatch.ICMP_UNKNOWN << PacketBatch.SOURCE_PORT_SHIFT
          | (long) PacketBatch.ICMP_UNKNOWN << PacketBatch.DESTINATION_PORT_SHIFT;

  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int DCCP = 33;
  private static final int ICMPV6 = 58;
  private static final int SCTP = 132;
  private static final int UDP_LITE = 136;
  private static final int PORTS_BYTES = 4;
  private static final int UDP_HEADER_BYTES = 8;
  private static final int TCP_FLAGS_OFFSET = 13;

  private Layer4() {}

  static boolean isIcmp(int protocol) {
    return protocol == ICMP || protocol == ICMPV6;
  }

  private static boolean hasPorts(int protocol) {
    return switch (protocol) {
      case TCP, UDP, DCCP, SCTP, UDP_LITE -> true;
      default -> false;
    };
  }

  /** Returns source and destination port, or ICMP type and code, in their places of a key word. */
  static long ports(int protocol, ByteBuffer buffer, int at, int readable) {
    if (isIcmp(protocol)) {
      if (readable < 2) {
        return ICMP_UNKNOWN_PORTS;
      }
      int typeAndCode = Bytes.u16(buffer, at);
      return (long) (typeAndCode >>> 8) << PacketBatch.SOURCE_PORT_SHIFT
          | (long) (typeAndCode & 0xff) << PacketBatch.DESTINATION_PORT_SHIFT;
    }
    return hasPorts(protocol) && readable >= PORTS_BYTES ? (long) Bytes.u32(buffer, at) << 32 : 0;
  }

  /** Returns the flags of a TCP header that may be cut; 0 when they are not there. */
  static int tcpFlags(int protocol, ByteBuffer buffer, int at, int readable) {
    boolean there =
        protocol == TCP
            && readable > TCP_FLAGS_OFFSET
            && headerWords(buffer, at) >= TCP_HEADER_WORDS;
    return there ? Bytes.u8(buffer, at + TCP_FLAGS_OFFSET) : 0;
  }

  /**
   * Returns the length of a header that each segment of a super-packet has, 0 for a protocol
   * without segments. A TCP header that is cut before its length counts without options.
   */
  static int segmentedHeaderBytes(int protocol, ByteBuffer buffer, int at, int readable) {
    if (protocol == TCP) {
      boolean there = readable >= TCP_FLAGS_OFFSET;
      return 4 * Math.max(there ? headerWords(buffer, at) : 0, TCP_HEADER_WORDS);
    }
    return protocol == UDP ? UDP_HEADER_BYTES : 0;
  }

  private static int headerWords(ByteBuffer buffer, int at) {
    return Bytes.u8(buffer, at + TCP_FLAGS_OFFSET - 1) >>> 4;
  }

  /** Tells whether everything that a record wants of this header could be read. */
  static boolean isComplete(int protocol, ByteBuffer buffer, int at, int readable) {
    if (isIcmp(protocol)) {
      return readable >= 2;
    }
    if (protocol == TCP) {
      return readable >= TCP_HEADER_BYTES && headerWords(buffer, at) >= TCP_HEADER_WORDS;
    }
    return !hasPorts(protocol) || readable >= PORTS_BYTES;
  }
}
