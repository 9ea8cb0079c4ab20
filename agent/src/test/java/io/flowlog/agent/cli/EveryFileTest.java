package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.ReplayFiles.PORT_ID;
import static io.flowlog.agent.cli.ReplayFiles.ROUTER_MAC;
import static io.flowlog.agent.cli.ReplayFiles.VM;
import static io.flowlog.agent.cli.ReplayFiles.VM_MAC;
import static io.flowlog.agent.cli.ReplayFiles.WEB;
import static io.flowlog.agent.cli.ReplayFiles.below;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.format.DuckDb;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One capture for a logger of every layout, format, compression and kind of folder: files have the
 * places and names that were promised, and DuckDB finds in them what was sent.
 */
class EveryFileTest {
  /** 2025-12-31 20:59:59 UTC, where an interval of seven seconds begins; in Seoul it is 2026. */
  private static final long START_NS = 1_767_214_799_000_000_000L;

  private static final long SECOND_NS = 1_000_000_000L;
  private static final String VM6 = "2001:db8::5";
  private static final List<String> LAYOUTS = List.of("nhn", "aws", "otc", "er");
  private static final List<String> PERIODS =
      List.of("DAY", "HOUR", "year=#{year}/month=#{month}/day=#{day}/at=#{hour}");

  /** Where the files of the two intervals lie, by period. */
  private static final Map<String, List<String>> FOLDERS =
      Map.of(
          PERIODS.get(0), List.of("2026/01/01/", "2026/01/01/"),
          PERIODS.get(1), List.of("2026/01/01/05/", "2026/01/01/06/"),
          PERIODS.get(2),
              List.of("year=2026/month=01/day=01/at=05/", "year=2026/month=01/day=01/at=06/"));

  /** Which extension comes of a format and compression. */
  private static final Map<String, String> EXTENSIONS =
      Map.of(
          "CSV RAW", ".csv",
          "CSV GZIP", ".csv.gz",
          "CSV ZSTD", ".csv.zst",
          "PARQUET RAW", ".parquet",
          "PARQUET GZIP", ".parquet",
          "PARQUET SNAPPY", ".parquet",
          "PARQUET ZSTD", ".parquet");

  /** What was sent in the two intervals, by sender. */
  private static final List<SortedMap<String, Sum>> SENT =
      List.of(new TreeMap<>(), new TreeMap<>());

  @TempDir private static Path folder;
  private static SortedMap<String, byte[]> written = new TreeMap<>();

  private record Sum(long packets, long bytes) {
    Sum plus(Sum other) {
      return new Sum(packets + other.packets, bytes + other.bytes);
    }
  }

  /** One logger; the kind is a format and its compression. */
  record Case(UUID id, String layout, String kind, String period) {
    boolean isNamed() {
      return period.equals(PERIODS.get(2));
    }

    String declaration() {
      String name = "flows-#{hour}#{minute}#{second}-#{day}#{month}#{year}-#{logger_id}";
      return String.join(
          "\n",
          "- id: " + id,
          "  name: test",
          "  resource_id: " + PORT_ID,
          "  storage_type: FILE",
          "  storage_url: file:///test",
          "  aggregation_interval: 7",
          "  layout: " + layout,
          "  log_format: " + kind.split(" ", 2)[0],
          "  compression_type: " + kind.split(" ", 2)[1],
          "  partition_period: '" + period + "'",
          isNamed() ? "  customized_file_name: '" + name + "'" : "");
    }

    String extension() {
      String extension = EXTENSIONS.getOrDefault(kind, "(none)");
      return layout.equals("aws") ? extension.replace(".csv", ".log") : extension;
    }

    /** Returns where the files of an interval must be. */
    List<String> paths(int interval) {
      String time = interval == 0 ? "05:59:59" : "06:00:06";
      String name =
          isNamed()
              ? "flows-" + time.replace(":", "") + "-01012026-" + id
              : id + "_2026-01-01T" + time;
      String start = FOLDERS.getOrDefault(period, List.of()).get(interval) + name + "_h-1";
      return interval == 0
          ? List.of(start + "_part1" + extension(), start + "_part2" + extension())
          : List.of(start + extension());
    }

