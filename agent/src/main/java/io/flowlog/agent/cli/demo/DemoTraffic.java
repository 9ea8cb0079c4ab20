package io.flowlog.agent.cli.demo;

import static io.flowlog.agent.cli.demo.DemoCloud.BUILDER;
import static io.flowlog.agent.cli.demo.DemoCloud.DATABASE;
import static io.flowlog.agent.cli.demo.DemoCloud.RESOLVER;
import static io.flowlog.agent.cli.demo.DemoCloud.WEB;
import static io.flowlog.agent.cli.demo.DemoCloud.WEB_IPV6;
import static io.flowlog.agent.cli.demo.DemoCloud.outside;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** What happens in the demo's cloud in eight seconds, the same in every run. */
public final class DemoTraffic {
  /** When it begins. */
  static final Instant START = Instant.parse("2026-01-15T09:30:00Z");

  /** How long it goes on. */
  public static final int SECONDS = 8;

  private static final long NEAR_TRIP_NS = 400_000;
  private static final long FAR_TRIP_NS = 24_000_000;
  private static final int HTTPS = 443;
  private static final int PING = 8;
  private static final int PING_ANSWER = 0;

  private final TrafficTape tape = new TrafficTape();

  private DemoTraffic() {}

  /** Writes the traffic to a capture file; returns how many packets it has. */
  public static int writeTo(Path file) throws IOException {
    DemoTraffic traffic = new DemoTraffic();
    traffic.lookUps();
    traffic.visitors();
    traffic.visitorOverIpv6();
    traffic.queries();
    traffic.pings();
    traffic.refusal();
    traffic.download();
    traffic.portScan();
    return traffic.tape.writeTo(file);
  }

  private static long atMs(long milliseconds) {
    return START.toEpochMilli() * 1_000_000 + milliseconds * 1_000_000;
  }

  /** The web server asks for a name now and then. */
  private void lookUps() {
    for (int i = 0; i < 4; i++) {
      int port = 40_001 + i * 7;
      long timestampNs = atMs(150 + i * 1_900L);
      tape.add(timestampNs, WEB.frameTo(RESOLVER).udp(port, 53).payloadOf(31));
      tape.add(timestampNs + NEAR_TRIP_NS, RESOLVER.frameTo(WEB).udp(53, port).payloadOf(95));
    }
  }

  /** People look at pages. */
  private void visitors() {
    for (int i = 0; i < 9; i++) {
      Machine visitor = outside("203.0.113." + (7 + i * 5 % 4));
      new TcpConversation(
              tape, visitor.at(50_100 + i * 13), WEB.at(HTTPS), atMs(300 + i * 800), FAR_TRIP_NS)
          .open()
          .exchange(517, 3_900)
          .exchange(420, 9_000 + i * 4_100)
          .close();
    }
  }

  private void visitorOverIpv6() {
    Machine visitor = outside("3fff::9");
    new TcpConversation(tape, visitor.at(50_612), WEB_IPV6.at(HTTPS), atMs(2_350), FAR_TRIP_NS)
        .open()
        .exchange(517, 3_900)
        .at(atMs(4_800))
        .exchange(380, 48_000)
        .close();
  }

  /** The web server keeps one connection to its database. */
  private void queries() {
    TcpConversation connection =
        new TcpConversation(tape, WEB.at(41_876), DATABASE.at(5432), atMs(60), NEAR_TRIP_NS).open();
    for (int i = 0; i < 36; i++) {
      connection.at(atMs(330 + i * 205)).exchange(96, 240 + i % 5 * 410);
    }
  }

  private void pings() {
    for (int i = 0; i < SECONDS; i++) {
      long timestampNs = atMs(40 + i * 1_000L);
      tape.add(timestampNs, BUILDER.frameTo(WEB).icmp(PING, 0).payloadOf(56));
      tape.add(timestampNs + NEAR_TRIP_NS, WEB.frameTo(BUILDER).icmp(PING_ANSWER, 0).payloadOf(56));
    }
  }

  /** Nobody listens where the build machine knocks. */
  private void refusal() {
    new TcpConversation(tape, BUILDER.at(45_210), DATABASE.at(3306), atMs(2_700), NEAR_TRIP_NS)
        .knock()
        .refuse();
  }

  /** The build machine fetches something large. */
  private void download() {
    Machine mirror = outside("198.51.100.20");
    TcpConversation connection =
        new TcpConversation(tape, BUILDER.at(45_336), mirror.at(HTTPS), atMs(900), FAR_TRIP_NS)
            .open();
    for (int i = 0; i < 32; i++) {
      connection.at(atMs(1_000 + i * 200)).exchange(210, 65_000);
    }
    connection.close();
  }

  /** Somebody tries doors: one is open, some are closed, behind the others is silence. */
  private void portScan() {
    Machine stranger = outside("198.51.100.66");
    for (int i = 0; i < 24; i++) {
      int port = 5420 + i;
      TcpConversation attempt =
          new TcpConversation(
              tape, stranger.at(61_000), DATABASE.at(port), atMs(4_600 + i * 30), FAR_TRIP_NS);
      if (port == 5432) {
        attempt.open().close();
      } else if (i % 3 == 0) {
        attempt.knock().refuse();
      } else {
        attempt.knock();
      }
    }
  }
}
