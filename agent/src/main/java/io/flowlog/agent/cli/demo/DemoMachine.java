package io.flowlog.agent.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What runs on a virtual machine of the live demo, in a process of its own: servers, or the client
 * that goes round them. It ends by itself, whatever becomes of the demo.
 */
public final class DemoMachine {
  /** Printed when a server can be asked, or the client waits for the time of its start. */
  public static final String READY = "ready";

  static final int HTTPS = 443;
  static final int QUERIES = 5432;
  static final int NAMES = 53;

  private static final long LIFE_NS = TimeUnit.MINUTES.toNanos(1);

  private DemoMachine() {}

  /**
   * Runs until there is no more to do.
   *
   * @param arguments the machine's name; the client takes its milliseconds of traffic besides, and
   *     the time of its start, in milliseconds since 1970, from stdin
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    long endNs = System.nanoTime() + LIFE_NS;
    InetAddress database = InetAddress.getByName(DemoCloud.DATABASE.address());
    switch (arguments[0]) {
      case "web" -> serve(new DemoServer(HTTPS, new InetSocketAddress(database, QUERIES)), endNs);
      case "db" -> serve(new DemoServer(QUERIES, null).answerNames(NAMES), endNs);
      case "build" -> ask(Long.parseLong(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void serve(DemoServer server, long endNs) throws IOException {
    System.out.println(READY);
    server.serveUntil(endNs);
  }

  private static void ask(long trafficMs) throws IOException, InterruptedException {
    DemoClient client = new DemoClient();
    System.out.println(READY);
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String startMs = orders.readLine();
    if (startMs != null) {
      client.run(Long.parseLong(startMs), trafficMs);
    }
  }
}