    String table(List<String> paths) {
      String files =
          paths.stream()
              .map(path -> "'" + folder.resolve("out").resolve(path) + "'")
              .collect(Collectors.joining(", ", "[", "]"));
      if (kind.startsWith("PARQUET")) {
        return "read_parquet(" + files + ")";
      }
      boolean nhn = layout.equals("nhn");
      return String.format(
          "read_csv(%s, header = true, delim = '%s', nullstr = '%s')",
          files, nhn ? "," : " ", nhn ? "" : "-");
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String layout : LAYOUTS) {
      for (String kind : EXTENSIONS.keySet().stream().sorted().toList()) {
        for (String period : PERIODS) {
          cases.add(new Case(new UUID(0x4000, cases.size()), layout, kind, period));
        }
      }
    }
    return cases;
  }

  @BeforeAll
  static void replay() throws IOException {
    ReplayFiles files = new ReplayFiles(folder);
    try (CaptureFileWriter writer = CaptureFileWriter.create(files.path("a.pcap"), 1)) {
      firstInterval(writer);
      send(writer, 7, VM, fromVm().udp(1000, 53).payloadOf(100), 128);
      send(writer, 13, VM, fromVm().udp(1000, 53).payloadOf(5), 33);
    }
    String loggers = cases().stream().map(Case::declaration).collect(Collectors.joining("\n"));
    Outcome.of(
            "replay",
            files.path("a.pcap").toString(),
            "--out=" + files.path("out"),
            "--logger=" + files.text("loggers.yaml", loggers),
            "--ports=" + files.text("ports.yaml", ReplayFiles.PORTS),
            "--set=record.interval_unit=1s",
            "--set=format.rows_per_file=4",
            "--set=time_zone=Asia/Seoul",
            "--set=host=h-1")
        .assertDone();
    written = below(files.path("out"));
  }

  /** Sends what makes six rows. */
  private static void firstInterval(CaptureFileWriter writer) throws IOException {
    for (int second = 0; second < 7; second++) {
      send(writer, second, VM, fromVm().udp(1000, 53).payloadOf(20), 48);
      send(writer, second, WEB, toVm().udp(53, 1000).payloadOf(200), 228);
      send(writer, second, VM, fromVm().tcp(2000, 80, FrameBuilder.ACK).payloadOf(60), 100);
      send(writer, second, WEB, toVm().tcp(80, 2000, FrameBuilder.ACK).payloadOf(1400), 1440);
    }
    send(writer, 6, VM, fromVm().icmp(8, 0).payloadOf(56), 84);
    FrameBuilder frame = FrameBuilder.ethernet(VM_MAC, ROUTER_MAC).ipv6(VM6, "2001:db8::80");
    send(writer, 6, VM6, frame.udp(1000, 53).payloadOf(20), 68);
  }

  private static FrameBuilder fromVm() {
    return ReplayFiles.fromVm();
  }

  private static FrameBuilder toVm() {
    return ReplayFiles.toVm();
  }

  private static void send(
      CaptureFileWriter writer, int second, String sender, FrameBuilder frame, int bytes)
      throws IOException {
    writer.write(START_NS + second * SECOND_NS, frame);
    SENT.get(second / 7).merge(sender, new Sum(1, bytes), Sum::plus);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shouldBeFoundByNameAndHoldWhatWasSent(Case logger) throws SQLException {
    List<String> found =
        written.keySet().stream().filter(path -> path.contains(logger.id().toString())).toList();
    List<String> expected =
        Stream.of(0, 1).flatMap(interval -> logger.paths(interval).stream()).sorted().toList();
    assertEquals(expected, found);
    for (int interval = 0; interval < 2; interval++) {
      assertEquals(SENT.get(interval), read(logger.table(logger.paths(interval)), logger));
    }
  }

  private static SortedMap<String, Sum> read(String table, Case logger) throws SQLException {
    String sender = logger.layout().equals("nhn") ? "src_addr" : "srcaddr";
    SortedMap<String, Sum> sums = new TreeMap<>();
    try (DuckDb duckDb = new DuckDb()) {
      String query =
          String.format("SELECT %s, sum(packets), sum(bytes) FROM %s GROUP BY ALL", sender, table);
      List<List<String>> lines = duckDb.query(query);
      for (List<String> line : lines.subList(1, lines.size())) {
        sums.put(line.get(0), new Sum(Long.parseLong(line.get(1)), Long.parseLong(line.get(2))));
      }
    }
    return sums;
  }
}
