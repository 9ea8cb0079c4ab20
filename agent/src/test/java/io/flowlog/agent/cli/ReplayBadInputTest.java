package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.ReplayFiles.below;
import static io.flowlog.agent.cli.ReplayFiles.column;
import static io.flowlog.agent.cli.ReplayFiles.rows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.SmallDisk;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code replay} with what it cannot work with: one clear line for each thing, and no half file.
 */
class ReplayBadInputTest {
  private static final int FILE_HEADER_BYTES = 24;
  private static final int RECORD_BYTES = 16 + 14 + 20 + 8 + 20;

  private final ReplayFiles files;
  private final Path out;
  private String capture = "";

  ReplayBadInputTest(@TempDir Path folder) {
    files = new ReplayFiles(folder);
    out = folder.resolve("out");
  }

  @BeforeEach
  void makeCapture() throws IOException {
    capture = files.questions("good.pcap", 3, 1_000_000);
  }

  private Outcome replay(String... arguments) {
    return into(out, arguments);
  }

  private static Outcome into(Path out, String... arguments) {
    String[] all =
        Arrays.copyOf(new String[] {"replay", "--out", out.toString()}, 3 + arguments.length);
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Outcome.of(all);
  }

  private void assertNothingWritten() throws IOException {
    if (Files.exists(out)) {
      assertEquals(Map.of(), below(out));
    }
  }

  private void assertThreeRows() throws IOException {
    assertEquals(List.of("1000", "1001", "1002"), column(rows(out), "src_port"));
  }

  @Test
  void shouldSayWhatAFileIsThatIsNoCapture() throws IOException {
    String text = files.text("notes.pcap", "not a capture\n");
    replay(text)
        .assertFailed(
            text + ": not a capture file: it looks like text: give a pcap or pcapng file");
    assertNothingWritten();
  }

  @Test
  void shouldSayThatAFileIsEmpty() throws IOException {
    String empty = files.text("empty.pcap", "");
    replay(empty).assertFailed(empty + ": is empty: not even a file header");
    assertNothingWritten();
  }

  @Test
  void shouldSayThatAFileIsMissing() throws IOException {
    String missing = files.path("missing.pcap").toString();
    replay(missing).assertFailed(missing + ": no such file: check the path");
    assertNothingWritten();
  }

  @Test
  void shouldSayThatAFileIsADirectory() throws IOException {
    String directory = files.path("").toString();
    replay(directory).assertFailed(directory + ": is a directory: name the capture files in it");
    assertNothingWritten();
  }

  @Test
  void shouldWriteTheOtherFilesWholeWhenSeveralAreBad() throws IOException {
    String text = files.text("notes.pcap", "not a capture\n");
    String missing = files.path("missing.pcap").toString();
    replay(text, capture, missing)
        .assertFailed(
            text + ": not a capture file: it looks like text: give a pcap or pcapng file",
            missing + ": no such file: check the path");
    assertThreeRows();
  }

  @Test
  void shouldWriteWhatWasReadableOfAFileThatIsCutOff() throws IOException {
    byte[] whole = Files.readAllBytes(Path.of(capture));
    Path cut = files.path("cut.pcap");
    Files.write(cut, Arrays.copyOf(whole, FILE_HEADER_BYTES + 2 * RECORD_BYTES + 30));
    replay(cut.toString())
        .assertFailed(
            cut
                + ": cut off at offset 180: the last record wants 78 bytes, 30 are there: what"
                + " comes before it was read; get the whole file")
        .assertSays("wrote    2 records in 1 file below " + out);
    assertEquals(List.of("1000", "1001"), column(rows(out), "src_port"));
  }

