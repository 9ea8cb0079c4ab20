package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.GUEST;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Super-packets that a guest hands over, of which a firewall drops some: ACCEPT and DROP count them
 * in the same unit. Needs root, iproute2, nft, python3, BTF and /dev/net/tun.
 */
@Tag("slow")
@Timeout(180)
class SuperPacketVerdictTest {
  private static final int PAYLOAD_BYTES = 20_000;
  private static final int SEGMENT_BYTES = 1000;
  private static final int SUPER_PACKETS = 8;
  private static final int TCP_BYTES = 20;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);

  @ParameterizedTest
  @CsvSource({"true, 20", "false, 1"})
  void shouldCountDroppedSuperPacketsAsItCountsThoseThatPass(boolean wirePackets, int packets)
      throws IOException {
    assertEquals(20, PAYLOAD_BYTES / SEGMENT_BYTES);
    machines.build();
    host.set("capture.drops=required");
    host.set("capture.wire_packets=" + wirePackets);
    Process guest = machines.startGuest();
    machines.nft(
        """
        table inet witness {
          counter dropped { }
          chain forward { type filter hook forward priority 0
            tcp dport 80 numgen inc mod 4 0 counter name dropped drop; }
        }
        """);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      String frame =
          HexFormat.of()
              .formatHex(
                  Firewalled.frame(GUEST, 1, ipv6)
                      .tcp(40_000, 80, FrameBuilder.ACK)
                      .payloadOf(PAYLOAD_BYTES)
                      .build());
      String words = ((ipv6 ? "tso6:" : "tso:") + frame + " ").repeat(SUPER_PACKETS) + "\n";
      guest.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
      guest.getOutputStream().flush();
      assertEquals("sent", Namespaces.line(guest));
      Count one =
          new Count(packets, PAYLOAD_BYTES + packets * (TCP_BYTES + (ipv6 ? 40L : 20L)), 16);
      expect(ipv6, ACCEPT, "", one, SUPER_PACKETS * 3 / 4);
      expect(ipv6, DROP, FIREWALL, one, SUPER_PACKETS / 4);
    }
    assertEquals(SUPER_PACKETS / 2, machines.counter("dropped"));
    machines.check();
  }

  private void expect(boolean ipv6, String verdict, String dropPoint, Count one, int times) {
    String flow = "6 v" + (ipv6 ? 6 : 4) + " 40000>80" + dropPoint;
    Count all = new Count(one.packets() * times, one.bytes() * times, one.tcpFlags());
    machines.expect(GUEST, EGRESS, verdict, flow, all);
    machines.expect(1, INGRESS, verdict, flow, all);
  }
}
