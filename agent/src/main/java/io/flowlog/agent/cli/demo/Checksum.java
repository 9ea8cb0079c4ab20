package io.flowlog.agent.cli.demo;

import java.nio.ByteBuffer;

/** The Internet checksum (RFC 1071), computed over bytes of a frame in the making. */
final class Checksum {
  private static final int IPV4_ADDRESSES_OFFSET = 12;
  private static final int IPV6_ADDRESSES_OFFSET = 8;

  private Checksum() {}

  /** Returns the checksum of the bytes from {@code start} to {@code end}. */
  static short of(ByteBuffer buffer, int start, int end) {
    return fold(sum(buffer, start, end));
  }

  /** Returns the checksum of a layer 4 datagram with the pseudo header of its IP header. */
  static short withPseudoHeader(ByteBuffer buffer, int networkStart, int start, int protocol) {
    boolean ipv4 = (buffer.get(networkStart) & 0xF0) == 0x40;
    int addresses = networkStart + (ipv4 ? IPV4_ADDRESSES_OFFSET : IPV6_ADDRESSES_OFFSET);
    int end = buffer.position();
    long sum = sum(buffer, addresses, addresses + (ipv4 ? 8 : 32));
    return fold(sum + protocol + (end - start) + sum(buffer, start, end));
  }

  private static long sum(ByteBuffer buffer, int start, int end) {
    long sum = 0;
    for (int i = start; i < end; i++) {
      int value = buffer.get(i) & 0xFF;
      sum += (i - start) % 2 == 0 ? value << 8 : value;
    }
    return sum;
  }

  private static short fold(long sum) {
    long folded = sum;
    while (folded > 0xFFFF) {
      folded = (folded & 0xFFFF) + (folded >>> 16);
    }
    return (short) ~folded;
  }
}
