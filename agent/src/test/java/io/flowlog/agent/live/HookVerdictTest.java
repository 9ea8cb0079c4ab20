package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.GUEST;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Packets that are dropped outside of IP's own firewall hooks: by filters of tc, and as
 * super-packets by the bridge's hooks and the devices'. Needs root, iproute2, nft, python3, BTF,
 * tc's classifier bpf and /dev/net/tun.
 */
@Tag("slow")
@Timeout(180)
class HookVerdictTest {
  private static final int DATAGRAM_BYTES = 12_000;
  private static final int DATAGRAMS = 4;
  private static final int SEGMENTS = 10;
  private static final int STREAM_BYTES = 20_000;
  private static final int STREAM_SEGMENTS = 20;
  private static final int ETHERNET_BYTES = 14;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
  }

  /** Has tc drop what goes to a layer 4 port, IPv4 and IPv6. */
  private void filter(String device, String direction, int port) {
    host.net().in(LiveHost.HOST, "tc", "qdisc", "add", "dev", device, "clsact");
    // the EtherType; then the port behind the header that it says; 2 means drop
    String program =
        "8,40 0 0 12,21 2 0 34525,40 0 0 36,5 0 0 1,40 0 0 56,21 0 1 %d,6 0 0 2,6 0 0 0"
            .formatted(port);
    String command = "tc filter add dev " + device + " " + direction + " bpf direct-action";
    String[] words = (command + " bytecode _").split(" ", -1);
    words[words.length - 1] = program;
    host.net().in(LiveHost.HOST, words);
  }

  private void assertFiltered(String device, int packets) {
    String text = host.net().in(LiveHost.HOST, "tc", "-s", "qdisc", "show", "dev", device);
    assertTrue(text.contains("(dropped " + packets + ","), text);
  }

  @Test
  void shouldSayWhatFiltersOfTcDrop() throws IOException {
    filter("tap2", "ingress", 5701);
    filter("tap1", "egress", 5702);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      String version = "17 v" + (ipv6 ? 6 : 4) + " ";
      FrameBuilder frame = Firewalled.frame(2, 1, ipv6).udp(7, 5701).payloadOf(40);
      machines.expect(2, EGRESS, DROP, version + "7>5701 TC_INGRESS", machines.send(2, 3, frame));
      frame = Firewalled.frame(2, 1, ipv6).udp(7, 5702).payloadOf(40);
      Count sent = machines.send(2, 5, frame);
      machines.expect(2, EGRESS, DROP, version + "7>5702 TC_EGRESS", sent);
      machines.expect(1, INGRESS, DROP, version + "7>5702 TC_EGRESS", sent);
      machines.udp(2, 1, ipv6, 5703, 4, ACCEPT);
      machines.udp(1, 2, ipv6, 5701, 4, ACCEPT);
      machines.udp(2, 3, ipv6, 5702, 4, ACCEPT);
    }
    assertFiltered("tap2", 6);
    assertFiltered("tap1", 10);
    machines.check();
  }

  @Test
  void shouldCountSuperPacketsThatHooksOfBridgeAndDevicesDrop() throws IOException {
    machines.speak(2, 1);
    Process guest = machines.startGuest();
    machines.nft(
        """
        table bridge b {
          chain prerouting { type filter hook prerouting priority -300
            th dport 5801 counter drop; }
          chain forward { type filter hook forward priority 0; th dport 5802 counter drop; }
        }
        table netdev n {
          chain in { type filter hook ingress devices = { "tap2", "tap4" } priority 0
            th dport 5803 counter drop; }
          chain out { type filter hook egress device "tap1" priority 0
            th dport 5804 counter drop; }
        }
        """);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      for (int port = 5801; port <= 5805; port++) {
        sendDatagrams(ipv6, port);
        sendStream(guest, ipv6, port);
      }
    }
    machines.checkWithWitness();
  }

  private void sendDatagrams(boolean ipv6, int port) {
    String ends = ipv6 ? "fd77::2 7400 fd77::1 " : "10.77.0.2 7400 10.77.0.1 ";
    machines.sendDatagrams(
        "vm2", ends + port + " " + DATAGRAM_BYTES + " " + DATAGRAMS + " " + 12_000 / SEGMENTS);
    int headers = (ipv6 ? 40 : 20) + 8;
    long bytes = DATAGRAMS * (DATAGRAM_BYTES + SEGMENTS * (long) headers);
    Count sent = new Count(DATAGRAMS * SEGMENTS, bytes);
    expect(2, (ipv6 ? "17 v6 7400>" : "17 v4 7400>") + port, port, sent);
    expectCondemned(port, DATAGRAMS, DATAGRAM_BYTES + headers);
  }

  private void sendStream(Process guest, boolean ipv6, int port) throws IOException {
    byte[] frame =
        Firewalled.frame(GUEST, 1, ipv6)
            .tcp(7500, port, FrameBuilder.ACK)
            .payloadOf(STREAM_BYTES)
            .build();
    String line = (ipv6 ? "tso6:" : "tso:") + HexFormat.of().formatHex(frame) + "\n";
    guest.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
    guest.getOutputStream().flush();
    assertEquals("sent", Namespaces.line(guest));
    int headers = (ipv6 ? 40 : 20) + 20;
    Count sent =
        new Count(
            STREAM_SEGMENTS, STREAM_BYTES + STREAM_SEGMENTS * (long) headers, FrameBuilder.ACK);
    expect(GUEST, (ipv6 ? "6 v6 7500>" : "6 v4 7500>") + port, port, sent);
    expectCondemned(port, 1, STREAM_BYTES + headers);
  }

  /** Expects rows of what goes to machine 1: before the bridge, nobody knows that. */
  private void expect(int from, String flow, int port, Count sent) {
    String verdict = port == 5805 ? ACCEPT : DROP;
    String all = flow + (port == 5805 ? "" : FIREWALL);
    machines.expect(from, EGRESS, verdict, all, sent);
    if (port != 5801 && port != 5803) {
      machines.expect(1, INGRESS, verdict, all, sent);
    }
  }

  /** Expects what nft counts: super-packets, and where they leave, with their Ethernet header. */
  private void expectCondemned(int port, int times, int bytes) {
    if (port != 5805) {
      int header = port == 5804 ? ETHERNET_BYTES : 0;
      machines.expectCondemned(new Count(times, times * (bytes + (long) header)));
    }
  }
}
