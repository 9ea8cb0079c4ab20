package io.flowlog.agent.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The live benchmarks themselves, with what needs nothing built. Needs root, gcc and nft. */
@Tag("slow")
@Timeout(120)
class LiveBenchTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", "."), "src/test/live").toAbsolutePath();

  private static final String DROPS = FOLDER.resolve("bench-drops").toString();

  /** Of the first word, the script has made sure that seen and lost add up to it. */
  private static final String MEASUREMENT = " +bare +100 connections .*: [1-9]\\d* packets, .*";

  @TempDir Path folder;
  private int status;
  private long pid;

  /** Runs a command, or bench-live with options; returns what is printed, also to stderr. */
  private String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(words));
    if (words[0].startsWith("-")) {
      command.add(0, FOLDER.resolve("bench-live").toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    status = process.exitValue();
    pid = process.pid();
    return output;
  }

  @Test
  void shouldCountEveryFrameOfTheGeneratorAndLeaveNothingBehind() throws Exception {
    String output =
        run(
            "--readers",
            "bare",
            "--flows",
            "100",
            "--rates",
            "10000 0",
            "--rounds",
            "2",
            "--seconds",
            "1",
            "--interval",
            "1",
            "--markdown");

    assertEquals(0, status, output);
    assertEquals(4, output.lines().filter(line -> line.matches(MEASUREMENT)).count(), output);
    List<String> rows = output.lines().filter(line -> line.startsWith("| 100 |")).toList();
    assertEquals(2, rows.size(), output);
    assertTrue(rows.stream().allMatch(row -> row.contains(" | bare | ")), output);
    assertTrue(rows.stream().allMatch(row -> row.contains(" | 1.0 | ")), output);
    String ownNames = "flv-" + pid + "-";
    assertFalse(run("ip", "netns", "list").contains(ownNames));
  }

  @Test
  void shouldFindEveryPacketInTheRecordsOfTheAgent() throws Exception {
    String output =
        run(
            "--readers",
            "agent",
            "--flows",
            "1000",
            "--rates",
            "20000",
            "--rounds",
            "1",
            "--seconds",
            "2",
            "--interval",
            "1",
            "--warm-up",
            "0",
            "--program",
            program());

    // The script itself has compared the records with what came.
    assertEquals(0, status, output);
    assertEquals(1, output.lines().filter(line -> line.contains("100.000%")).count(), output);
  }

  /** Returns a launcher of what is being tested. */
  private String program() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path", "");
    Path program = folder.resolve("flowlog-agent");
    Files.writeString(
        program,
        "#!/bin/sh\nexec " + java + " -cp '" + classPath + "' io.flowlog.agent.cli.Main \"$@\"\n");
    assertTrue(program.toFile().setExecutable(true));
    return program.toString();
  }

  @Test
  void shouldFindEveryDropInTheRecordsOfTheAgentAndLeaveNothingBehind() throws Exception {
    String output =
        run(
            DROPS,
            "--states",
            "off",
            "program",
            "nflog",
            "--rounds",
            "1",
            "--seconds",
            "1",
            "--warm-up",
            "0",
            "--rate",
            "20000",
            "--program",
            program(),
            "--markdown");

    // The script itself has compared the records with what was sent and what was dropped.
    assertEquals(0, status, output);
    long measured = output.lines().filter(line -> line.matches(".* ns, [1-9]\\d* packets")).count();
    assertEquals(12, measured, output);
    assertEquals(
        12, output.lines().filter(line -> line.matches("\\| (acc|drop).*")).count(), output);
    String ownNames = "flv-" + pid + "-";
    assertFalse(run("ip", "netns", "list").contains(ownNames));
  }

  @Test
  void shouldSayWhatIsWrongWithItsOptions() throws Exception {
    assertEquals("bench-live: --speed: no such option: see --help\n", run("--speed", "1"));
    assertEquals(2, status);
    assertEquals("bench-live: 1s is not a number: see --help\n", run("--seconds", "1s"));
    assertEquals(2, status);
    assertEquals("bench-live: argus: no such reader: see --help\n", run("--readers", "argus"));
    assertEquals(2, status);
    String output = run("--readers", "agent", "--program", "/nowhere");
    assertEquals("bench-live: there is no /nowhere: build it with mvn package\n", output);
    assertEquals(1, status);
  }

  @Test
  void shouldRefuseToPartAnInterval() throws Exception {
    String output = run("--seconds", "5", "--interval", "2");

    assertEquals("bench-live: --seconds must be whole intervals: see --help\n", output);
    assertEquals(2, status);
  }
}
