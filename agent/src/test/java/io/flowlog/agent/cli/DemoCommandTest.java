package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo of made-up packets, as somebody sees it who has just installed the program. */
class DemoCommandTest {
  private static final int COLUMNS_MAX = 100;

  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final ByteArrayOutputStream words = new ByteArrayOutputStream();
  private final Path folder;

  DemoCommandTest(@TempDir Path directory) {
    folder = directory.resolve("demo");
  }

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(data, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(words, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  @Test
  void shouldStoreOneFileForEachInterval() throws IOException {
    assertEquals(0, Main.run("demo", "--replay", "--out", folder.toString()));
    assertEquals(
        List.of("00", "02", "04", "06"),
        csvFiles().keySet().stream()
            .map(name -> name.replaceAll(".*:(\\d\\d)_demo.csv", "$1"))
            .toList());
  }

  @Test
  void shouldCountWhatTheScannerAndTheDownloadDid() throws IOException {
    assertEquals(0, Main.run("demo", "--replay", "--out", folder.toString()));
    List<String> rows = csvFiles().values().stream().flatMap(List::stream).toList();
    // 24 knocks at the database; two more packets where somebody listened
    List<String> knocks =
        rows.stream().filter(row -> row.contains(",ingress,6,198.51.100.66,61000,")).toList();
    assertEquals(24, knocks.size());
    assertEquals(27, knocks.stream().mapToLong(row -> number(row, 10)).sum());
    // SYN+ACK and FIN+ACK, then 32 times 65000 bytes in 45 segments, each in 40 bytes of headers
    List<String> download =
        rows.stream().filter(row -> row.contains(",ingress,6,198.51.100.20,443,")).toList();
    assertEquals(2 + 32 * 45, download.stream().mapToLong(row -> number(row, 10)).sum());
    assertEquals(
        32L * 65_000 + (2 + 32 * 45) * 40,
        download.stream().mapToLong(row -> number(row, 11)).sum());
  }

  @Test
  void shouldWriteTheTableToStdoutAndTheRestToStderr() throws IOException {
    assertEquals(0, Main.run("demo", "--replay", "--out", folder.toString()));
    List<String> table = lines(data);
    assertTrue(table.get(0).matches("time +port +dir +from +to +packets +bytes +flags +state"));
    assertTrue(table.size() > 15, table.size() + " lines");
    assertTrue(lines(words).stream().anyMatch(line -> line.contains("replay CAPTURE --out DIR")));
    for (String line : table) {
      assertTrue(line.length() <= COLUMNS_MAX, line);
    }
  }

  @Test
  void shouldMakeItsOwnFolderAgainAndLeaveWhatElseIsThere() throws IOException {
    assertEquals(0, Main.run("demo", "--replay", "--out", folder.toString()));
    Map<String, List<String>> first = csvFiles();
    Files.writeString(folder.resolve("notes.txt"), "mine");
    Files.writeString(folder.resolve("logs/2026/stale.csv"), "old");
    assertEquals(0, Main.run("demo", "--replay", "--out", folder.toString()));
    assertEquals(first, csvFiles());
    assertEquals("mine", Files.readString(folder.resolve("notes.txt")));
  }

  @Test
  void shouldRefuseFolderOfSomebodyElse() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("cloud.pcap"), "mine");
    assertEquals(1, Main.run("demo", "--replay", "--out", folder.toString()));
    assertEquals(
        List.of(
            "flowlog-agent: "
                + folder
                + ": is not empty, and no demo made it: name another folder with --out"),
        lines(words));
    assertEquals("mine", Files.readString(folder.resolve("cloud.pcap")));
  }

  @Test
  void shouldSayInOneLineWhereItCannotWrite() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("file"), "");
    Path impossible = folder.resolve("file/demo");
    assertEquals(1, Main.run("demo", "--replay", "--out", impossible.toString()));
    assertEquals(1, lines(words).size());
    assertTrue(lines(words).get(0).startsWith("flowlog-agent: " + impossible + ": the demo "));
  }

  private static long number(String row, int column) {
    return Long.parseLong(row.split(",", -1)[column]);
  }

  private Map<String, List<String>> csvFiles() throws IOException {
    Map<String, List<String>> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder.resolve("logs"))) {
      for (Path path : paths.filter(Files::isRegularFile).collect(Collectors.toList())) {
        files.put(path.getFileName().toString(), Files.readAllLines(path));
      }
    }
    return files;
  }

  private static List<String> lines(ByteArrayOutputStream stream) {
    return Arrays.asList(stream.toString(StandardCharsets.UTF_8).split("\n"));
  }
}
