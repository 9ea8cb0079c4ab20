package io.flowlog.agent.cli.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The client of the live demo: it goes round the servers of the other machines by TCP, UDP and
 * ICMP. Owned by its process's only thread.
 */
final class DemoClient {
  private static final int CLOSED_TCP_PORT = 3306;
  private static final int CLOSED_UDP_PORT = 514;
  private static final long TICK_MS = 100;
  private static final int ANSWER_MS = 1000;

  private final InetAddress web = InetAddress.getByName(DemoCloud.WEB.address());
  private final InetAddress webByIpv6 = InetAddress.getByName(DemoCloud.WEB_IPV6.address());
  private final InetAddress database = InetAddress.getByName(DemoCloud.DATABASE.address());
  private final ByteBuffer bytes = ByteBuffer.allocate(64 << 10);

  DemoClient() throws IOException {}

  /** Makes traffic from a time on, both in milliseconds. */
  void run(long startMs, long trafficMs) throws IOException, InterruptedException {
    sleepUntil(startMs);
    try (SocketChannel queries = connect(database, DemoMachine.QUERIES);
        DatagramSocket names = new DatagramSocket()) {
      names.setSoTimeout(ANSWER_MS);
      names.connect(new InetSocketAddress(database, DemoMachine.NAMES));
      for (int tick = 0; tick * TICK_MS < trafficMs; tick++) {
        sleepUntil(startMs + tick * TICK_MS);
        tick(tick, queries, names);
      }
    }
  }

  private static void sleepUntil(long timeMs) throws InterruptedException {
    Thread.sleep(Math.max(0, timeMs - System.currentTimeMillis()));
  }

  /** Does what is due, each kind of thing in turns of its own, every two seconds at least. */
  private void tick(int tick, SocketChannel queries, DatagramSocket names) throws IOException {
    switch (tick % 10) {
      case 0 -> visit(web, 300);
      case 1 -> visit(webByIpv6, 400);
      case 2 -> lookUp(names);
      case 3 -> web.isReachable(ANSWER_MS);
      case 4 -> webByIpv6.isReachable(ANSWER_MS);
      default -> exchange(queries, 40, bytes);
    }
    switch (tick % 20) {
      case 6 -> visit(web, 40_000);
      case 8 -> knock();
      case 9 -> sendInVain();
      default -> {}
    }
  }

  private static SocketChannel connect(InetAddress address, int port) throws IOException {
    SocketChannel channel = SocketChannel.open(new InetSocketAddress(address, port));
    return channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private void visit(InetAddress server, int requestBytes) throws IOException {
    try (SocketChannel channel = connect(server, DemoMachine.HTTPS)) {
      exchange(channel, requestBytes, bytes);
    }
  }

  /** Sends a request and reads the whole answer. */
  static void exchange(SocketChannel channel, int requestBytes, ByteBuffer bytes)
      throws IOException {
    bytes.clear().limit(requestBytes);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    long missing = (long) requestBytes * DemoServer.TCP_FACTOR;
    while (missing > 0) {
      int read = channel.read(bytes.clear());
      if (read < 0) {
        throw new IOException("the server has broken off its answer");
      }
      missing -= read;
    }
  }

  private static void lookUp(DatagramSocket names) throws IOException {
    names.send(new DatagramPacket(new byte[31], 31));
    names.receive(new DatagramPacket(new byte[100], 100));
  }

  /** Nobody listens there: the other machine answers with RST. */
  private void knock() throws IOException {
    try (SocketChannel channel = connect(database, CLOSED_TCP_PORT)) {
      throw new IOException("somebody listens at " + channel.getRemoteAddress());
    } catch (ConnectException e) {
      // as it should be
    }
  }

  /** Nobody listens there: the other machine answers by ICMP that the port is unreachable. */
  private void sendInVain() throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(ANSWER_MS);
      socket.connect(new InetSocketAddress(database, CLOSED_UDP_PORT));
      lookUp(socket);
      throw new IOException("somebody answers at " + socket.getRemoteSocketAddress());
    } catch (PortUnreachableException e) {
      // as it should be
    }
  }
}
