package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.flowlog.agent.format.TimestampUnit;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays every real capture of the corpus that {@code FLOWLOG_CORPUS} names, and compares the
 * records, added up by 5-tuple, with true totals that other programs found.
 *
 * <p>Right is what the file of joined fragments says, or the file of flows as they stand, or the
 * alternative reading where the captures can be read in two ways.
 */
@Tag("corpus")
class CorpusTest {
  private static final List<String> TRUTHS = List.of(".fragjoin.csv", ".outer.csv", ".alt.csv");
  private static final List<String> FIELDS =
      List.of(
          "src_addr",
          "dst_addr",
          "protocol",
          "src_port",
          "dst_port",
          "icmp_type",
          "icmp_code",
          "packets",
          "bytes",
          "tcp_flags_all",
          "timestamp_start",
          "timestamp_end");

  @TempDir Path folder;

  /** What a 5-tuple's records add up to. */
  private record Total(long packets, long bytes, int tcpFlags, long firstNs, long lastNs) {
    Total plus(Total other) {
      return new Total(
          packets + other.packets,
          bytes + other.bytes,
          tcpFlags | other.tcpFlags,
          Math.min(firstNs, other.firstNs),
          Math.max(lastNs, other.lastNs));
    }
  }

  /** Sums by "source destination protocol port port". */
  private static final class Totals {
    final Map<String, Total> byFlow = new TreeMap<>();

    void add(String flow, Total total) {
      byFlow.merge(flow, total, Total::plus);
    }
  }

  @TestFactory
  Stream<DynamicTest> shouldGiveTheTrueTotals() throws IOException {
    String named = System.getenv("FLOWLOG_CORPUS");
    assertFalse(named == null || named.isEmpty(), "set FLOWLOG_CORPUS to the corpus directory");
    Path corpus = Path.of(named);
    try (Stream<Path> paths = Files.list(corpus.resolve("pcap"))) {
      List<Path> captures = paths.sorted().toList();
      assertFalse(captures.isEmpty(), corpus + " has no captures");
      return captures.stream()
          .map(file -> DynamicTest.dynamicTest(nameOf(file), () -> compare(corpus, file)));
    }
  }

  private static String nameOf(Path capture) {
    String fileName = capture.getFileName().toString();
    int dot = fileName.lastIndexOf('.');
    return dot < 0 ? fileName : fileName.substring(0, dot);
  }

  private void compare(Path corpus, Path capture) throws IOException {
    List<Map<String, Total>> truths = new ArrayList<>();
    for (String kind : TRUTHS) {
      Path truth = corpus.resolve("csv").resolve(nameOf(capture) + kind);
      if (Files.exists(truth)) {
        truths.add(truth(truth));
      }
    }
    assertFalse(truths.isEmpty(), "nobody knows what is right for " + capture);
    Map<String, Total> records = replay(capture);
    if (!truths.contains(records)) {
      assertEquals(text(truths.get(0)), text(records), capture.toString());
    }
  }

  private static String text(Map<String, Total> totals) {
    StringBuilder text = new StringBuilder();
    totals.forEach((flow, total) -> text.append(flow).append(": ").append(total).append('\n'));
    return text.toString();
  }

  private Map<String, Total> replay(Path capture) throws IOException {
    Path out = folder.resolve(nameOf(capture));
    ReplayFixture replay = new ReplayFixture(folder);
    replay.fields = FIELDS;
    replay.unit = TimestampUnit.NANOSECONDS;
    try {
      replay.run(out, capture);
    } catch (IOException e) {
      // Some captures are cut off: what was readable decides.
      assertFalse(ReplayFixture.files(out).isEmpty(), () -> capture + ": " + e.getMessage());
    }
    Totals totals = new Totals();
    for (byte[] file : ReplayFixture.files(out).values()) {
      for (Row row : rows(new String(file, StandardCharsets.UTF_8))) {
        addRecord(totals, row);
      }
    }
    return totals.byFlow;
  }

  private static void addRecord(Totals totals, Row row) throws IOException {
    boolean icmp = row.get("protocol").equals("1") || row.get("protocol").equals("58");
    String flow =
        flow(
            row.get("src_addr"),
            row.get("dst_addr"),
            row.get("protocol"),
            row.get(icmp ? "icmp_type" : "src_port"),
            row.get(icmp ? "icmp_code" : "dst_port"));
    Total total =
        new Total(
            Long.parseLong(row.get("packets")),
            Long.parseLong(row.get("bytes")),
            row.get("protocol").equals("6") ? Integer.parseInt(row.get("tcp_flags_all")) : 0,
            Long.parseLong(row.get("timestamp_start")),
            Long.parseLong(row.get("timestamp_end")));
    totals.add(flow, total);
  }

  private static Map<String, Total> truth(Path file) throws IOException {
    Totals totals = new Totals();
    for (Row row : rows(Files.readString(file))) {
      String protocol = row.get("proto");
      String flow =
          flow(row.get("src"), row.get("dst"), protocol, row.get("sport"), row.get("dport"));
      Total total =
          new Total(
              Long.parseLong(row.get("packets")),
              Long.parseLong(row.get("ip_bytes")),
              // the truth has twelve bits; records have the eight of the flags' own byte
              protocol.equals("6") ? Integer.decode(row.get("tcp_flags_or")) & 0xff : 0,
              nanoseconds(row.get("first_ts")),
              nanoseconds(row.get("last_ts")));
      totals.add(flow, total);
    }
    return totals.byFlow;
  }

  private static String flow(
      String source, String destination, String protocol, String one, String other)
      throws IOException {
    return String.join(
        " ", address(source), address(destination), protocol, orZero(one), orZero(other));
  }

  private static String orZero(String port) {
    return port.isEmpty() ? "0" : port;
  }

  /** Returns the same text for every spelling of an address. */
  private static String address(String text) throws IOException {
    return InetAddress.getByName(text).getHostAddress();
  }

  private static long nanoseconds(String seconds) {
    return new BigDecimal(seconds).movePointRight(9).longValueExact();
  }

  /** Returns the lines under a header; neither kind of file quotes. */
  private static List<Row> rows(String csv) {
    List<String> lines = csv.lines().toList();
    List<Row> rows = new ArrayList<>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      rows.add(new Row(fields(lines.get(0)), fields(line)));
    }
    return rows;
  }

  private static List<String> fields(String line) {
    return Arrays.asList(line.split(",", -1));
  }

  /** A line and the names of its fields. */
  private record Row(List<String> names, List<String> values) {
    Row {
      assertEquals(names.size(), values.size(), values.toString());
    }

    String get(String name) {
      return values.get(names.indexOf(name));
    }
  }
}
