package io.flowlog.agent.capture.replay;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** A huge file of which only the two ends are written; what lies between is whatever. */
final class HollowChannel implements ReadableByteChannel {
  private final ByteBuffer head;
  private long gapBytes;
  private final ByteBuffer tail;

  HollowChannel(byte[] head, long gapBytes, byte[] tail) {
    this.head = ByteBuffer.wrap(head);
    this.gapBytes = gapBytes;
    this.tail = ByteBuffer.wrap(tail);
  }

  @Override
  public int read(ByteBuffer target) {
    if (head.hasRemaining()) {
      return copy(head, target);
    }
    if (gapBytes > 0) {
      int bytes = (int) Math.min(gapBytes, target.remaining());
      target.position(target.position() + bytes);
      gapBytes -= bytes;
      return bytes;
    }
    return tail.hasRemaining() ? copy(tail, target) : -1;
  }

  private static int copy(ByteBuffer source, ByteBuffer target) {
    int bytes = Math.min(source.remaining(), target.remaining());
    target.put(source.slice(source.position(), bytes));
    source.position(source.position() + bytes);
    return bytes;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
