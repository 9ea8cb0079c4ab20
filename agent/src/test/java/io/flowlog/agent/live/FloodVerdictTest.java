package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Packets that a bridge copies, and those that only look like copies: what the records say of their
 * senders and receivers. Needs root, iproute2, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class FloodVerdictTest {
  private static final String UNKNOWN_MAC = "02:77:00:00:00:aa";

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private boolean ipv6;

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
    machines.nft(
        """
        table bridge b {
          chain forward { type filter hook forward priority 0
            udp dport 5301 counter drop
            oifname "tap3" udp dport 5302 counter drop; }
        }
        table inet i {
          chain forward { type filter hook forward priority 0; udp dport 5303 counter drop; }
        }
        """);
  }

  private Count send(String mac, String address, int port, int times) {
    FrameBuilder ethernet = FrameBuilder.ethernet(Firewalled.mac(2), mac);
    FrameBuilder frame =
        ipv6 ? ethernet.ipv6("fd77::2", address) : ethernet.ipv4("10.77.0.2", address);
    return machines.send(2, times, frame.udp(7, port).payloadOf(50));
  }

  private void expect(int machine, String direction, String verdict, int port, Count sent) {
    String end = verdict.equals(DROP) ? FIREWALL : "";
    machines.expect(
        machine, direction, verdict, "17 v" + (ipv6 ? 6 : 4) + " 7>" + port + end, sent);
  }

  @Test
  void shouldTellTheSenderOfWhatNobodyGot() throws IOException {
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      String stranger = ipv6 ? "fd77::99" : "10.77.0.99";
      for (int port : new int[] {5301, 5303}) {
        Count lost = send(UNKNOWN_MAC, stranger, port, 4);
        expect(2, EGRESS, DROP, port, lost);
        machines.expectCondemned(lost.plus(lost));
      }
      Count partly = send(UNKNOWN_MAC, stranger, 5302, 3);
      expect(2, EGRESS, ACCEPT, 5302, partly);
      expect(1, INGRESS, ACCEPT, 5302, partly);
      machines.expectCondemned(partly);
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldTellTheSenderOfWhatNobodyOfAGroupGot() throws IOException {
    host.start();
    toGroup("ff:ff:ff:ff:ff:ff", "10.77.0.255");
    toGroup("01:00:5e:01:02:03", "239.1.2.3");
    ipv6 = true;
    toGroup("33:33:00:00:12:34", "ff02::1234");
    machines.checkWithWitness();
  }

  private void toGroup(String mac, String address) {
    for (int port : new int[] {5301, 5303}) {
      Count lost = send(mac, address, port, 5);
      expect(2, EGRESS, DROP, port, lost);
      expect(1, INGRESS, DROP, port, lost);
      expect(3, INGRESS, DROP, port, lost);
      machines.expectCondemned(lost.plus(lost));
    }
    Count partly = send(mac, address, 5302, 6);
    expect(2, EGRESS, ACCEPT, 5302, partly);
    expect(1, INGRESS, ACCEPT, 5302, partly);
    expect(3, INGRESS, DROP, 5302, partly);
    machines.expectCondemned(partly);
  }

  @Test
  void shouldTellDropsFromCopiesWhoeverListens() throws IOException {
    // of what is behind tap1 only the bridge knows
    host.remove("ports.d/tap1.yaml");
    listen("vm2", "eth0");
    listen(LiveHost.HOST, "tap2");
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      for (int port : new int[] {5301, 5303}) {
        Count sent = send(Firewalled.mac(1), ipv6 ? "fd77::1" : "10.77.0.1", port, 5);
        expect(2, EGRESS, DROP, port, sent);
        machines.expectCondemned(sent);
      }
    }
    machines.checkWithWitness();
  }

  private void listen(String name, String device) throws IOException {
    String program =
        "import signal, socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0);"
            + " s.bind(('"
            + device
            + "', 3)); print('ready', flush=True); signal.pause()";
    Process listener = host.net().start(name, "python3", "-c", program);
    assertEquals("ready", Namespaces.line(listener));
  }
}
