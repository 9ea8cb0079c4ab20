package io.flowlog.agent.cli.demo;

import java.nio.ByteBuffer;

/** An IP header whose length and checksum are still open; owned by its {@link FrameBuilder}. */
final class IpHeader {
  private static final int UNCLAIMED = -1;
  private static final int IPV6_HEADER_BYTES = 40;

  private final ByteBuffer buffer;
  private final int start;
  private int claimedBytes = UNCLAIMED;

  IpHeader(ByteBuffer buffer, int start) {
    this.buffer = buffer;
    this.start = start;
  }

  int start() {
    return start;
  }

  /** Sets what the header's length field says, whatever the truth. */
  void claimLength(int bytes) {
    claimedBytes = bytes;
  }

  /** Fills in the length and, for IPv4, the checksum. */
  void finish() {
    int length = buffer.position() - start;
    if ((buffer.get(start) & 0xF0) == 0x40) {
      buffer.putShort(start + 2, (short) (claimedBytes == UNCLAIMED ? length : claimedBytes));
      buffer.putShort(start + 10, (short) 0);
      int headerBytes = (buffer.get(start) & 0x0F) * 4;
      buffer.putShort(start + 10, Checksum.of(buffer, start, start + headerBytes));
    } else {
      int payloadBytes = length - IPV6_HEADER_BYTES;
      buffer.putShort(start + 4, (short) (claimedBytes == UNCLAIMED ? payloadBytes : claimedBytes));
    }
  }
}
