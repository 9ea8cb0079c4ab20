package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A host that routes between its machines and the world outside, with address translation as
 * libvirt sets it up: what it drops is known to be a machine's, also where no bridge tells. Needs
 * root, iproute2, iptables, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class RoutedVerdictTest {
  private static final String OUTSIDE_MAC = "02:88:00:00:00:01";
  private static final String UPLINK_MAC = "02:88:00:00:00:fe";
  private static final int MASQUERADED = 20_000;
  private static final int ICMP_HEADERS_BYTES = 28;
  private static final int ICMPV6_HEADERS_BYTES = 48;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3", "outside");
  private final Firewalled machines = new Firewalled(host);

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
    host.net().connect(LiveHost.HOST, "uplink", "outside");
    host.net().in("outside", "ip", "link", "set", "eth0", "address", OUTSIDE_MAC);
    onHost("ip link set uplink address " + UPLINK_MAC);
    for (String device : List.of("bridge", "uplink")) {
      String settings = "net.ipv6.conf." + device;
      onHost("sysctl -qw " + settings + ".disable_ipv6=0 " + settings + ".accept_dad=0");
      // senders that cannot be reached are the firewall's to drop
      onHost("sysctl -qw net.ipv4.conf." + device + ".rp_filter=0");
    }
    onHost("ip address add 10.88.0.254/24 dev uplink");
    onHost("ip address add fd88::254/64 dev uplink nodad");
    onHost("ip address add fd77::254/64 dev bridge nodad");
    onHost("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
    onHost("sysctl -qw net.ipv4.conf.all.rp_filter=0");
    // each refused packet has its answer
    onHost("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0");
    neighbour("10.88.0.1", OUTSIDE_MAC, "uplink");
    neighbour("fd88::1", OUTSIDE_MAC, "uplink");
    for (int machine = 1; machine <= Firewalled.MACHINES; machine++) {
      neighbour("10.77.0." + machine, Firewalled.mac(machine), "bridge");
      neighbour("fd77::" + machine, Firewalled.mac(machine), "bridge");
    }
  }

  private void onHost(String command) {
    host.net().in(LiveHost.HOST, command.split(" ", -1));
  }

  private void neighbour(String address, String mac, String device) {
    onHost("ip neigh replace " + address + " lladdr " + mac + " dev " + device + " nud permanent");
  }

  private void bridgeShowsPacketsToFirewalls(boolean shows) {
    for (String key : List.of("iptables", "ip6tables")) {
      onHost("sysctl -qw net.bridge.bridge-nf-call-" + key + "=" + (shows ? 1 : 0));
    }
  }

  /** Begins a frame of a machine to somebody whom the host reaches, or is. */
  private static FrameBuilder fromMachine(int machine, String source, String destination) {
    FrameBuilder frame = FrameBuilder.ethernet(Firewalled.mac(machine), Firewalled.HOST_MAC);
    return source.contains(":") ? frame.ipv6(source, destination) : frame.ipv4(source, destination);
  }

  private static FrameBuilder fromOutside(String destination) {
    FrameBuilder frame = FrameBuilder.ethernet(OUTSIDE_MAC, UPLINK_MAC);
    return destination.contains(":")
        ? frame.ipv6("fd88::1", destination)
        : frame.ipv4("10.88.0.1", destination);
  }

  /** Has machine 2 send datagrams out of its network. */
  private Count goOut(boolean ipv6, int port, int times, String verdict) {
    FrameBuilder frame =
        ipv6 ? fromMachine(2, "fd77::2", "fd88::1") : fromMachine(2, "10.77.0.2", "10.88.0.1");
    return goOut(frame, port, times, verdict, ipv6);
  }

  private Count goOut(FrameBuilder frame, int port, int times, String verdict, boolean ipv6) {
    int own = machines.nextNumber();
    Count sent = machines.send(2, times, frame.udp(own, port).payloadOf(own % 100));
    expect(2, EGRESS, verdict, flow(ipv6, own, port), sent);
    return sent;
  }

  /** Has somebody outside send datagrams to a machine. */
  private void comeIn(int machine, boolean ipv6, int port, int times, String verdict) {
    int own = machines.nextNumber();
    FrameBuilder frame = fromOutside(ipv6 ? "fd77::" + machine : "10.77.0." + machine);
    Count sent = machines.send("outside", times, frame.udp(own, port).payloadOf(own % 100));
    expect(machine, INGRESS, verdict, flow(ipv6, own, port), sent);
  }

  private static String flow(boolean ipv6, int source, int destination) {
    return "17 v" + (ipv6 ? 6 : 4) + " " + source + ">" + destination;
  }

  private void expect(int machine, String direction, String verdict, String flow, Count sent) {
    boolean dropped = verdict.equals(DROP);
    machines.expect(machine, direction, verdict, flow + (dropped ? FIREWALL : ""), sent);
    if (dropped) {
      machines.expectCondemned(sent);
    }
  }

  /** The host answers each packet with an error that quotes it. */
  private void expectRefusals(int machine, boolean ipv6, Count refused) {
    int headers = ipv6 ? ICMPV6_HEADERS_BYTES : ICMP_HEADERS_BYTES;
    Count answers = new Count(refused.packets(), refused.bytes() + refused.packets() * headers);
    String flow = ipv6 ? "58 v6 0>0 type 1" : "1 v4 0>0 type 3";
    machines.expect(machine, INGRESS, ACCEPT, flow, answers);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayWhatLibvirtsRulesSay(boolean bridgeNetfilter) throws IOException {
    bridgeShowsPacketsToFirewalls(bridgeNetfilter);
    machines.iptables(
        """
        *nat
        -A PREROUTING -i uplink -p tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80
        -A PREROUTING -i uplink -p udp --dport 8053 -j DNAT --to-destination 10.77.0.3:53
        -A POSTROUTING -s 10.77.0.0/24 ! -d 10.77.0.0/24 -p udp -j MASQUERADE --to-ports 20000
        COMMIT
        *mangle
        -A POSTROUTING -p udp --dport 97 -j DROP
        COMMIT
        *filter
        -A INPUT -i bridge -p udp --dport 53 -j ACCEPT
        -A INPUT -i bridge -p udp --dport 5399 -j DROP
        -A INPUT -i bridge -p udp --dport 5398 -j REJECT
        -A FORWARD -i uplink -d 10.77.0.2 -p tcp --dport 80 -j ACCEPT
        -A FORWARD -p udp --dport 99 -j DROP
        -A FORWARD -s 10.77.0.2 -p tcp --dport 25 -j REJECT --reject-with tcp-reset
        -A FORWARD -i bridge -o bridge -j ACCEPT
        -A FORWARD -o bridge -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o bridge -p udp --dport 97 -j ACCEPT
        -A FORWARD -o bridge -j REJECT --reject-with icmp-port-unreachable
        -A FORWARD -s 10.77.0.0/24 -i bridge -j ACCEPT
        -A FORWARD -i bridge -j REJECT --reject-with icmp-port-unreachable
        -A OUTPUT -p udp --dport 5302 -j DROP
        COMMIT
        """,
        "iptables-restore");
    host.start();
    masqueraded();
    goOut(false, 99, 4, DROP);
    goOut(false, 97, 5, DROP);
    comeIn(2, false, 5301, 6, DROP);
    comeIn(3, false, 97, 7, DROP);
    translated();
    connectionsOut();
    local();
    machines.udp(2, 1, false, 53, 3, ACCEPT);
    machines.udp(1, 2, false, 99, 4, bridgeNetfilter ? DROP : ACCEPT);
    // the answers go to somebody else
    goOut(fromMachine(2, "10.66.0.2", "10.88.0.1"), 55, 8, DROP, false);
    machines.checkWithWitness();
  }

  /** What comes back is the machine's, too. */
  private void masqueraded() {
    int own = machines.coming();
    goOut(false, 53, 3, ACCEPT);
    FrameBuilder answer = fromOutside("10.88.0.254").udp(53, MASQUERADED).payloadOf(70);
    expect(2, INGRESS, ACCEPT, flow(false, 53, own), machines.send("outside", 2, answer));
  }

  private void translated() {
    FrameBuilder syn = fromOutside("10.88.0.254").tcp(50_000, 8080, FrameBuilder.SYN);
    expect(2, INGRESS, ACCEPT, "6 v4 50000>80", machines.send("outside", 1, syn));
    int synAck = FrameBuilder.SYN | FrameBuilder.ACK;
    FrameBuilder answer = fromMachine(2, "10.77.0.2", "10.88.0.1").tcp(80, 50_000, synAck, 0, 1);
    expect(2, EGRESS, ACCEPT, "6 v4 80>50000", machines.send(2, 1, answer));
    FrameBuilder refused = fromOutside("10.88.0.254").udp(50_001, 8053).payloadOf(80);
    expect(3, INGRESS, DROP, "17 v4 50001>53", machines.send("outside", 4, refused));
  }

  private void connectionsOut() {
    FrameBuilder syn = fromMachine(2, "10.77.0.2", "10.88.0.1").tcp(50_002, 25, FrameBuilder.SYN);
    expect(2, EGRESS, DROP, "6 v4 50002>25", machines.send(2, 1, syn));
    int reset = FrameBuilder.RST | FrameBuilder.ACK;
    expect(2, INGRESS, ACCEPT, "6 v4 25>50002", new Count(1, 40, reset));
    syn = fromMachine(2, "10.77.0.2", "10.88.0.1").tcp(50_003, 80, FrameBuilder.SYN);
    expect(2, EGRESS, ACCEPT, "6 v4 50003>80", machines.send(2, 1, syn));
  }

  /** Between a machine and the host itself, where nobody listens. */
  private void local() {
    String hostAddress = "10.77.0.254";
    goOut(fromMachine(2, "10.77.0.2", hostAddress), 5399, 3, DROP, false);
    Count refused = goOut(fromMachine(2, "10.77.0.2", hostAddress), 5398, 2, DROP, false);
    Count unheard = goOut(fromMachine(2, "10.77.0.2", hostAddress), 53, 4, ACCEPT, false);
    expectRefusals(2, false, refused);
    expectRefusals(2, false, unheard);
    machines.sendDatagrams(LiveHost.HOST, hostAddress + " 7001 10.77.0.1 68 100 5");
    expect(1, INGRESS, ACCEPT, "17 v4 7001>68", new Count(5, 5 * 128));
    machines.sendDatagrams(LiveHost.HOST, hostAddress + " 7002 10.77.0.1 5302 100 6");
    expect(1, INGRESS, DROP, "17 v4 7002>5302", new Count(6, 6 * 128));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayWhatIsDroppedOfRoutedIpv6(boolean bridgeNetfilter) throws IOException {
    bridgeShowsPacketsToFirewalls(bridgeNetfilter);
    machines.iptables(
        """
        *filter
        -A INPUT -i bridge -p udp --dport 5399 -j DROP
        -A FORWARD -p udp --dport 99 -j DROP
        -A FORWARD -i bridge -o bridge -j ACCEPT
        -A FORWARD -o bridge -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -o bridge -j REJECT
        -A FORWARD -s fd77::/64 -i bridge -p udp --dport 53 -j ACCEPT
        -A FORWARD -i bridge -j REJECT
        -A OUTPUT -p udp --dport 5302 -j DROP
        COMMIT
        """,
        "ip6tables-restore");
    host.start();
    int own = machines.coming();
    goOut(true, 53, 3, ACCEPT);
    FrameBuilder answer = fromOutside("fd77::2").udp(53, own).payloadOf(70);
    expect(2, INGRESS, ACCEPT, flow(true, 53, own), machines.send("outside", 2, answer));
    goOut(true, 99, 4, DROP);
    expectRefusals(2, true, goOut(true, 98, 2, DROP));
    comeIn(2, true, 5301, 6, DROP);
    goOut(fromMachine(2, "fd77::2", "fd77::254"), 5399, 3, DROP, true);
    machines.sendDatagrams(LiveHost.HOST, "fd77::254 7002 fd77::1 5302 100 6");
    expect(1, INGRESS, DROP, "17 v6 7002>5302", new Count(6, 6 * 148));
    machines.udp(1, 2, true, 99, 4, bridgeNetfilter ? DROP : ACCEPT);
    goOut(fromMachine(2, "fd66::2", "fd88::1"), 55, 8, DROP, true);
    machines.checkWithWitness();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayThatAllIsAcceptedWhereThereIsNoFirewall(boolean bridgeNetfilter)
      throws IOException {
    bridgeShowsPacketsToFirewalls(bridgeNetfilter);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      machines.udp(2, 1, ipv6, 53, 3, ACCEPT);
      machines.syn(1, 3, ipv6, 80, ACCEPT);
      machines.ping(3, 2, ipv6, 4, ACCEPT);
      goOut(ipv6, 53, 5, ACCEPT);
      comeIn(3, ipv6, 53, 6, ACCEPT);
    }
    int own = machines.nextNumber();
    FrameBuilder toNobody =
        FrameBuilder.ethernet(Firewalled.mac(2), "02:77:00:00:00:aa")
            .ipv4("10.77.0.2", "10.77.0.99")
            .udp(own, 5302)
            .payloadOf(50);
    Count sent = machines.send(2, 4, toNobody);
    expect(2, EGRESS, ACCEPT, flow(false, own, 5302), sent);
    expect(1, INGRESS, ACCEPT, flow(false, own, 5302), sent);
    expect(3, INGRESS, ACCEPT, flow(false, own, 5302), sent);
    host.awaitMetric("flowlog_frames_total", 66);
    LiveHost.sleepMs(300); // long enough for any drop to be told
    for (String what : List.of("packets_dropped", "drops_of_no_port", "drops_of_copies")) {
      assertEquals(0, host.metric("flowlog_" + what + "_total"), what);
    }
    assertEquals(0, host.metric("flowlog_packets_dropped_unseen_total"));
    machines.check();
  }
}
