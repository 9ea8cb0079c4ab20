package io.flowlog.agent.cli.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server of the live demo, which answers so many bytes for each that it is sent. Owned by its
 * process's only thread.
 */
final class DemoServer {
  /** How many bytes it answers for one, by TCP and by UDP. */
  static final int TCP_FACTOR = 24;

  static final int UDP_FACTOR = 3;

  private static final int QUERY_BYTES = 80;

  private final Selector selector;
  private final ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
  private final @Nullable InetSocketAddress behind;
  private @Nullable SocketChannel toBehind;

  /** A connection, and what its client is still to get. */
  private static final class Owed {
    private long answerBytes;
  }

  /**
   * Makes a server that can be connected to from now on, by IPv4 and IPv6.
   *
   * @param behind the server that it asks itself before each new client is served, or none
   */
  DemoServer(int port, @Nullable InetSocketAddress behind) throws IOException {
    this.behind = behind;
    selector = Selector.open();
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(port)).configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** Answers datagrams, too. */
  DemoServer answerNames(int port) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(port)).configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
    return this;
  }

  /** Serves until a moment of {@link System#nanoTime}. */
  void serveUntil(long endNs) throws IOException {
    for (long leftNs = endNs - System.nanoTime(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
      selector.select(1 + TimeUnit.NANOSECONDS.toMillis(leftNs));
      for (SelectionKey key : selector.selectedKeys()) {
        serve(key);
      }
      selector.selectedKeys().clear();
    }
  }

  private void serve(SelectionKey key) throws IOException {
    if (key.channel() instanceof ServerSocketChannel listener) {
      accept(listener);
    } else if (key.channel() instanceof DatagramChannel datagrams) {
      answer(datagrams);
    } else if (key.channel() instanceof SocketChannel client) {
      answer(key, client, (Owed) key.attachment());
    }
  }

  private void accept(ServerSocketChannel listener) throws IOException {
    SocketChannel client = listener.accept();
    if (client != null) {
      askBehind();
      client.setOption(StandardSocketOptions.TCP_NODELAY, true).configureBlocking(false);
      client.register(selector, SelectionKey.OP_READ, new Owed());
    }
  }

  private void askBehind() throws IOException {
    if (behind != null) {
      if (toBehind == null) {
        toBehind = SocketChannel.open(behind);
      }
      DemoClient.exchange(toBehind, QUERY_BYTES, bytes);
    }
  }

  private void answer(DatagramChannel datagrams) throws IOException {
    SocketAddress sender = datagrams.receive(bytes.clear());
    if (sender != null) {
      int answerBytes = bytes.position() * UDP_FACTOR;
      datagrams.send(bytes.clear().limit(answerBytes), sender);
    }
  }

  private void answer(SelectionKey key, SocketChannel client, Owed owed) throws IOException {
    if (key.isReadable()) {
      int read = client.read(bytes.clear());
      if (read < 0) {
        client.close();
        return;
      }
      owed.answerBytes += (long) read * TCP_FACTOR;
    }
    while (owed.answerBytes > 0) {
      bytes.clear().limit((int) Math.min(bytes.capacity(), owed.answerBytes));
      int written = client.write(bytes);
      owed.answerBytes -= written;
      if (written == 0) {
        break;
      }
    }
    boolean waits = owed.answerBytes > 0;
    key.interestOps(waits ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
  }
}
