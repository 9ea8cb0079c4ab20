package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Three machines at the bridge of a host whose firewalls see what is bridged, and what was sent and
 * should be in the records of it; owned by one test.
 *
 * <p>No machine says anything by itself: each frame is the test's.
 */
final class Firewalled {
  static final int MACHINES = 3;

  /** The machine behind a TAP device, which {@link #startGuest} makes. */
  static final int GUEST = 4;

  /** The bridge's own, at which the host itself is reached. */
  static final String HOST_MAC = "02:77:00:00:00:fe";

  static final String EGRESS = "egress";
  static final String INGRESS = "ingress";
  static final String ACCEPT = "ACCEPT";
  static final String DROP = "DROP";

  /** What a flow's text ends with whose packets a firewall dropped. */
  static final String FIREWALL = " NETFILTER_DROP";

  private static final int FIRST_NEIGHBOUR_TYPE = 130;

  /** What nft shows of a rule that counts and condemns, also of one that iptables made. */
  private static final Pattern CONDEMNING =
      Pattern.compile("counter packets (\\d+) bytes (\\d+) (drop|reject|xt target \"REJECT\")");

  private final LiveHost host;
  private final Map<String, Count> expected = new TreeMap<>();
  private Count condemned = Count.NOTHING;
  private Count witnessed = Count.NOTHING;
  private int number = 1000;

  Firewalled(LiveHost host) {
    this.host = host;
  }

  /** Builds everything but the firewall; the agent knows all three ports. */
  void build() {
    host.bridge();
    host.net().in(LiveHost.HOST, "ip", "address", "add", "10.77.0.254/24", "dev", "bridge");
    host.net().in(LiveHost.HOST, "ip", "link", "set", "bridge", "address", HOST_MAC);
    for (String key : List.of("iptables", "ip6tables")) {
      host.net().in(LiveHost.HOST, "sysctl", "-qw", "net.bridge.bridge-nf-call-" + key + "=1");
    }
    for (int machine = 1; machine <= MACHINES; machine++) {
      String tap = "tap" + machine;
      host.cable("vm" + machine, tap);
      host.net().in("vm" + machine, "ip", "link", "set", "eth0", "address", mac(machine));
      declare(machine);
    }
    host.logger("all");
  }

  /** Lets bridge and agent know a machine. */
  private void declare(int machine) {
    String tap = "tap" + machine;
    host.net()
        .in(
            LiveHost.HOST,
            "bridge fdb replace %s dev %s master static"
                .formatted(mac(machine), tap)
                .split(" ", -1));
    host.write(
        "ports.d/" + tap + ".yaml",
        """
        - device: %s
          port_id: %s
          network_id: %s
          mac: "%s"
          addresses: [10.77.0.%d, "fd77::%d"]
        """
            .formatted(
                tap, LiveHost.portId(tap), LiveHost.NETWORK_ID, mac(machine), machine, machine));
  }

  /** Starts a machine that hands over super-packets; see guest.py. */
  Process startGuest() throws IOException {
    String tap = "tap" + GUEST;
    Process guest = host.net().start(LiveHost.HOST, "python3", Namespaces.script("guest.py"), tap);
    assertEquals("ready", Namespaces.line(guest));
    host.net().in(LiveHost.HOST, "ip", "link", "set", tap, "master", "bridge", "up");
    declare(GUEST);
    return guest;
  }

  /** Gives a machine its addresses, for what its own kernel says, and lets it know another one. */
  void speak(int machine, int to) {
    host.address("vm" + machine, machine);
    know("vm" + machine, "eth0", to, mac(to));
  }

  /** Tells a machine, or the host, where another one is found. */
  void know(String name, String device, int machine, String mac) {
    for (String address : List.of("10.77.0." + machine, "fd77::" + machine)) {
      String command = "ip neigh replace " + address + " lladdr " + mac + " dev " + device;
      host.net().in(name, (command + " nud permanent").split(" ", -1));
    }
  }

  static String mac(int machine) {
    return "02:77:00:00:00:0" + machine;
  }

