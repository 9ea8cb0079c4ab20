package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.spool.NumberEncoders;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that discards what is over its spool's bounds: nothing goes silently. */
class QuotaKillTest {
  private static final int KILLS = 4;

  @TempDir Path temporary;
  private final Random random = new Random(20261120);

  /** What children said of each logger and minute: that its rows are safe, that they go. */
  private final Set<String> kept = new HashSet<>();

  private final Set<String> gone = new HashSet<>();

  @Test
  void shouldStoreOrNameEveryFileHoweverOftenItIsKilled() throws Exception {
    Path spoolFolder = temporary.resolve("spool");
    Path out = temporary.resolve("out");
    for (int round = 0; round < KILLS; round++) {
      runAndKill(spoolFolder, out, 1 + round * 100_000L);
    }
    QuotaKillChild.storeWhatIsLeft(spoolFolder, out);
    Set<String> stored = stored(out);
    Set<String> silent = new HashSet<>(kept);
    silent.removeAll(stored);
    silent.removeAll(gone);
    assertEquals(Set.of(), silent);
    assertTrue(stored.size() > 20, "only " + stored.size() + " were stored");
    assertTrue(gone.size() > 20, "only " + gone.size() + " were discarded");
  }

  private void runAndKill(Path spoolFolder, Path out, long firstMinute) throws Exception {
    Process child =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                QuotaKillChild.class.getName(),
                spoolFolder.toString(),
                out.toString(),
                Long.toString(firstMinute))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    int killAtLine = 20 + random.nextInt(300);
    int lines = 0;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        String what = line.substring(line.indexOf(' ') + 1);
        (line.startsWith("kept ") ? kept : gone).add(what);
        lines++;
        if (lines == killAtLine) {
          // the process itself would close the stream, with what was said in it
          child.toHandle().destroyForcibly();
        }
      }
    } finally {
      child.destroyForcibly();
    }
    assertEquals(137, child.waitFor(), "the child must end by the kill and nothing else");
  }

  /** Returns the logger and minute of every object, each of which must be there once. */
  private static Set<String> stored(Path out) throws IOException {
    Set<String> found = new HashSet<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".txt")).toList()) {
        long minute = QuotaKillChild.minuteOf(NumberEncoders.numbersIn(file).get(0));
        String name = String.valueOf(file.getFileName());
        assertTrue(found.add(name.substring(0, name.indexOf('_')) + " " + minute), name);
      }
    }
    return found;
  }
}
