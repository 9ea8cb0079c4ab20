package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Frame;
import java.nio.ByteBuffer;

/**
 * A short way through the headers that most frames have: untagged Ethernet, IP without options or
 * extension headers, neither fragmented nor to be cut into segments, and a whole TCP header.
 *
 * <p>It says what {@link FrameDecoder} would say of such a frame, and nothing of any other.
 */
final class CommonHeaders {
  private static final int TYPE_AT = 12;
  private static final int IP_AT = 14;
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;

  /** Ethernet type, IP version and IP header length. */
  private static final int IPV4_WITHOUT_OPTIONS = 0x0800_45;

  /** Ethernet type and IP version. */
  private static final int IPV6 = 0x86dd_6;

  private static final int TCP = 6;
  private static final int FRAGMENT_AND_PROTOCOL_MASK = 0x3fff_00ff;

  private CommonHeaders() {}

  /** Writes the packet of an Ethernet frame to a place in a batch, or returns false. */
  static boolean read(Frame frame, long[] words, int base) {
    if (frame.capturedBytes < IP_AT + IPV4_BYTES + Layer4.TCP_HEADER_BYTES
        || frame.segmentBytes != 0) {
      return false;
    }
    long typeAndIp = Bytes.u64(frame.buffer, frame.offset + TYPE_AT);
    if (typeAndIp >>> 40 == IPV4_WITHOUT_OPTIONS) {
      int totalBytes = (int) (typeAndIp >>> 16) & 0xffff;
      return ipv4(frame, words, base) && tcp(frame, IPV4_BYTES, totalBytes, words, base);
    }
    if (typeAndIp >>> 44 != IPV6
        || frame.capturedBytes < IP_AT + IPV6_BYTES + Layer4.TCP_HEADER_BYTES) {
      return false;
    }
    int lengthAndNext = Bytes.u32(frame.buffer, frame.offset + IP_AT + 4);
    if ((lengthAndNext >>> 8 & 0xff) != TCP) {
      return false;
    }
    ipv6(frame, words, base);
    return tcp(frame, IPV6_BYTES, IPV6_BYTES + (lengthAndNext >>> 16), words, base);
  }

  private static boolean ipv4(Frame frame, long[] words, int base) {
    int ip = frame.offset + IP_AT;
    if ((Bytes.u32(frame.buffer, ip + 6) & FRAGMENT_AND_PROTOCOL_MASK) != TCP) {
      return false;
    }
    long addresses = Bytes.u64(frame.buffer, ip + 12);
    words[base + PacketBatch.SOURCE_HIGH] = 0;
    words[base + PacketBatch.SOURCE_LOW] = addresses >>> 32;
    words[base + PacketBatch.DESTINATION_HIGH] = 0;
    words[base + PacketBatch.DESTINATION_LOW] = addresses & 0xffff_ffffL;
    return true;
  }

  private static void ipv6(Frame frame, long[] words, int base) {
    ByteBuffer buffer = frame.buffer;
    int ip = frame.offset + IP_AT;
    words[base + PacketBatch.SOURCE_HIGH] = Bytes.u64(buffer, ip + 8);
    words[base + PacketBatch.SOURCE_LOW] = Bytes.u64(buffer, ip + 16);
    words[base + PacketBatch.DESTINATION_HIGH] = Bytes.u64(buffer, ip + 24);
    words[base + PacketBatch.DESTINATION_LOW] = Bytes.u64(buffer, ip + 32);
  }

  private static boolean tcp(
      Frame frame, int ipHeaderBytes, int totalBytes, long[] words, int base) {
    int at = frame.offset + IP_AT + ipHeaderBytes;
    long portsAndSequence = Bytes.u64(frame.buffer, at);
    long rest = Bytes.u64(frame.buffer, at + 8);
    int headerWords = (int) (rest >>> 28) & 0xf;
    int segmentBytes = totalBytes - ipHeaderBytes;
    if (headerWords < Layer4.TCP_HEADER_WORDS || segmentBytes < Layer4.TCP_HEADER_BYTES) {
      return false;
    }
    words[base + PacketBatch.TIMESTAMP] = frame.timestampNs;
    words[base + PacketBatch.KEY] =
        PacketBatch.portsOf(portsAndSequence)
            | (long) TCP << PacketBatch.PROTOCOL_SHIFT
            | (long) Math.max(frame.strippedVlan, 0) << PacketBatch.VLAN_SHIFT
            | (ipHeaderBytes == IPV6_BYTES ? 1L << PacketBatch.IPV6_SHIFT : 0)
            | Math.max(frame.portIndex, 0);
    words[base + PacketBatch.SIZE] =
        totalBytes
            | 1L << PacketBatch.PACKETS_SHIFT
            | (rest >>> 16 & 0xff) << PacketBatch.TCP_FLAGS_SHIFT
            | (long) frame.direction.ordinal() << PacketBatch.DIRECTION_SHIFT;
    words[base + PacketBatch.SEQUENCE] =
        (portsAndSequence + segmentBytes - headerWords * 4L) << 32 | rest >>> 32;
    return true;
  }
}
