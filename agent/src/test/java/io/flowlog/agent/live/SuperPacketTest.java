package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A guest behind a TAP device hands over super-packets, and its rows count them as the operator
 * wants. Needs root, iproute2, python3 and /dev/net/tun.
 */
@Timeout(120)
class SuperPacketTest {
  private static final String TAP = "tapguest";

  @RegisterExtension final LiveHost host = new LiveHost();

  @ParameterizedTest
  @CsvSource({"true, '20 packets, 20800 B'", "false, '1 packets, 20040 B'"})
  void shouldCountWhatIsOnTheWireOrWhatTheGuestHandsOver(boolean wirePackets, String expected)
      throws IOException {
    host.set("capture.wire_packets=" + wirePackets);
    Process guest = host.net().start(LiveHost.HOST, "python3", Namespaces.script("guest.py"), TAP);
    assertEquals("ready", Namespaces.line(guest));
    host.net().in(LiveHost.HOST, "ip", "link", "set", TAP, "up");
    host.port(TAP);
    host.logger("all");
    host.start();
    FrameBuilder frame =
        FrameBuilder.ethernet()
            .ipv4("10.0.0.1", "10.0.0.2")
            .tcp(1, 2, FrameBuilder.ACK)
            .payloadOf(20_000);
    String word = "tcp:" + HexFormat.of().formatHex(frame.build()) + "\n";
    guest.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
    guest.getOutputStream().flush();
    assertEquals("sent", Namespaces.line(guest));
    host.awaitMetric("flowlog_frames_total", 1);
    host.stop();

    List<String> counts =
        host.rowsOf("all").stream()
            .filter(Row::hasFlow)
            .map(row -> new Count(row.number("packets"), row.number("bytes")).toString())
            .toList();
    assertEquals(List.of(expected), counts);
  }
}