  @Test
  void shouldWriteWhatComesBeforeADamage() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(capture));
    Arrays.fill(
        bytes,
        FILE_HEADER_BYTES + RECORD_BYTES + 8,
        FILE_HEADER_BYTES + RECORD_BYTES + 16,
        (byte) -1);
    Path damaged = files.path("damaged.pcap");
    Files.write(damaged, bytes);
    Outcome outcome = replay(damaged.toString(), capture);
    assertEquals(Main.FAILED, outcome.code());
    assertEquals(1, outcome.problems().size(), outcome::toString);
    String line = outcome.problems().get(0);
    assertTrue(line.startsWith(damaged + ": damaged at offset 102: "), line);
    assertTrue(line.contains("what comes before it was read"), line);
    assertThreeRows();
  }

  @Test
  void shouldSayThatTheOutputIsAFile() throws IOException {
    String file = files.text("file", "mine");
    for (Path wrong : List.of(Path.of(file), Path.of(file, "below", "it"))) {
      into(wrong, capture)
          .assertFailed("--out " + wrong + ": " + file + " is not a directory: name another one");
    }
    assertEquals("mine", Files.readString(Path.of(file)));
  }

  @Test
  void shouldSayThatTheDirectoryIsInUse() throws IOException {
    Path folder = Files.createDirectories(out.resolve(".flowlog-spool"));
    try (Spool spool = Spool.open(folder, SpoolConfig.defaults(), new CounterSet())) {
      assertEquals(List.of(), spool.sealed());
      Outcome outcome = replay(capture);
      assertEquals(Main.FAILED, outcome.code());
      assertEquals(1, outcome.words().size(), outcome::toString);
      assertTrue(
          outcome.problems().get(0).contains(folder + " is in use by process "), outcome::toString);
    }
  }

  @Test
  void shouldNameTheFullDiskAndLeaveNothingThere() throws IOException {
    try (SmallDisk disk = new SmallDisk(files.path("disk"))) {
      Path there = Files.createDirectory(disk.folder().resolve("out"));
      disk.fill();
      assertFullDisk(there, into(there, capture));
      assertEquals(Map.of(), below(there));
    }
  }

  private static void assertFullDisk(Path out, Outcome outcome) {
    assertEquals(Main.FAILED, outcome.code());
    assertEquals(1, outcome.problems().size(), outcome::toString);
    String line = outcome.problems().get(0);
    assertTrue(line.contains(out + "/"), line);
    assertTrue(line.endsWith(": No space left on device: make room on that disk"), line);
  }

  @Test
  void shouldLeaveOnlyWholeFilesOnADiskThatBecomesFull() throws IOException {
    // ten intervals, each with a file of about 130 KB, on a disk of 1 MiB
    String large = files.questions("large.pcap", 10_000, 6_000_000, 1000);
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + "aggregation_interval: 6\n");
    String[] arguments = {"--logger", logger, "--set", "record.interval_unit=1s", large};
    into(out, arguments).assertDone();
    SortedMap<String, byte[]> whole = below(out);
    try (SmallDisk disk = new SmallDisk(files.path("disk"))) {
      Path there = disk.folder().resolve("out");
      assertFullDisk(there, into(there, arguments));
      SortedMap<String, byte[]> found = below(there);
      assertTrue(found.size() > 1 && found.size() < whole.size(), found.keySet().toString());
      found.forEach((name, bytes) -> assertArrayEquals(whole.get(name), bytes, name));
      assertFalse(Files.exists(there.resolve(".flowlog-spool")));
    }
  }

  @Test
  void shouldSayThatADiskMayNotBeWritten() throws IOException {
    try (SmallDisk disk = new SmallDisk(files.path("disk"))) {
      disk.makeReadOnly();
      Path there = disk.folder().resolve("out");
      into(there, capture)
          .assertFailed(
              "cannot make the folder "
                  + there.resolve(".flowlog-spool")
                  + ": Read-only file system: let the agent's user write there, on a disk that is"
                  + " not read-only");
    }
  }

  @Test
  void shouldReportTheMistakesOfAllOptionsAtOnce() throws IOException {
    String logger =
        files.text(
            "l.yaml", ReplayFiles.LOGGER + "customized_field: src_adr\nagregation_interval: 3\n");
    String ports = files.text("p.yaml", ReplayFiles.PORTS + "  vlan_id: 7\n");
    replay(
            "--logger",
            logger,
            "--ports",
            ports,
            "--set",
            "flow.table_byte=1GiB",
            "--set",
            "timestamp_unit=h",
            capture)
        .assertFailed(
            "--set: timestamp_unit: \"h\" is not a unit of points in time: use one of s, ms, us,"
                + " ns",
            "--set: flow.table_byte: unknown key: did you mean table_bytes?",
            logger
                + ":6: customized_field: \"src_adr\" is not a field of layout nhn: did you mean"
                + " src_addr?",
            logger + ":7: agregation_interval: unknown key: did you mean aggregation_interval?",
            ports
                + ":4: vlan_id: unknown key: known are device, port_id, mac, addresses, vm_id,"
                + " subnet_id, network_id, project_id, owner_type, owner_id");
    assertNothingWritten();
  }

  @Test
  void shouldRefuseLoggersWithOneId() throws IOException {
    String loggers = files.text("l.json", ("[" + LOGGER_JSON + ",\n" + LOGGER_JSON + "]"));
    replay("--logger", loggers, capture)
        .assertFailed(
            loggers
                + ":2: id: \""
                + ReplayFiles.LOGGER_ID
                + "\" is taken by "
                + loggers
                + ":1: change or remove one");
    assertNothingWritten();
  }

  private static final String LOGGER_JSON =
      """
      {"id": "%s", "name": "n", "resource_id": "%s", "storage_type": "FILE",\
       "storage_url": "file:///x"}"""
          .formatted(ReplayFiles.LOGGER_ID, ReplayFiles.PORT_ID);

  @Test
  void shouldRefuseALoggerThatItWouldNotObey() throws IOException {
    String off = files.text("off.yaml", ReplayFiles.LOGGER + "admin_state_up: false\n");
    replay("--logger", off, capture)
        .assertFailed(
            off + ": admin_state_up: is false, so nothing would be written: set it to true");
  }

  @Test
  void shouldSayThatLoggerAndPortsAreMissing() {
    String logger = files.path("l.yaml").toString();
    String ports = files.path("p.yaml").toString();
    replay("--logger", logger, "--ports", ports, capture)
        .assertFailed(
            logger + ": no such file: check the path", ports + ": no such file: check the path");
  }

  @Test
  void shouldRefuseAFileWithoutPorts() throws IOException {
    String ports = files.text("p.yaml", "[]\n");
    replay("--ports", ports, capture)
        .assertFailed(ports + ": declares no logging port: add one, or drop --ports");
  }

  @Test
  void shouldRefuseMorePortsThanItCanTellApart() throws IOException {
    StringBuilder ports = new StringBuilder();
    for (int number = 0; number < 2049; number++) {
      ports.append("- port_id: ").append(new UUID(0x4000, number)).append('\n');
      ports.append(String.format("  addresses: [10.0.%d.%d]%n", number / 256, number % 256));
    }
    String file = files.text("ports.yaml", ports.toString());
    replay(files.questions("a.pcap", 1, 0), "--ports", file)
        .assertFailed(file + ": declares 2049 logging ports: a replay takes 2048: leave some out");
  }

  @Test
  void shouldExplainAFilterThatItCannotRead() throws IOException {
    replay("--filter", "tcp prot 80", capture)
        .assertFailed(
            "filter 'tcp prot 80': can't parse filter expression: syntax error: see"
                + " pcap-filter(7)");
    assertNothingWritten();
  }

  @Test
  void shouldSayThatAnInterfaceIsMissing() throws IOException {
    replay("--interface", "nosuch0")
        .assertFailed("interface nosuch0: no such interface: see 'ip link'");
    assertNothingWritten();
  }

  @Test
  void shouldFailWhenTheTableThatWasGivenIsTooSmall() throws IOException {
    String many = files.questions("many.pcap", 20_000, 1_000, 1000);
    Outcome outcome = replay("--set", "flow.table_bytes=1MiB", many);
    outcome.assertFailed(
        "some packets are only in rows without addresses: the table was full;"
            + " raise flow.table_bytes by --set, or read the files one by one");
    long packets = rows(out).stream().mapToLong(row -> Long.parseLong(row.get("packets"))).sum();
    assertEquals(20_000, packets, "folded or not, every packet is in a row");
  }

  @Test
  void shouldRefuseWrongUse() {
    Outcome.of("replay", capture).assertWrongUse("Missing required option: '--out=DIR'");
    replay().assertWrongUse("Which capture files?");
    replay("--interface", "lo", capture)
        .assertWrongUse("Give capture files or --interface, not both");
    replay("--speed", capture).assertWrongUse("Unknown option: '--speed'");
    into(Path.of(""), capture).assertWrongUse("Which directory is --out?");
    replay("--interface", "lo", "--seconds", "0")
        .assertWrongUse("--seconds is 0: capture for 1 second or more");
    replay("--interface", "lo", "--seconds", "soon")
        .assertWrongUse("Invalid value for option '--seconds': 'soon' is not an int");
    assertFalse(Files.exists(out));
  }

  @Test
  void shouldKeepAnEarlierFileWholeWhenAReplayFails() throws IOException {
    replay(capture).assertDone();
    SortedMap<String, byte[]> before = below(out);
    replay("--filter", "(", capture);
    replay("--set", "a=b", capture);
    SortedMap<String, byte[]> after = below(out);
    assertEquals(before.keySet(), after.keySet());
    assertEquals(
        new String(before.get(before.firstKey()), StandardCharsets.UTF_8),
        new String(after.get(after.firstKey()), StandardCharsets.UTF_8));
  }
}
