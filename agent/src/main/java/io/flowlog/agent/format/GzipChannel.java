package io.flowlog.agent.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.zip.GZIPOutputStream;

/** A channel that compresses by gzip. */
final class GzipChannel implements CompressingChannel {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Zipper out;
  private boolean open = true;

  GzipChannel(WritableByteChannel sink) throws IOException {
    OutputStream stream = Channels.newOutputStream(sink);
    out = new Zipper(stream);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    out.write(source.array(), source.arrayOffset() + source.position(), length);
    source.position(source.limit());
    return length;
  }

  @Override
  public void finish() throws IOException {
    out.finish();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    out.release();
  }

  /** A gzip stream whose memory can be given back without closing what is below it. */
  private static final class Zipper extends GZIPOutputStream {
    Zipper(OutputStream out) throws IOException {
      super(out, BUFFER_BYTES);
    }

    void release() {
      def.end();
    }
  }
}
