package io.flowlog.agent.format;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A channel that compresses by Zstandard, into one frame with a checksum.
 *
 * <p>Level 3 with its own window of 2 MiB: every decoder takes that without being told, rows that
 * are alike stand close together, and it needs some 4 MiB outside the heap until it is closed.
 */
final class ZstdChannel implements CompressingChannel {
  private static final int LEVEL = 3;
  private static final int WINDOW_LOG = 21;
  private static final int BUFFER_BYTES = 1 << 16;

  private final WritableByteChannel sink;
  private final ZstdCompressCtx context;
  private final ByteBuffer compressed = ByteBuffer.allocate(BUFFER_BYTES);
  private boolean open = true;

  ZstdChannel(WritableByteChannel sink) {
    this.sink = sink;
    context = new ZstdCompressCtx().setLevel(LEVEL).setWindowLog(WINDOW_LOG).setChecksum(true);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    while (source.hasRemaining()) {
      context.compressByteBufferStream(compressed, source, EndDirective.CONTINUE);
      drain();
    }
    return length;
  }

  @Override
  public void finish() throws IOException {
    ByteBuffer nothing = ByteBuffer.allocate(0);
    boolean done = false;
    while (!done) {
      done = context.compressByteBufferStream(compressed, nothing, EndDirective.END);
      drain();
    }
  }

  private void drain() throws IOException {
    compressed.flip();
    while (compressed.hasRemaining()) {
      sink.write(compressed);
    }
    compressed.clear();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    context.close();
  }
}
