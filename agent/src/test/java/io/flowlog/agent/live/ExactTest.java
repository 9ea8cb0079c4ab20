package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.format.DuckDb;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What machines send and receive, and what the records say of it: the same, to the packet and the
 * byte. tshark counts inside the machines, and so do the kernels of those that speak. Needs root,
 * iproute2, python3 and tshark.
 */
@Timeout(180)
class ExactTest {
  private static final String END = "nothing comes after this";
  private static final String STREAM_BYTES = "2000000";
  private static final String REPLY_BYTES = "300000";

  /**
   * The machine to which super-packets go whole; to the others they go as packets, so that tshark
   * can count those.
   */
  private static final int UNCUT = 3;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final List<Told> told = new ArrayList<>();
  private final Map<Integer, WireCount> wires = new TreeMap<>();

  /** What a machine tells of a connection of its own; the count is empty if it does not know. */
  private record Told(String what, int machine, String flow, String count) {
    static Told of(String line, int machine, String source, String destination) {
      String[] words = line.split(" ", -1);
      assertTrue(words.length == 4 && words[3].matches("[0-9]+"), line);
      String protocol =
          switch (words[0]) {
            case "small", "large" -> "17 " + words[1] + " 53 - -";
            case "ping" -> source.contains(":") ? "58 0 0 128 0" : "1 0 0 8 0";
            case "refused" -> "6 " + words[1] + " 81 - -";
            default -> "6 " + words[1] + " 80 - -";
          };
      String count = words[2].equals("0") ? "" : words[2] + " packets, " + words[3] + " B";
      return new Told(words[0], machine, source + " " + destination + " " + protocol, count);
    }

    String tap() {
      return LiveHost.portId("tap" + machine);
    }

    boolean isOf(Row row) {
      return row.hasFlow()
          && row.text("interface_id").equals(tap())
          && row.text("direction").equals("egress")
          && WireCount.flow(row).equals(flow);
    }

    /** Tells whether a row is about the answers. */
    boolean isAnsweredBy(Row row) {
      String[] words = flow.split(" ", -1);
      return row.hasFlow()
          && row.text("interface_id").equals(tap())
          && row.text("direction").equals("ingress")
          && WireCount.flow(row)
              .startsWith(String.join(" ", words[1], words[0], words[2], words[4], words[3]));
    }
  }

  private void build() throws IOException {
    // nothing is to be lost, even if the agent waits for a processor
    host.set("capture.ring_bytes=256MiB");
    host.bridge();
    for (int number = 1; number <= 3; number++) {
      String tap = "tap" + number;
      host.cable("vm" + number, tap);
      host.port(tap);
      // all packets of a connection have headers of one length
      host.net().in("vm" + number, "sysctl", "-qw", "net.ipv4.tcp_sack=0");
      if (number != UNCUT) {
        host.net().in(LiveHost.HOST, "ip", "link", "set", tap, "gso_max_segs", "1");
      }
      host.net().startCapture("vm" + number, capture(number));
    }
    host.logger("csv");
    host.logger("parquet", "log_format: PARQUET");
    host.start();
    // from now on the machines may speak
    for (int number = 1; number <= 3; number++) {
      host.address("vm" + number, number);
      Process server =
          host.net().start("vm" + number, "python3", LiveHost.script("serve.py"), REPLY_BYTES);
      assertEquals("ready", Namespaces.line(server));
    }
  }

  private Path capture(int number) {
    return host.folder().resolve("vm" + number + ".pcap");
  }

  private Process talk(int from, String to) {
    return host.net().start("vm" + from, "python3", LiveHost.script("talk.py"), to, STREAM_BYTES);
  }

  private void listen(Process talk, int machine, String source, String destination)
      throws IOException {
    for (String line = Namespaces.line(talk); !line.equals("null"); line = Namespaces.line(talk)) {
      told.add(Told.of(line, machine, source, destination));
    }
  }

  private WireCount wire(int number) {
    return Objects.requireNonNull(wires.get(number));
  }

  private String mac(int number) {
    return host.net().in("vm" + number, "cat", "/sys/class/net/eth0/address").strip();
  }