  /** Replaces the rules of iptables, for IPv4 and IPv6 alike. */
  void iptables(String rules) {
    iptables(rules, "iptables-restore", "ip6tables-restore");
  }

  /** Replaces the rules of some of iptables' kinds. */
  void iptables(String rules, String... tools) {
    witness();
    host.write("rules", rules);
    for (String tool : tools) {
      host.net().in(LiveHost.HOST, tool, host.folder().resolve("rules").toString());
    }
  }

  /** Replaces the rules of nft. */
  void nft(String rules) {
    witness();
    host.write("rules", "flush ruleset\n" + rules);
    host.net().in(LiveHost.HOST, "nft", "-f", host.folder().resolve("rules").toString());
  }

  /** Changes the rules of nft as a command of its own says. */
  void changeNft(String command) {
    host.net().in(LiveHost.HOST, ("nft " + command).split(" ", -1));
  }

  /** Reads what rules have counted and condemned, which is lost with the rules. */
  private void witness() {
    Matcher rule = CONDEMNING.matcher(host.net().in(LiveHost.HOST, "nft", "list", "ruleset"));
    while (rule.find()) {
      Count count = new Count(Long.parseLong(rule.group(1)), Long.parseLong(rule.group(2)));
      witnessed = witnessed.plus(count);
    }
  }

  /** Begins a frame from one machine to another. */
  static FrameBuilder frame(int from, int to, boolean ipv6) {
    FrameBuilder ethernet = FrameBuilder.ethernet(mac(from), mac(to));
    return ipv6
        ? ethernet.ipv6("fd77::" + from, "fd77::" + to)
        : ethernet.ipv4("10.77.0." + from, "10.77.0." + to);
  }

  /** Has a machine send a frame so many times; returns what that adds up to. */
  Count send(int machine, int times, FrameBuilder frame) {
    return send("vm" + machine, times, frame);
  }

  /** Has somebody send a frame so many times from eth0; returns what that adds up to. */
  Count send(String name, int times, FrameBuilder frame) {
    byte[] bytes = frame.build();
    host.net().send(name, "eth0", times, List.of(bytes));
    return Count.of(bytes, times);
  }

