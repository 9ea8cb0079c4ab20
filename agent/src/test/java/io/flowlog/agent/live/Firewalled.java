package io.flowlog.agent.live;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Three machines at the bridge of a host whose firewalls see what is bridged, and what was sent and
 * should be in the records of it; owned by one test.
 *
 * <p>No machine says anything by itself: each frame is the test's.
 */
final class Firewalled {
  static final int MACHINES = 3;

  private final LiveHost host;
  private final Map<String, Count> expected = new TreeMap<>();

  Firewalled(LiveHost host) {
    this.host = host;
  }

  /** Builds everything but the firewall; the agent knows all three ports. */
  void build() {
    host.bridge();
    host.net().in(LiveHost.HOST, "ip", "address", "add", "10.77.0.254/24", "dev", "bridge");
    String hostMac = "02:77:00:00:00:fe";
    host.net().in(LiveHost.HOST, "ip", "link", "set", "bridge", "address", hostMac);
    for (String key : List.of("iptables", "ip6tables")) {
      host.net().in(LiveHost.HOST, "sysctl", "-qw", "net.bridge.bridge-nf-call-" + key + "=1");
    }
    for (int machine = 1; machine <= MACHINES; machine++) {
      String tap = "tap" + machine;
      host.cable("vm" + machine, tap);
      host.net().in("vm" + machine, "ip", "link", "set", "eth0", "address", mac(machine));
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
    host.logger("all");
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
    host.write("rules", rules);
    for (String tool : tools) {
      host.net().in(LiveHost.HOST, tool, host.folder().resolve("rules").toString());
    }
  }

  /** Replaces the rules of nft. */
  void nft(String rules) {
    host.write("rules", "flush ruleset\n" + rules);
    host.net().in(LiveHost.HOST, "nft", "-f", host.folder().resolve("rules").toString());
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
    byte[] bytes = frame.build();
    host.net().send("vm" + machine, "eth0", times, List.of(bytes));
    return new Count(times, (long) times * (bytes.length - 14));
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
    String text = host.net().in(LiveHost.HOST, "nft", "list", "counter", "inet", "witness", name);
    return Long.parseLong(text.replaceAll("(?s).*packets (\\d+) bytes.*", "$1"));
  }

  /** Expects rows of a machine's port with a flow that add up to so much. */
  void expect(int machine, String direction, String verdict, String flow, Count count) {
    expected.merge(
        "tap" + machine + " " + direction + " " + verdict + " " + flow, count, Count::plus);
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
      if (row.hasFlow()) {
        String key = tap(row) + " " + row.text("direction") + " " + row.text("filter");
        sums.merge(
            key + " " + flow(row),
            new Count(row.number("packets"), row.number("bytes")),
            Count::plus);
      }
    }
    return lines(sums);
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
    for (int machine = 1; machine <= MACHINES; machine++) {
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