  private void sendTagged() {
    FrameBuilder tagged =
        FrameBuilder.ethernet(mac(1), mac(2)).vlan(100).ipv4("10.88.0.1", "10.88.0.2");
    FrameBuilder twice =
        FrameBuilder.ethernet(mac(1), mac(2)).vlan(0x88a8, 5).vlan(6).ipv6("fd88::1", "fd88::2");
    byte[] first = tagged.udp(7, 8).payloadOf(33).build();
    byte[] second = twice.tcp(9, 10, FrameBuilder.SYN).build();
    host.net().send("vm1", "eth0", 11, List.of(first, second));
  }

  private void end() throws Exception {
    for (int number = 1; number <= 3; number++) {
      // the kernel has nothing more to say
      host.net().in("vm" + number, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1");
    }
    FrameBuilder last =
        FrameBuilder.ethernet(mac(1), "ff:ff:ff:ff:ff:ff")
            .ipv4("10.77.0.1", "10.77.0.255")
            .udp(9, 9)
            .payload(END.getBytes(StandardCharsets.UTF_8));
    host.net().send("vm1", "eth0", 1, List.of(last.build()));
    for (int number = 1; number <= 3; number++) {
      Path file = capture(number);
      while (!Files.readString(file, StandardCharsets.ISO_8859_1).contains(END)) {
        Thread.sleep(20);
      }
      wires.put(number, WireCount.read(file, mac(number)));
    }
    host.stop();
  }

  @Test
  void shouldRecordWhatMachinesSendAndReceive() throws Exception {
    build();
    Process inIpv4 = talk(1, "10.77.0.2");
    Process inIpv6 = talk(2, "fd77::1");
    Process uncut = talk(1, "10.77.0.3");
    Process uncutIpv6 = talk(1, "fd77::3");
    sendTagged();
    listen(inIpv4, 1, "10.77.0.1", "10.77.0.2");
    listen(inIpv6, 2, "fd77::2", "fd77::1");
    listen(uncut, 1, "10.77.0.1", "10.77.0.3");
    listen(uncutIpv6, 1, "fd77::1", "fd77::3");
    end();

    Map<String, String> expected = expected();
    assertEquals(lines(expected), lines(sums(host.rowsOf("csv"))));
    assertEquals(lines(expected), lines(sumsOfParquet()));
    assertEquals(32, told.size());
    for (Told one : told) {
      if (!one.count().isEmpty()) {
        String told = expected.get(one.tap() + " egress " + one.flow());
        assertEquals(one.count(), told, one.toString());
      }
    }
    assertConversations();
    assertTimes();
  }

  /** Returns what went over the cables, as tshark and the speakers tell. */
  private Map<String, String> expected() {
    Map<String, String> all = new TreeMap<>();
    for (int number = 1; number <= 3; number++) {
      String tap = LiveHost.portId("tap" + number);
      for (Map.Entry<String, String> one : wire(number).received().entrySet()) {
        String count = number == UNCUT ? tellerOr(one) : one.getValue();
        all.put(tap + " ingress " + one.getKey(), count);
      }
      for (Map.Entry<String, String> one : wire(number).sent().entrySet()) {
        all.put(tap + " egress " + one.getKey(), behindTheCable(one));
      }
    }
    return all;
  }

  /** Returns what the speaker tells of a flow, or else what was counted. */
  private String tellerOr(Map.Entry<String, String> counted) {
    return told.stream()
        .filter(one -> one.flow().equals(counted.getKey()) && !one.count().isEmpty())
        .map(Told::count)
        .findFirst()
        .orElse(counted.getValue());
  }

  /** Returns what is counted of a sender's flow where no super-packets are any more. */
  private String behindTheCable(Map.Entry<String, String> sent) {
    String flow = sent.getKey();
    if (!WireCount.isTcp(flow)) {
      return sent.getValue();
    }
    String destination = flow.split(" ", -1)[1];
    int receiver = destination.charAt(destination.length() - 1) - '0';
    return receiver == UNCUT ? tellerOr(sent) : wire(receiver).received().getOrDefault(flow, "");
  }

  private static Map<String, String> sums(List<Row> rows) {
    Map<String, Count> sums = new TreeMap<>();
    for (Row row : rows) {
      assertTrue(Set.of("OK", "NODATA").contains(row.text("status")), row.toString());
      if (row.hasFlow()) {
        String key =
            row.text("interface_id") + " " + row.text("direction") + " " + WireCount.flow(row);
        sums.merge(key, new Count(row.number("packets"), row.number("bytes")), Count::plus);
      }
    }
    return WireCount.inWords(sums);
  }

  private Map<String, String> sumsOfParquet() throws Exception {
    String files =
        host.filesOf("parquet").stream()
            .map(file -> "'" + file + "'")
            .collect(Collectors.joining(", ", "[", "]"));
    Map<String, String> sums = new TreeMap<>();
    try (DuckDb duckDb = new DuckDb()) {
      List<List<String>> lines =
          duckDb.query(
              """
              SELECT interface_id, direction, src_addr, dst_addr, protocol, src_port, dst_port,
                  coalesce(icmp_type::VARCHAR, '-'), coalesce(icmp_code::VARCHAR, '-'),
                  sum(packets)::BIGINT || ' packets, ' || sum(bytes)::BIGINT || ' B'
              FROM read_parquet(%s) WHERE packets IS NOT NULL GROUP BY ALL
              """
                  .formatted(files));
      for (List<String> line : lines.subList(1, lines.size())) {
        sums.put(String.join(" ", line.subList(0, 9)), line.get(9));
      }
    }
    return sums;
  }

  private static String lines(Map<String, String> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  private void assertConversations() throws IOException {
    List<Row> rows = host.rowsOf("csv");
    for (Told one : told) {
      List<Row> asked = rows.stream().filter(one::isOf).toList();
      switch (one.what()) {
        case "short", "stream", "slow" -> assertConversation(one, rows, "3 19 TIME_WAIT FIN");
        case "reset" -> assertConversation(one, rows, "6 18 RESET RST");
        case "refused" -> assertConversation(one, rows, "2 4 RESET RST");
        case "small" -> assertInitiator(one, rows);
        default -> assertFalse(asked.isEmpty());
      }
      if (one.what().equals("slow")) {
        assertTrue(asked.size() > 1, "lasts longer than an interval");
      }
    }
  }

  private static void assertInitiator(Told one, List<Row> rows) {
    List<Row> asked = rows.stream().filter(one::isOf).toList();
    List<Row> answered = rows.stream().filter(one::isAnsweredBy).toList();
    assertTrue(asked.stream().allMatch(row -> row.text("initiator").equals("1")), one.toString());
    assertTrue(
        answered.stream().allMatch(row -> row.text("initiator").equals("0")), one.toString());
    assertFalse(asked.isEmpty() || answered.isEmpty());
  }

  /** Asserts both sides' flags, the last state and the reason of the end. */
  private static void assertConversation(Told one, List<Row> rows, String expected) {
    assertInitiator(one, rows);
    List<Row> asked = rows.stream().filter(one::isOf).toList();
    List<Row> answered = rows.stream().filter(one::isAnsweredBy).toList();
    Row last = asked.get(asked.size() - 1);
    assertEquals(
        expected,
        flags(asked)
            + " "
            + flags(answered)
            + " "
            + last.text("tcp_state")
            + " "
            + last.text("end_reason"),
        one.toString());
    Set<String> setups =
        Stream.concat(asked.stream(), answered.stream())
            .map(row -> row.text("setup_us"))
            .collect(Collectors.toSet());
    assertEquals(1, setups.size(), one.toString());
    String setup = setups.iterator().next();
    if (one.what().equals("refused")) {
      assertEquals("", setup);
    } else {
      long lifeMicros = last.number("timestamp_end") - asked.get(0).number("timestamp_start");
      long setupMicros = Long.parseLong(setup);
      assertTrue(setupMicros > 0 && setupMicros <= lifeMicros, one + ": " + setup);
    }
  }

  private static long flags(List<Row> rows) {
    return rows.stream().mapToLong(row -> row.number("tcp_flag")).reduce(0, (a, b) -> a | b);
  }

  /** The name of a file has the start of its interval. */
  private void assertTimes() throws IOException {
    Pattern name = Pattern.compile(".*_(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d)_live.*");
    for (Path file : host.filesOf("csv")) {
      Matcher start = name.matcher(file.toString());
      assertTrue(start.matches(), file.toString());
      long startSecond = LocalDateTime.parse(start.group(1)).toEpochSecond(ZoneOffset.UTC);
      long endSecond = startSecond + LiveHost.INTERVAL_SECONDS;
      for (Row row : LiveHost.rowsIn(file)) {
        long first = row.number("timestamp_start");
        long last = row.number("timestamp_end");
        assertTrue(startSecond * 1_000_000 <= first && first <= last, row.toString());
        // the row of a silent interval ends where the interval does
        assertTrue(last < endSecond * 1_000_000 + (row.hasFlow() ? 0 : 1), row.toString());
      }
    }
  }
}
