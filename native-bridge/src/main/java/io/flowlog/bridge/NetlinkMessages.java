package io.flowlog.bridge;

import java.nio.ByteBuffer;

/**
 * A cursor over the messages of a netlink datagram, which it reads where they lie; owned by whoever
 * receives into the buffer. What they say depends on the subsystem.
 *
 * <p>No bytes make it fail, or read beyond those that were received.
 */
abstract class NetlinkMessages {
  final ByteBuffer bytes;

  /** Where the message starts. */
  int message;

  int messageEnd;

  private int end;
  private int nextMessage;
  private boolean broken;

  /** Makes a cursor over a buffer in the machine's byte order. */
  NetlinkMessages(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** Stands before the first message of a datagram that fills the buffer so far. */
  final void reset(int sizeBytes) {
    end = sizeBytes;
    nextMessage = 0;
    broken = false;
  }

  /** Moves to the next message, or returns false when there is none or the rest is no message. */
  final boolean next() {
    int leftBytes = end - nextMessage;
    if (leftBytes <= 0) {
      return false;
    }
    int lengthBytes = leftBytes < Abi.MESSAGE_BYTES ? 0 : bytes.getInt(nextMessage);
    if (lengthBytes < Abi.MESSAGE_BYTES || lengthBytes > leftBytes) {
      broken = true;
      nextMessage = end;
      return false;
    }
    message = nextMessage;
    messageEnd = message + lengthBytes;
    nextMessage = messageEnd + padding(lengthBytes);
    return true;
  }

  /** Returns how many bytes there are before the next multiple of 4. */
  static int padding(int lengthBytes) {
    return -lengthBytes & 3;
  }

  /** Tells whether bytes were left that are no message. */
  final boolean isBroken() {
    return broken;
  }

  /** Returns the number of the error that a refusal or the end of a list tells; 0 for none. */
  final int error() {
    int body = message + Abi.MESSAGE_BYTES;
    return body + Integer.BYTES <= messageEnd ? -bytes.getInt(body) : 0;
  }
}
