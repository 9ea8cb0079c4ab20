package io.flowlog.agent.capture.replay;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;

/**
 * The stretch of a capture file that is in memory, filled by bulk reads; owned by the reader of the
 * file's format.
 *
 * <p>It never seeks, so that a pipe is as good as a file, and it grows only as the bytes of a large
 * record really arrive: a length that is a lie costs nothing.
 */
final class FileWindow implements Closeable {
  /** Reads an int of a little-endian file; a big-endian reader reverses it. */
  static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final ReadableByteChannel channel;
  private ByteBuffer buffer;
  private long bufferOffset;
  private int position;
  private boolean ended;

  FileWindow(Path file, ReadableByteChannel channel, int sizeBytes) {
    this.file = file;
    this.channel = channel;
    this.buffer = ByteBuffer.allocateDirect(sizeBytes).limit(0);
  }

  Path file() {
    return file;
  }

  /** Returns the bytes; those from {@link #position} to the buffer's limit are not consumed. */
  ByteBuffer buffer() {
    return buffer;
  }

  int position() {
    return position;
  }

  /** Returns where in the file {@link #position} is. */
  long offset() {
    return bufferOffset + position;
  }

  int availableBytes() {
    return buffer.limit() - position;
  }

  /** Consumes everything before that position of the buffer. */
  void consumeTo(int newPosition) {
    position = newPosition;
  }

  /**
   * Brings that many unconsumed bytes into the buffer, which may be another one then.
   *
   * @return false if the file ends before
   */
  boolean require(int bytes) throws CaptureFileException {
    while (availableBytes() < bytes) {
      if (ended) {
        return false;
      }
      fill();
    }
    return true;
  }

  /**
   * Consumes that many bytes without keeping them.
   *
   * @return false if the file ends before
   */
  boolean skip(long bytes) throws CaptureFileException {
    long left = bytes;
    while (left > availableBytes()) {
      left -= availableBytes();
      position = buffer.limit();
      if (!require(1)) {
        return false;
      }
    }
    position += (int) left;
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void fill() throws CaptureFileException {
    makeRoom();
    try {
      ended = channel.read(buffer) < 0;
    } catch (IOException e) {
      throw CaptureFileException.unread(file, bufferOffset + buffer.position(), e);
    } finally {
      buffer.flip();
    }
  }

  /** Moves what is unconsumed to the front, of a larger buffer if need be, ready to be added to. */
  private void makeRoom() {
    boolean full = availableBytes() == buffer.capacity();
    ByteBuffer rest = buffer.position(position);
    bufferOffset += position;
    position = 0;
    if (full) {
      buffer = ByteBuffer.allocateDirect(Math.multiplyExact(buffer.capacity(), 2)).put(rest);
    } else {
      buffer = rest.compact();
    }
  }
}
