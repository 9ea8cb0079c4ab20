package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.record.RowLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds, the outcome is values or problems with a line inside the file. */
@Tag("slow")
class MutatedFilesTest {
  /** Few, because writing a file takes ten times as long as reading it. */
  private static final int ROUNDS = 700;

  private static final int ROUNDS_IN_MEMORY = 20_000;

  private static final String CONFIG =
      """
      host: node-7
      time_zone: Asia/Seoul
      capture: {exclude_addresses: [10.0.0.0/8, "::1"]}
      flow:
        table_bytes: 64MiB
        timeouts: {udp: 5s}
      format:
        csv_header: false # comment
      store:
        directories:
        - /srv/logs
        endpoints:
        - {url: 'https://one.example', protocol: swift}
      """;

  private static final String LOGGERS =
      """
      - name: "one \\u00e9"
        resource_id: 045e204c-4624-4b68-ac8a-7375989d3b79
        storage_type: FILE
        storage_url: file:///srv/logs/a
        customized_field: packets,bytes
        partition_period: year=#{year}/month=#{month}
      - {"flowlog_logger": {"name": "two", "storage_type": "OBS",
          "resource_id": "045e204c-4624-4b68-ac8a-7375989d3b79",
          "storage_url": "https://one.example/v1/AUTH_1/box/a"}}
      """;

  private static final String PORTS =
      """
      - device: tap0
        port_id: 1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d
        mac: fa:16:3e:12:34:56
        addresses: [10.0.1.5, "2001:db8:1::5"]
      """;

  /** Pieces that mean something to YAML, so that mutations get further than the scanner. */
  private static final List<String> PIECES =
      List.of(
          "\n",
          "\n- ",
          ": ",
          "  ",
          "\t",
          "[",
          "]",
          "{",
          "}",
          "&a ",
          "*a",
          "!!int ",
          "? ",
          "| ",
          "> ",
          "'",
          "\"",
          "#",
          "---\n",
          "...\n",
          "%YAML 1.2\n",
          "<<: ",
          "~",
          "\\x",
          "\\U00110000",
          "\\ud800",
          "\r",
          "\u2028",
          "\u0085",
          "\ufeff",
          "\u0000",
          "\ud83d\ude00",
          "9999999999",
          "@",
          "`",
          "- - - ",
          "a: b: c",
          "null",
          "|9\n",
          ">-\n");

  private final Random random = new Random(4);
  private final TemporaryFiles files;
  private final Path hostName;

  MutatedFilesTest(@TempDir Path directory) {
    files = new TemporaryFiles(directory);
    hostName = files.write("hostname", "node-7");
  }

  @Test
  void shouldSurviveAnyConfiguration() {
    run(
        CONFIG,
        file -> {
          LoadedConfig loaded =
              ConfigLoader.load(file, List.of(), new Surroundings(hostName, null));
          assertEquals(loaded.config() == null, !loaded.problems().isEmpty());
          return loaded.problems();
        });
  }

  @Test
  void shouldSurviveAnyLoggers() {
    LoggerRules rules =
        LoggerFiles.rules(RowLayout.fieldChoices(), TestStores.directory("/srv/logs"));
    run(LOGGERS, file -> LoggerFiles.load(file, rules).problems());
  }

  @Test
  void shouldSurviveAnyPorts() {
    run(PORTS, file -> PortFiles.load(file).problems());
  }

  @Test
  void shouldSurviveAnyText() {
    int readable = 0;
    for (int i = 0; i < ROUNDS_IN_MEMORY; i++) {
      String text = new String(mutate(i % 2 == 0 ? CONFIG : LOGGERS), StandardCharsets.UTF_8);
      List<Problem> problems = new ArrayList<>();
      try {
        Document document = YamlReader.read("f", text, problems);
        document.places().values().forEach(place -> checkLine(place.line(), text));
        readable++;
      } catch (ProblemException e) {
        problems.add(e.problem());
      }
      problems.forEach(problem -> check(problem, text));
    }
    assertTrue(readable > 1000, "only " + readable + " mutations could be read");
  }

  @Test
  void shouldSurviveAnySet() {
    for (int i = 0; i < ROUNDS; i++) {
      String set = new String(mutate("format.rows_per_file=[1, {a: b}]"), StandardCharsets.UTF_8);
      for (Problem problem :
          ConfigLoader.load(null, List.of(set), new Surroundings(hostName, null)).problems()) {
        assertEquals("--set", problem.file(), set);
        assertEquals(1, problem.toString().lines().count(), problem.toString());
      }
    }
  }

  private void run(String valid, Function<Path, List<Problem>> load) {
    int wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = mutate(valid);
      List<Problem> problems = load.apply(files.writeBytes("mutated" + i + ".yaml", bytes));
      wrong += problems.isEmpty() ? 0 : 1;
      String text = new String(bytes, StandardCharsets.UTF_8);
      problems.forEach(problem -> check(problem, text));
    }
    assertTrue(wrong > ROUNDS / 4, "only " + wrong + " mutations were noticed");
  }

  private static void check(Problem problem, String text) {
    checkLine(problem.line(), text);
    String message = problem + " in " + text;
    assertEquals(1, problem.toString().lines().count(), message);
    assertTrue(!problem.what().isEmpty() && !problem.remedy().isEmpty(), message);
  }

  private static void checkLine(int line, String text) {
    assertTrue(line >= 1 && line <= Math.max(1, text.lines().count()), line + " in " + text);
  }

  private byte[] mutate(String valid) {
    StringBuilder text = new StringBuilder(valid);
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      int start = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), start + random.nextInt(12));
      switch (random.nextInt(4)) {
        case 0 -> text.delete(start, end);
        case 1 -> text.insert(start, PIECES.get(random.nextInt(PIECES.size())));
        case 2 -> text.insert(start, text.substring(start, end));
        default -> text.replace(start, end, PIECES.get(random.nextInt(PIECES.size())));
      }
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextInt(8) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }
}
