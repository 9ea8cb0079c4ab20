package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A guest behind a TAP device that says of its frames what it likes. Needs root, iproute2, python3
 * and /dev/net/tun.
 */
@Timeout(120)
class GuestTest {
  private static final String TAP = "tapguest";

  private final Namespaces net = new Namespaces("host");
  private final Seen seen = new Seen();
  private final RingWait wait = new RingWait();

  @AfterEach
  void close() {
    net.close();
  }

  private Process startGuest() throws IOException {
    Process guest = net.start("host", "python3", Namespaces.script("guest.py"), TAP);
    assertEquals("ready", Namespaces.line(guest));
    net.in("host", "ip", "link", "set", TAP, "up");
    return guest;
  }

  private RingSource open(boolean wirePackets) throws Exception {
    RingBudget budget = new RingBudget(new RingSettings(1 << 20, 1 << 14));
    RingSource source =
        net.inside(
            "host",
            () ->
                RingSource.open(
                    TAP,
                    Interfaces.indexOf(TAP),
                    new RingUse(budget, new CounterSet(), wirePackets)));
    wait.watch(List.of(source));
    return source;
  }

  private static void tell(Process guest, String words) throws IOException {
    guest.getOutputStream().write((words + "\n").getBytes(StandardCharsets.UTF_8));
    guest.getOutputStream().flush();
    assertEquals("sent", Namespaces.line(guest));
  }

  private void readUntil(RingSource source, int frames) throws IOException {
    while (seen.frames() + source.countLost() < frames) {
      if (source.poll(seen, 100) == 0) {
        wait.await(100);
      }
    }
    assertEquals(0, source.poll(seen, 1));
  }

  private static String word(String kind, FrameBuilder frame) {
    return kind + ":" + HexFormat.of().formatHex(frame.build()) + " ";
  }

  private static FrameBuilder udp(int payloadBytes) {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(payloadBytes);
  }

  private static FrameBuilder tcp(int payloadBytes) {
    return FrameBuilder.ethernet()
        .ipv4("10.0.0.1", "10.0.0.2")
        .tcp(1, 2, FrameBuilder.ACK)
        .payloadOf(payloadBytes);
  }

  @Test
  void shouldCountTheGuestsSegments() throws Exception {
    Process guest = startGuest();
    try (RingSource source = open(true)) {
      tell(guest, word("tcp", tcp(20_000)) + word("tiny", tcp(500)) + word("plain", udp(40)));
      readUntil(source, 3);
      assertEquals(0, source.countLost());
    }

    assertEquals(
        List.of("20 packets, 20800 B", "500 packets, 20500 B", "1 packets, 68 B"),
        seen.packets.stream().map(p -> p.packets() + " packets, " + p.bytes() + " B").toList());
    assertEquals("521 packets, 41368 B", seen.total(Direction.EGRESS));
  }

  @Test
  void shouldCountASuperPacketAsOneWhereThatIsWanted() throws Exception {
    Process guest = startGuest();
    try (RingSource source = open(false)) {
      tell(guest, word("tcp", tcp(20_000)) + word("tiny", tcp(500)) + word("plain", udp(40)));
      readUntil(source, 3);
      assertEquals(0, source.countLost());
    }

    assertEquals("3 packets, 20648 B", seen.total(Direction.EGRESS));
  }

  /** The kernel takes a place in the ring for such a frame before it finds that it cannot. */
  @Test
  void shouldCountUdpSuperPacketsAsLostAndReadNothingOldInTheirPlace() throws Exception {
    int rounds = 30;
    int plainFrames = 40;
    Process guest = startGuest();
    try (RingSource source = open(true)) {
      String words = word("ufo", udp(3000)) + word("plain", udp(40)).repeat(plainFrames);
      for (int i = 1; i <= rounds; i++) {
        tell(guest, words + word("ufo", udp(3000)));
        readUntil(source, i * (plainFrames + 2));
        assertEquals(2L * i, source.countLost());
      }
    }

    assertEquals(rounds * plainFrames, seen.frames());
    assertEquals(
        rounds * plainFrames + " packets, " + rounds * plainFrames * 68 + " B",
        seen.total(Direction.EGRESS));
  }
}
