package io.flowlog.agent.decode;

/** What becomes of a super-packet on the wire: several packets, each with a copy of the headers. */
final class Segments {
  /** As many as the kernel itself can count in one super-packet. */
  private static final long SEGMENTS_MAX = 65_535;

  private static final long COUNTS_MASK =
      PacketBatch.BYTES_MASK | (long) PacketBatch.PACKETS_MASK << PacketBatch.PACKETS_SHIFT;

  private Segments() {}

  /**
   * Returns the size word of all packets together.
   *
   * @param size the size word of the super-packet as if it were one packet
   * @param headerBytes IP and transport headers
   * @param wirePayloadBytes what the frame has behind its headers: what the headers claim beyond
   *     that makes no packets
   * @param segmentBytes payload of each packet but the last; a guest's word, so 1 is possible
   */
  static long count(long size, int headerBytes, long wirePayloadBytes, int segmentBytes) {
    long payloadBytes = Math.min(PacketBatch.bytesOf(size) - headerBytes, wirePayloadBytes);
    if (payloadBytes <= segmentBytes) {
      return size;
    }
    long segments = Math.min((payloadBytes - 1) / segmentBytes + 1, SEGMENTS_MAX);
    long bytes = PacketBatch.bytesOf(size) + (segments - 1) * headerBytes;
    return (size & ~COUNTS_MASK)
        | Math.min(bytes, PacketBatch.BYTES_MASK)
        | segments << PacketBatch.PACKETS_SHIFT;
  }
}
