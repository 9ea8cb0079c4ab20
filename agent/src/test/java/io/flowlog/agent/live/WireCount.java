package io.flowlog.agent.live;

import io.flowlog.agent.host.Namespaces;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What tshark finds in the capture of a machine: packets and IP bytes, by what a row says of them.
 * Owned by one test.
 */
final class WireCount {
  private static final List<String> FIELDS =
      List.of(
          "eth.src",
          "ip.src",
          "ip.dst",
          "ip.proto",
          "ip.len",
          "ip.id",
          "ipv6.src",
          "ipv6.dst",
          "ipv6.nxt",
          "ipv6.plen",
          "ipv6.hopopts.nxt",
          "ipv6.fraghdr.nxt",
          "ipv6.fraghdr.ident",
          "tcp.srcport",
          "tcp.dstport",
          "udp.srcport",
          "udp.dstport",
          "icmp.type",
          "icmp.code",
          "icmpv6.type",
          "icmpv6.code");

  private static final String ICMP = "1";
  private static final String TCP = "6";
  private static final String UDP = "17";
  private static final String ICMPV6 = "58";

  /** By the words that {@link #flow} makes of a flow. */
  private final Map<String, Count> sent = new TreeMap<>();

  private final Map<String, Count> received = new TreeMap<>();

  /** What the first fragment of a packet says, by what all of them share. */
  private final Map<String, String> fragments = new HashMap<>();

  private final String mac;

  private WireCount(String mac) {
    this.mac = mac;
  }

  /** Reads the capture of a machine with that hardware address. */
  static WireCount read(Path file, String mac) {
    WireCount count = new WireCount(mac);
    StringBuilder command =
        new StringBuilder("tshark -n -r " + file + " -T fields -E occurrence=f");
    command.append(" -o ip.defragment:FALSE -o ipv6.defragment:FALSE");
    FIELDS.forEach(field -> command.append(" -e ").append(field));
    String output = Namespaces.tool(command.toString().split(" ", -1));
    for (String line : output.split("\n", -1)) {
      String[] values = line.split("\t", -1);
      if (values.length == FIELDS.size()) {
        count.add(values);
      }
    }
    return count;
  }

  private static String value(String[] values, String field) {
    return values[FIELDS.indexOf(field)];
  }

  private void add(String[] values) {
    boolean isIpv6 = !value(values, "ipv6.src").isEmpty();
    if (!isIpv6 && value(values, "ip.src").isEmpty()) {
      return;
    }
    String protocol = isIpv6 ? protocolOfIpv6(values) : value(values, "ip.proto");
    String ip = isIpv6 ? "ipv6" : "ip";
    String ends = value(values, ip + ".src") + " " + value(values, ip + ".dst");
    String id = value(values, isIpv6 ? "ipv6.fraghdr.ident" : "ip.id");
    String upper = upper(values, protocol);
    String packet = ends + " " + protocol + " " + id;
    if (upper.isEmpty()) {
      upper = fragments.getOrDefault(packet, "of no known packet");
    } else {
      fragments.put(packet, upper);
    }
    long bytes =
        isIpv6
            ? 40 + Long.parseLong(value(values, "ipv6.plen"))
            : Long.parseLong(value(values, "ip.len"));
    boolean own = value(values, "eth.src").equals(mac);
    String flow = ends + " " + protocol + " " + upper;
    (own ? sent : received).merge(flow, new Count(1, bytes), Count::plus);
  }

  private static String protocolOfIpv6(String[] values) {
    String fragment = value(values, "ipv6.fraghdr.nxt");
    String options = value(values, "ipv6.hopopts.nxt");
    return !fragment.isEmpty()
        ? fragment
        : !options.isEmpty() ? options : value(values, "ipv6.nxt");
  }

  /** Returns ports, then type and code; nothing for a later fragment. */
  private static String upper(String[] values, String protocol) {
    String name =
        switch (protocol) {
          case TCP -> "tcp.";
          case UDP -> "udp.";
          case ICMP -> "icmp.";
          case ICMPV6 -> "icmpv6.";
          default -> throw new AssertionError("nobody sends protocol " + protocol);
        };
    boolean ports = protocol.equals(TCP) || protocol.equals(UDP);
    String first = value(values, name + (ports ? "srcport" : "type"));
    String second = value(values, name + (ports ? "dstport" : "code"));
    if (first.isEmpty()) {
      return "";
    }
    return ports ? first + " " + second + " - -" : "0 0 " + first + " " + second;
  }

  /** Returns the flow of a row in the same words. */
  static String flow(Row row) {
    String protocol = row.text("protocol");
    boolean icmp = protocol.equals(ICMP) || protocol.equals(ICMPV6);
    return String.join(
        " ",
        row.text("src_addr"),
        row.text("dst_addr"),
        protocol,
        row.text("src_port"),
        row.text("dst_port"),
        icmp ? row.text("icmp_type") : "-",
        icmp ? row.text("icmp_code") : "-");
  }

  /** Tells whether a flow is of TCP. */
  static boolean isTcp(String flow) {
    return flow.split(" ", -1)[2].equals(TCP);
  }

  Map<String, String> sent() {
    return inWords(sent);
  }

  Map<String, String> received() {
    return inWords(received);
  }

  static Map<String, String> inWords(Map<String, Count> counts) {
    Map<String, String> words = new TreeMap<>();
    counts.forEach((flow, count) -> words.put(flow, count.toString()));
    return words;
  }
}
