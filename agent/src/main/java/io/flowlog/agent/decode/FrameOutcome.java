package io.flowlog.agent.decode;

/** What decoding made of a frame. Everything but {@link #PACKET} is in no record. */
public enum FrameOutcome {
  /** An IP packet was appended to the batch. */
  PACKET,
  /** The same, but ports (and TCP flags) are not readable: cut off or damaged. */
  PACKET_WITHOUT_LAYER4,
  /** ARP, LLDP and whatever else is not IP. */
  NOT_IP,
  /** The capture ends inside the link layer's headers. */
  LINK_HEADER_CUT,
  /** More tags or labels than any network stacks. */
  LINK_HEADERS_TOO_DEEP,
  /** Fewer than 20 (IPv6: 40) bytes of the IP header are in the capture. */
  IP_HEADER_CUT,
  /** The version nibble is not what the link layer announced. */
  IP_VERSION_WRONG,
  /** An IPv4 header that claims to be shorter than 20 bytes. */
  IP_HEADER_LENGTH_WRONG,
  /** An IPv4 packet that claims to be shorter than its own header. */
  IP_TOTAL_LENGTH_WRONG;

  /** Tells whether a packet was appended to the batch. */
  public boolean isPacket() {
    return compareTo(PACKET_WITHOUT_LAYER4) <= 0;
  }
}
