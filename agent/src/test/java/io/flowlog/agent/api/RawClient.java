package io.flowlog.agent.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A client that sends bytes as they are, and takes what comes. */
final class RawClient implements AutoCloseable {
  private static final int HANGS_AFTER_MS = 30_000;

  private final SocketChannel channel;
  private final Selector selector = Selector.open();
  private final SelectionKey key;

  RawClient(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
    channel.configureBlocking(false);
    key = channel.register(selector, 0);
  }

  RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes; that the other side is gone already is no failure. */
  RawClient send(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      await(SelectionKey.OP_WRITE);
      try {
        channel.write(out);
      } catch (IOException e) {
        return this;
      }
    }
    return this;
  }

  RawClient end() throws IOException {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      return this;
    }
    return this;
  }

  private void await(int operation) throws IOException {
    key.interestOps(operation);
    if (selector.select(ready -> {}, HANGS_AFTER_MS) == 0) {
      throw new AssertionError("nothing happens on the connection, which is open");
    }
  }

  /** Reads into the buffer; returns less than 0 at the end, which a reset is too. */
  private int read(ByteBuffer into) throws IOException {
    await(SelectionKey.OP_READ);
    try {
      return channel.read(into);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Returns one answer's head and its body, whose length must be told. */
  String answer() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append(new String(exactly(1), StandardCharsets.ISO_8859_1));
    }
    int length =
        head.toString()
            .lines()
            .filter(line -> line.startsWith("content-length: "))
            .mapToInt(line -> Integer.parseInt(line.substring(16)))
            .findFirst()
            .orElseThrow();
    return head + new String(exactly(length), StandardCharsets.UTF_8);
  }

  private byte[] exactly(int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (read(bytes) < 0) {
        throw new IOException("closed after " + bytes.position() + " of " + length + " bytes");
      }
    }
    return bytes.array();
  }

  /** Returns everything until the other side closes, which it must. */
  String untilClosed() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    for (int n = read(buffer); n >= 0; n = read(buffer.clear())) {
      all.write(buffer.array(), 0, n);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
