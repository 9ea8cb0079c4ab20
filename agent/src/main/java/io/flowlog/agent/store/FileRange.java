package io.flowlog.agent.store;

import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A part of a file as the body of a request: read while it is sent, never held whole. Immutable; it
 * may be sent several times.
 */
record FileRange(Path file, long startBytes, long sizeBytes) implements HttpRequest.BodyPublisher {
  private static final int CHUNK_BYTES = 64 << 10;

  @Override
  public long contentLength() {
    return sizeBytes;
  }

  /** Returns the MD5 of these bytes in hexadecimal digits, as stores tell it. */
  String md5() throws StoreException {
    try {
      return readMd5();
    } catch (IOException e) {
      String reason = SpoolException.reasonOf(e);
      throw new StoreException(Code.UNAVAILABLE, reason + ": look at the spool's disk", e);
    }
  }

  private String readMd5() throws IOException {
    MessageDigest digest = newMd5();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      for (long at = 0; at < sizeBytes; at += chunk.remaining()) {
        fill(channel, chunk.clear(), at);
        digest.update(chunk.duplicate());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns what computes an MD5. */
  static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has MD5", e);
    }
  }

  /** Fills a buffer from there on, or up to the range's end, and flips it. */
  private void fill(FileChannel channel, ByteBuffer chunk, long atBytes) throws IOException {
    chunk.limit((int) Math.min(chunk.capacity(), sizeBytes - atBytes));
    while (chunk.hasRemaining()) {
      if (channel.read(chunk, startBytes + atBytes + chunk.position()) < 0) {
        throw new IOException(file + " became shorter while it was read");
      }
    }
    chunk.flip();
  }

  /** Opens these bytes for one reader. */
  InputStream newStream() {
    try {
      return new Stream(FileChannel.open(file, StandardOpenOption.READ));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The range's bytes in order; owned by the reader that opened it. */
  private final class Stream extends InputStream {
    private final FileChannel channel;
    private long atBytes;

    Stream(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (atBytes == sizeBytes) {
        return -1;
      }
      int count = (int) Math.min(length, sizeBytes - atBytes);
      fill(channel, ByteBuffer.wrap(bytes, offset, count).slice(), atBytes);
      atBytes += count;
      return count;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      subscriber.onSubscribe(new Nothing());
      subscriber.onError(e);
      return;
    }
    subscriber.onSubscribe(new Reading(channel, subscriber));
  }

  /** Stands for a body that cannot be read. */
  private record Nothing() implements Flow.Subscription {
    @Override
    public void request(long count) {
      // the error follows
    }

    @Override
    public void cancel() {
      // nothing is open
    }
  }

  /** One time that the range is sent; the file is open until its end, or until it is given up. */
  private final class Reading implements Flow.Subscription {
    private final FileChannel channel;
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final AtomicLong wanted = new AtomicLong();
    private volatile boolean ended;
    private long atBytes;

    Reading(FileChannel channel, Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.channel = channel;
      this.subscriber = subscriber;
    }

    @Override
    public void request(long count) {
      // Whoever comes while another serves leaves the wish to that one.
      long before = wanted.getAndUpdate(now -> now + count < 0 ? Long.MAX_VALUE : now + count);
      if (before != 0) {
        return;
      }
      do {
        if (!ended) {
          serve();
        }
      } while (wanted.decrementAndGet() > 0 && !ended);
    }

    private void serve() {
      try {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, sizeBytes - atBytes));
        fill(channel, chunk, atBytes);
        atBytes += chunk.remaining();
        boolean last = atBytes == sizeBytes;
        if (last) {
          cancel();
        }
        subscriber.onNext(chunk);
        if (last) {
          subscriber.onComplete();
        }
      } catch (IOException e) {
        if (!ended) {
          cancel();
          subscriber.onError(e);
        }
      }
    }

    @Override
    public void cancel() {
      ended = true;
      try {
        channel.close();
      } catch (IOException e) {
        // it was only read
      }
    }
  }
}
