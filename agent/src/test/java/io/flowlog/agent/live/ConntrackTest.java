package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A machine behind a host that routes and translates, as libvirt sets one up. */
@Tag("slow")
@Timeout(180)
class ConntrackTest {
  private static final String VM = "10.77.1.1";
  private static final String VM6 = "fd77:1::1";
  private static final String OUTSIDE = "192.0.2.9";
  private static final String OUTSIDE6 = "fd77:2::9";
  private static final String HOST_OUTSIDE = "192.0.2.254";
  private static final Pattern WAY =
      Pattern.compile("src=(\\S+) dst=(\\S+) (?:sport=(\\d+) dport=(\\d+))?");

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "out");

  @BeforeEach
  void build() throws IOException {
    connect("tap1", "vm1", "10.77.1.254", VM, "fd77:1::fe", VM6);
    connect("wan", "out", HOST_OUTSIDE, OUTSIDE, "fd77:2::fe", OUTSIDE6);
    host("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
    rules(
        "iptables-restore",
        """
        *raw
        -A PREROUTING -i tap1 -j CT --zone 7
        -A PREROUTING -i wan -j CT --zone 7
        COMMIT
        *nat
        -A PREROUTING -i wan -p tcp --dport 8080 -j DNAT --to-destination 10.77.1.1:80
        -A POSTROUTING -o wan -p tcp -j MASQUERADE --to-ports 50000-50100
        -A POSTROUTING -o wan -j MASQUERADE
        COMMIT
        """);
    rules("ip6tables-restore", "*nat\n-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n");
    host.write(
        "ports.d/tap1.yaml",
        """
        - device: tap1
          port_id: %s
          network_id: %s
          addresses: [%s, "%s"]
        """
            .formatted(LiveHost.portId("tap1"), LiveHost.NETWORK_ID, VM, VM6));
    host.logger("all");
    run("out", "serve", OUTSIDE, OUTSIDE6);
    run("vm1", "answer", "80");
  }

  private void connect(
      String device, String machine, String ownAddress, String address, String own6, String six) {
    host.net().connect(LiveHost.HOST, device, machine);
    for (String place : List.of(LiveHost.HOST, machine)) {
      boolean isHost = place.equals(LiveHost.HOST);
      String at = isHost ? device : "eth0";
      in(place, "sysctl -qw net.ipv6.conf." + at + ".disable_ipv6=0");
      in(place, "ip address add " + (isHost ? ownAddress : address) + "/24 dev " + at);
      in(place, "ip address add " + (isHost ? own6 : six) + "/64 nodad dev " + at);
    }
    in(machine, "ip route add default via " + ownAddress);
    in(machine, "ip -6 route add default via " + own6);
  }

  private void in(String place, String command) {
    host.net().in(place, command.split(" ", -1));
  }

  private void host(String command) {
    in(LiveHost.HOST, command);
  }

  private void rules(String tool, String rules) {
    host.write("rules", rules);
    host.net().in(LiveHost.HOST, tool, host.folder().resolve("rules").toString());
  }

  /** Starts a role of nat.py and waits for its first word. */
  private void run(String machine, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3", LiveHost.script("nat.py")));
    command.addAll(List.of(words));
    Process process = host.net().start(machine, command.toArray(new String[0]));
    String line = Namespaces.line(process);
    assertTrue(line.equals("ready") || line.equals("talks"), line);
  }

  private void ping(String address) {
    host.net().in("vm1", "python3", LiveHost.script("nat.py"), "ping", address);
  }

  /** Returns, of what the kernel's own table says, what each tuple is on the other side. */
  private Map<String, Set<String>> witness() throws IOException {
    Map<String, Set<String>> others = new HashMap<>();
    String table = host.net().in(LiveHost.HOST, "cat", "/proc/net/nf_conntrack");
    for (String line : table.lines().toList()) {
      String protocol = line.strip().split("\\s+", -1)[3] + " ";
      Matcher way = WAY.matcher(line);
      List<String[]> ways = new ArrayList<>();
      while (way.find()) {
        ways.add(
            new String[] {
              canonical(way.group(1)), canonical(way.group(2)), port(way, 3), port(way, 4)
            });
      }
      String[] one = ways.get(0);
      String[] other = ways.get(1);
      note(others, protocol + text(one), text(reverse(other)));
      note(others, protocol + text(reverse(one)), text(other));
      note(others, protocol + text(other), text(reverse(one)));
      note(others, protocol + text(reverse(other)), text(one));
    }
    return others;
  }

  private static void note(Map<String, Set<String>> others, String seen, String other) {
    others.computeIfAbsent(seen, key -> new HashSet<>()).add(other);
  }

  private static String port(Matcher way, int group) {
    String port = way.group(group);
    return port == null ? "0" : port;
  }

  private static String canonical(String address) throws IOException {
    return InetAddress.getByName(address).getHostAddress();
  }

  private static String[] reverse(String[] way) {
    return new String[] {way[1], way[0], way[3], way[2]};
  }

  private static String text(String[] way) {
    return way[0] + ":" + way[2] + ">" + way[1] + ":" + way[3];
  }

  private static String text(Row row, String prefix) throws IOException {
    return canonical(row.text(prefix + "src_addr"))
        + (":" + row.text(prefix + "src_port") + ">")
        + canonical(row.text(prefix + "dst_addr"))
        + (":" + row.text(prefix + "dst_port"));
  }

  private static boolean isOfConntrack(Row row) {
    return switch (row.text("protocol")) {
      case "6", "17" -> true;
      case "1" -> Set.of("0", "8").contains(row.text("icmp_type"));
      case "58" -> Set.of("128", "129").contains(row.text("icmp_type"));
      default -> false;
    };
  }

  private List<Row> flows() throws IOException {
    return host.rowsOf("all").stream().filter(Row::hasFlow).toList();
  }

  @Test
  void shouldSayWhatTheKernelsTableSaysOfTheOtherSide() throws IOException {
    host.set("capture.conntrack=required");
    host.start();
    run("vm1", "talk", "tcp", "40001", OUTSIDE, "9000", "hello");
    run("vm1", "talk", "udp", "40002", OUTSIDE, "9001", "hello");
    run("vm1", "talk", "tcp", "40003", OUTSIDE6, "9000", "hello");
    run("vm1", "talk", "udp", "40004", OUTSIDE6, "9001", "hello");
    run("out", "talk", "tcp", "40005", HOST_OUTSIDE, "8080", "hello");
    run("out", "talk", "tcp", "40006", VM, "80", "hello");
    ping(OUTSIDE);
    ping(OUTSIDE6);
    ping("10.77.1.254");
    Map<String, Set<String>> witness = witness();
    long lists = host.metric("flowlog_conntrack_lists_total");
    // over several intervals, and none of them knows less
    LiveHost.sleepMs(1000L * LiveHost.INTERVAL_SECONDS);
    host.stop();

    Set<String> compared = new HashSet<>();
    for (Row row : flows()) {
      if (isOfConntrack(row)) {
        String seen = row.text("protocol") + " " + text(row, "");
        assertEquals(witness.get(seen), Set.of(text(row, "pkt_")), seen + " " + row);
        compared.add(seen);
      } else {
        assertEquals("", row.text("pkt_src_addr") + row.text("pkt_dst_port"), row.toString());
      }
    }
    // six conversations and three echoes, both ways
    assertEquals(18, compared.size(), compared.toString());
    String dnat = "6 " + OUTSIDE + ":40005>" + VM + ":80";
    assertEquals(Set.of(OUTSIDE + ":40005>" + HOST_OUTSIDE + ":8080"), witness.get(dnat));
    assertTrue(lists >= 1, "no list was asked for");
  }

  @Test
  void shouldKnowWhoOpenedConnectionsThatAreOlder() throws IOException {
    host.set("capture.conntrack=required");
    talkBeforeTheAgent();
    List<String> told = toldOfOlder();

    assertEquals(
        List.of(
            "40010 egress 1 ESTABLISHED",
            "40010 ingress 0 ESTABLISHED",
            "40011 egress 0 ESTABLISHED",
            "40011 ingress 1 ESTABLISHED",
            "40012 ingress 0 "),
        told);
    for (Row row : flows()) {
      assertEquals(!isOfConntrack(row), row.text("pkt_src_addr").isEmpty(), row.toString());
    }
  }

  @Test
  void shouldNotKnowThatWithoutConntrack() throws IOException {
    host.set("capture.conntrack=off");
    talkBeforeTheAgent();
    List<String> told = toldOfOlder();

    assertEquals(
        List.of(
            "40010 egress  MIDSTREAM",
            "40010 ingress  MIDSTREAM",
            "40011 egress  MIDSTREAM",
            "40011 ingress  MIDSTREAM",
            "40012 ingress 1 "),
        told);
    assertTrue(flows().stream().allMatch(row -> row.text("pkt_src_addr").isEmpty()));
    assertTrue(host.log().contains("capture.conntrack is off"), host.log());
  }

  private void talkBeforeTheAgent() throws IOException {
    run("vm1", "talk", "tcp", "40010", OUTSIDE, "9000", "hello");
    run("out", "talk", "tcp", "40011", HOST_OUTSIDE, "8080", "hello");
    // from then on only the server sends
    run("vm1", "talk", "udp", "40012", OUTSIDE, "9001", "again", "1");
  }

  /** Returns what rows say of who opened them and where they stand. */
  private List<String> toldOfOlder() throws IOException {
    host.start();
    if (!host.page("/health").contains("conntrack is off")) {
      host.awaitMetric("flowlog_conntrack_news_total", 3);
    }
    // a connection may have had its first row before anybody was asked about it
    LiveHost.sleepMs(2000L * LiveHost.INTERVAL_SECONDS);
    host.stop();
    Map<String, Map<String, String>> last = new TreeMap<>();
    for (Row row : flows()) {
      for (String port : List.of("40010", "40011", "40012")) {
        if (row.text("src_port").equals(port) || row.text("dst_port").equals(port)) {
          last.computeIfAbsent(port, key -> new TreeMap<>())
              .put(row.text("direction"), row.text("initiator") + " " + row.text("tcp_state"));
        }
      }
    }
    List<String> told = new ArrayList<>();
    last.forEach(
        (port, ways) -> ways.forEach((way, what) -> told.add(port + " " + way + " " + what)));
    return told;
  }
}