  /** Sends datagrams from one machine to another, all of which one verdict meets. */
  void udp(int from, int to, boolean ipv6, int port, int times, String verdict) {
    int own = nextNumber();
    Count sent = send(from, times, frame(from, to, ipv6).udp(own, port).payloadOf(own % 100));
    expectBoth(from, to, verdict, "17 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port, sent);
  }

  /**
   * Sends datagrams that are dropped before the bridge has chosen an output: nobody knows for whom
   * they were.
   */
  void udpDroppedEarly(int from, int to, boolean ipv6, int port, int times) {
    int own = nextNumber();
    Count sent = send(from, times, frame(from, to, ipv6).udp(own, port).payloadOf(own % 100));
    expect(from, EGRESS, DROP, "17 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port + FIREWALL, sent);
    expectCondemned(sent);
  }

  /** Sends a SYN. */
  void syn(int from, int to, boolean ipv6, int port, String verdict) {
    int own = nextNumber();
    Count sent = send(from, 1, frame(from, to, ipv6).tcp(own, port, FrameBuilder.SYN));
    expectBoth(from, to, verdict, "6 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port, sent);
  }

  /** Sends ICMP's requests for an echo. */
  void ping(int from, int to, boolean ipv6, int times, String verdict) {
    FrameBuilder frame = frame(from, to, ipv6);
    frame = ipv6 ? frame.icmpv6(128, 0) : frame.icmp(8, 0);
    Count sent = send(from, times, frame.payloadOf(20));
    String flow = ipv6 ? "58 v6 0>0 type 128" : "1 v4 0>0 type 8";
    expectBoth(from, to, verdict, flow, sent);
  }

  /** Returns a layer 4 port that no flow has had yet. */
  int nextNumber() {
    return number++;
  }

  /** Returns the number that {@link #nextNumber} returns next. */
  int coming() {
    return number;
  }

  /** Has a machine, or the host, send datagrams by its own kernel; see send_udp.py. */
  void sendDatagrams(String machine, String what) {
    Path script =
        Path.of(System.getProperty("basedir", "."))
            .toAbsolutePath()
            .normalize()
            .resolveSibling("native-bridge")
            .resolve("src/test/resources/drops/send_udp.py");
    host.net().in(machine, ("python3 " + script + " " + what).split(" ", -1));
  }

  /** Returns how often the rule of nft with a counter of this name has matched. */
  long counter(String name) {
    return counted(name).packets();
  }

  /** Returns what the rules of nft with a counter of this name have matched. */
  Count counted(String name) {
    String text = host.net().in(LiveHost.HOST, "nft", "list", "counter", "inet", "witness", name);
    Matcher counter = Pattern.compile("packets (\\d+) bytes (\\d+)").matcher(text);
    if (!counter.find()) {
      throw new AssertionError(text);
    }
    return new Count(Long.parseLong(counter.group(1)), Long.parseLong(counter.group(2)));
  }

  /** Expects rows of a machine's port with a flow that add up to so much. */
  void expect(int machine, String direction, String verdict, String flow, Count count) {
    expected.merge(
        "tap" + machine + " " + direction + " " + verdict + " " + flow, count, Count::plus);
  }

  /** Expects rows of sender and receiver. */
  void expectBoth(int from, int to, String verdict, String flow, Count sent) {
    String all = flow + (verdict.equals(DROP) ? FIREWALL : "");
    expect(from, EGRESS, verdict, all, sent);
    expect(to, INGRESS, verdict, all, sent);
    if (verdict.equals(DROP)) {
      expectCondemned(sent);
    }
  }

  /** Expects rules that count to have condemned so much more. */
  void expectCondemned(Count sent) {
    condemned = condemned.plus(sent.withoutFlags());
  }

  /** Ends the agent and compares its rows with what was sent. */
  void check() throws IOException {
    host.stop();
    assertEquals(expected(), recorded("all"));
  }

  /** Does the same, after the firewalls' own counts of what they dropped. */
  void checkWithWitness() throws IOException {
    witness();
    assertEquals(condemned, witnessed);
    check();
  }

  String expected() {
    return lines(expected);
  }

  /** Returns the rows of a logger, added up. */
  String recorded(String logger) throws IOException {
    Map<String, Count> sums = new TreeMap<>();
    for (Row row : host.rowsOf(logger)) {
      if (row.text("status").equals("SKIPDATA")) {
        throw new AssertionError("something could not be collected: " + row);
      }
      if (row.hasFlow() && !isNeighbourTalk(row)) {
        String key = tap(row) + " " + row.text("direction") + " " + row.text("filter");
        sums.merge(
            key + " " + flow(row),
            new Count(row.number("packets"), row.number("bytes"), flags(row)),
            Count::plus);
      }
    }
    return lines(sums);
  }

  private static int flags(Row row) {
    return row.text("protocol").equals("6") ? (int) row.number("tcp_flags_all") : 0;
  }

  /** What kernels that speak IPv6 tell their neighbours whenever they like. */
  private static boolean isNeighbourTalk(Row row) {
    return row.text("protocol").equals("58") && row.number("icmp_type") >= FIRST_NEIGHBOUR_TYPE;
  }

  /** Returns protocol, ports and where a row's packets were condemned. */
  private static String flow(Row row) {
    String kind = row.text("icmp_type").isEmpty() ? "" : " type " + row.text("icmp_type");
    return row.text("protocol")
        + " v"
        + row.text("ip_version")
        + " "
        + row.text("src_port")
        + ">"
        + row.text("dst_port")
        + kind
        + (row.text("drop_point").isEmpty() ? "" : " " + row.text("drop_point"));
  }

  private static String tap(Row row) {
    for (int machine = 1; machine <= GUEST; machine++) {
      if (row.text("interface_id").equals(LiveHost.portId("tap" + machine))) {
        return "tap" + machine;
      }
    }
    throw new AssertionError(row.toString());
  }

  private static String lines(Map<String, Count> counts) {
    StringBuilder lines = new StringBuilder();
    counts.forEach((what, count) -> lines.append(what + ": " + count + "\n"));
    return lines.toString();
  }
}
