package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.INGRESS;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Datagrams in fragments, which a firewall judges whole: rows count the fragments that were on the
 * wire. Needs root, iproute2, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class FragmentVerdictTest {
  private static final int UDP_BYTES = 8;
  private static final int MTU = 1500;
  private static final int SMALL_MTU = 296;
  private static final int HOST = 254;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private boolean ipv6;

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
    // they are put together because connections are tracked
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            ct state new udp dport 5301 counter drop; }
          chain input { type filter hook input priority 0; udp dport 5302 counter drop; }
          chain mangle { type filter hook postrouting priority -150
            udp dport 5303 counter drop; }
        }
        """);
  }

  /** Returns what datagrams are on the wire. */
  private Count onTheWire(int payloadBytes, int times, int mtu) {
    int ip = ipv6 ? 48 : 20;
    int fragmentBytes = (mtu - ip) / 8 * 8;
    int bytes = payloadBytes + UDP_BYTES;
    int fragments = (bytes + fragmentBytes - 1) / fragmentBytes;
    return new Count((long) times * fragments, (long) times * (bytes + fragments * ip));
  }

  private String address(int machine) {
    return (ipv6 ? "fd77::" : "10.77.0.") + machine;
  }

  /** Has a kernel send datagrams; returns what is on the wire. */
  private Count send(int from, int to, int port, int payloadBytes, int times) {
    String name = from == HOST ? LiveHost.HOST : "vm" + from;
    String ends = address(from) + " 7000 " + address(to) + " " + port;
    machines.sendDatagrams(name, ends + " " + payloadBytes + " " + times);
    if (port <= 5303) {
      int headers = UDP_BYTES + (ipv6 ? 40 : 20);
      machines.expectCondemned(new Count(times, times * ((long) payloadBytes + headers)));
    }
    return onTheWire(payloadBytes, times, from == 3 ? SMALL_MTU : MTU);
  }

  private String flow(int port) {
    return "17 v" + (ipv6 ? 6 : 4) + " 7000>" + port + (port > 5303 ? "" : FIREWALL);
  }

  private void reachEachOther() {
    machines.speak(2, 1);
    machines.know("vm2", "eth0", HOST, Firewalled.HOST_MAC);
    host.net().in(LiveHost.HOST, "sysctl", "-qw", "net.ipv6.conf.bridge.disable_ipv6=0");
    String command = "ip address add fd77::254/64 dev bridge nodad";
    host.net().in(LiveHost.HOST, command.split(" ", -1));
    machines.know(LiveHost.HOST, "bridge", 1, Firewalled.mac(1));
  }

  @Test
  void shouldCountTheFragmentsOfWhatIsDroppedWhole() throws IOException {
    reachEachOther();
    machines.speak(3, 1);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      for (int payloadBytes : new int[] {3000, 60_000}) {
        for (int port : new int[] {5301, 5309}) {
          Count sent = send(2, 1, port, payloadBytes, 4);
          String verdict = port == 5301 ? DROP : ACCEPT;
          machines.expect(2, EGRESS, verdict, flow(port), sent);
          machines.expect(1, INGRESS, verdict, flow(port), sent);
        }
        machines.expect(2, EGRESS, DROP, flow(5302), send(2, HOST, 5302, payloadBytes, 3));
        machines.expect(1, INGRESS, DROP, flow(5303), send(HOST, 1, 5303, payloadBytes, 2));
      }
    }
    // so many that a kernel that checks programs needs persuasion; IPv6 has no such links
    ipv6 = false;
    host.net().in("vm3", "ip", "link", "set", "eth0", "mtu", Integer.toString(SMALL_MTU));
    Count many = send(3, 1, 5301, 65_000, 2);
    machines.expect(3, EGRESS, DROP, flow(5301), many);
    machines.expect(1, INGRESS, DROP, flow(5301), many);
    machines.checkWithWitness();
  }

  /** Nobody receives them, but no rule is to blame. */
  @Test
  void shouldOnlyCountFragmentsThatNeverBecomeADatagram() throws IOException {
    for (String key : List.of("ipv4.ipfrag_time", "netfilter.nf_conntrack_frag6_timeout")) {
      host.net().in(LiveHost.HOST, "sysctl", "-qw", "net." + key + "=1");
    }
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      machines.expect(2, EGRESS, ACCEPT, flow(5309), machines.send(2, 1, first(5309, 1)));
      Count orphan = machines.send(2, 1, later(1600, false, 2));
      machines.expect(2, EGRESS, ACCEPT, "17 v" + (ipv6 ? 6 : 4) + " 0>0", orphan);
      machines.expect(2, EGRESS, ACCEPT, flow(5308), machines.send(2, 1, first(5308, 3)));
      Count overlapping = machines.send(2, 1, later(400, true, 3));
      // what puts IPv6 together for firewalls condemns at once what cannot be
      String verdict = ipv6 ? DROP : ACCEPT;
      machines.expect(2, EGRESS, verdict, flow(5308) + (ipv6 ? FIREWALL : ""), overlapping);
    }
    host.awaitMetric("flowlog_packets_malformed_total", 4);
    machines.checkWithWitness();
  }

  private FrameBuilder first(int port, int id) {
    return fragment(0, true, id).udp(7000, port).payloadOf(792);
  }

  private FrameBuilder later(int at, boolean more, int id) {
    return fragment(at, more, id).protocol(17).payloadOf(800);
  }

  private FrameBuilder fragment(int at, boolean more, int id) {
    FrameBuilder frame = Firewalled.frame(2, 1, ipv6);
    return ipv6 ? frame.fragmentHeader(at, more, id) : frame.id(id).fragment(at, more);
  }
}
