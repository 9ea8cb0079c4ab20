package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.NumberEncoders;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.SpoolException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that journals, seals and stores, again and again, and counts what arrived. */
class KillTest {
  private static final int KILLS = 8;

  @TempDir Path temporary;
  private final Random random = new Random(20260105);

  @Test
  void shouldDeliverEveryConfirmedRowOnceHoweverOftenItIsKilled() throws Exception {
    Path spoolFolder = temporary.resolve("spool");
    Path out = temporary.resolve("out");
    Set<Long> confirmed = new HashSet<>();
    for (int round = 0; round < KILLS; round++) {
      long first = 1 + round * 10_000_000L;
      long last = runAndKill(spoolFolder, out, first);
      for (long number = first; number <= last; number++) {
        confirmed.add(number);
      }
    }
    try (Spool spool = Spool.open(spoolFolder, SpoolConfig.defaults(), new CounterSet())) {
      KillTestChild child = new KillTestChild(spool, out);
      child.finishEverything();
      assertEquals(List.of(), spool.sealed());
      assertEquals(List.of(), spool.journals());
    }
    List<Long> delivered = delivered(out);
    Set<Long> distinct = new HashSet<>(delivered);
    assertEquals(distinct.size(), delivered.size(), "no row twice");
    assertTrue(distinct.containsAll(confirmed), "no confirmed row lost");
    assertTrue(confirmed.size() > 500, "the children must get somewhere: " + confirmed.size());
  }

  /** Returns the highest number that the child confirmed before it was killed. */
  private long runAndKill(Path spoolFolder, Path out, long first) throws Exception {
    Process child =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KillTestChild.class.getName(),
                spoolFolder.toString(),
                out.toString(),
                Long.toString(first))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      String line = lines.readLine();
      assertLocked(spoolFolder);
      long killAtNs = System.nanoTime() + random.nextInt(150_000_000);
      while (line != null) {
        last = Long.parseLong(line);
        if (System.nanoTime() >= killAtNs) {
          // the process itself would close the stream, with what was confirmed in it
          child.toHandle().destroyForcibly();
        }
        line = lines.readLine();
      }
    } finally {
      child.destroyForcibly();
    }
    assertEquals(137, child.waitFor(), "the child must end by the kill and nothing else");
    return last;
  }

  private static void assertLocked(Path folder) {
    SpoolException e =
        assertThrows(
            SpoolException.class,
            () -> Spool.open(folder, SpoolConfig.defaults(), new CounterSet()));
    assertEquals(SpoolException.Code.LOCKED, e.code(), e.getMessage());
  }

  private static List<Long> delivered(Path out) throws IOException {
    List<Long> numbers = new ArrayList<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(p -> p.toString().endsWith(".txt")).toList()) {
        numbers.addAll(NumberEncoders.numbersIn(file));
      }
    }
    return numbers;
  }
}
