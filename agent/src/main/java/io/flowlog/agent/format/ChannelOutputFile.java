package io.flowlog.agent.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A channel as Parquet's file to write. What Parquet closes is only the way there. */
final class ChannelOutputFile implements OutputFile {
  private static final int BUFFER_BYTES = 1 << 16;

  private final WritableByteChannel sink;

  ChannelOutputFile(WritableByteChannel sink) {
    this.sink = sink;
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) {
    return new ChannelStream(sink);
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) {
    return create(blockSizeHint);
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  /** Gathers small pieces, which a footer consists of. */
  private static final class ChannelStream extends PositionOutputStream {
    private final WritableByteChannel sink;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long writtenBytes;
    private boolean isBroken;

    ChannelStream(WritableByteChannel sink) {
      this.sink = sink;
    }

    @Override
    public long getPos() {
      return writtenBytes + buffer.position();
    }

    @Override
    public void write(int value) throws IOException {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.put((byte) value);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      if (length > buffer.remaining()) {
        flush();
        if (length > BUFFER_BYTES) {
          pass(ByteBuffer.wrap(source, offset, length));
          return;
        }
      }
      buffer.put(source, offset, length);
    }

    @Override
    public void flush() throws IOException {
      buffer.flip();
      pass(buffer);
      buffer.clear();
    }

    private void pass(ByteBuffer source) throws IOException {
      int length = source.remaining();
      isBroken = true;
      while (source.hasRemaining()) {
        sink.write(source);
      }
      isBroken = false;
      writtenBytes += length;
    }

    /** Does not try again what has failed: Parquet closes behind a failure too. */
    @Override
    public void close() throws IOException {
      if (!isBroken) {
        flush();
      }
    }
  }
}
