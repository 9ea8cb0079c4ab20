package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.Interval;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random work with a spool that crashes again and again, beside naive sets of rows. */
class SpoolModelTest {
  private static final int STEPS = 400;
  private static final int ROWS_PER_FILE = 7;

  @TempDir Path temporary;
  private final CounterSet counters = new CounterSet();
  private final NumberEncoders encoders = new NumberEncoders();
  private final List<FlowLogger> loggers =
      List.of(
          TestRows.logger(0, TrafficFilter.ALL),
          TestRows.logger(1, TrafficFilter.ACCEPT),
          TestRows.logger(2, TrafficFilter.DROP));

  /** Rows that must arrive. */
  private final Set<Long> expected = new TreeSet<>();

  /** What a store would hold: each object under its key. */
  private final Map<String, List<Long>> objects = new HashMap<>();

  private final Map<String, UUID> objectLoggers = new HashMap<>();

  /** Size of the open journal after each of its frames, and the rows of that frame. */
  private final List<Long> frameEnds = new ArrayList<>();

  private final List<List<Long>> frameRows = new ArrayList<>();
  private Random random = new Random(0);
  private @Nullable Spool spool;
  private @Nullable RowJournal journal;
  private long syncedBytes;
  private long nextNumber = 1;
  private long crashes;
  private long tornBytes;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldDeliverEveryRowOnceThroughCrashes(long seed) throws IOException {
    random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(14)) {
        case 0 -> crash();
        case 1, 2 -> complete();
        case 3 -> sync();
        case 4, 5 -> sealOne();
        case 6 -> failSealing();
        case 7 -> retire();
        case 8, 9 -> storeOne();
        default -> append();
      }
    }
    crash();
    drain();
    assertTrue(crashes > 10);
    assertEquals(tornBytes, counters.get(AgentCounter.JOURNAL_TORN_BYTES));
    assertDelivered();
  }

  private Spool spool() throws IOException {
    if (spool == null) {
      spool = Spool.open(temporary.resolve("spool"), new SpoolConfig(false), counters);
    }
    return spool;
  }

  private Sealer sealer() throws IOException {
    return new Sealer(spool(), encoders, new ObjectNames(ZoneOffset.UTC, "h1"), ROWS_PER_FILE);
  }

  private void append() throws IOException {
    if (journal == null) {
      // few different intervals, so that journals of the same one meet
      long start = random.nextInt(4) * 60L * TestRows.SECOND_NS;
      journal = spool().beginSlice(start, start + 60 * TestRows.SECOND_NS);
      frameEnds.clear();
      frameRows.clear();
      syncedBytes = 0;
      journal.definePort(0, TestRows.ports(1));
    }
    int rows = 1 + random.nextInt(6);
    journal.append(TestRows.batch(nextNumber, rows));
    frameEnds.add(Files.size(openFile()));
    frameRows.add(Stream.iterate(nextNumber, n -> n + 1).limit(rows).toList());
    nextNumber += rows;
  }

  private Path openFile() throws IOException {
    try (Stream<Path> found = Files.list(temporary.resolve("spool/journal"))) {
      return found.filter(p -> p.toString().endsWith(".open")).findAny().orElseThrow();
    }
  }

  private void sync() throws IOException {
    if (journal != null) {
      journal.sync();
      syncedBytes = Files.size(openFile());
    }
  }

  private void complete() throws IOException {
    if (journal != null) {
      JournalFile file = journal.complete(0);
      assertTrue(spool().journals().contains(file));
      frameRows.forEach(expected::addAll);
      journal = null;
    }
  }

  private void sealOne() throws IOException {
    List<JournalFile> journals = spool().journals();
    if (!journals.isEmpty()) {
      seal(pick(journals), pick(loggers));
    }
  }

  private void seal(JournalFile file, FlowLogger logger) throws IOException {
    Interval interval = new Interval(file.startNs(), file.endNs() + file.sequence() % 2);
    List<SealedFile> files =
        sealer().seal(new SealJob(file, logger, Coverage.ofEverything(), interval));
    assertTrue(spool().sealed().containsAll(files));
  }

  private void failSealing() throws IOException {
    List<SealedFile> before = spool().sealed();
    encoders.failAfter(random.nextInt(10));
    try {
      sealOne();
    } catch (SpoolException e) {
      assertEquals(SpoolException.Code.OTHER, e.code());
      assertEquals(before, spool().sealed());
      assertTrue(temporaryFiles().isEmpty());
    }
    encoders.failAfter(Integer.MAX_VALUE);
  }

  private List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> found = Files.list(temporary.resolve("spool/sealed"))) {
      return found.filter(p -> p.toString().endsWith(".tmp")).toList();
    }
  }

  private void retire() throws IOException {
    List<JournalFile> journals = spool().journals();
    if (!journals.isEmpty()) {
      JournalFile file = journals.get(0);
      for (FlowLogger logger : loggers) {
        seal(file, logger);
      }
      spool().retire(file);
    }
  }

  private void storeOne() throws IOException {
    List<SealedFile> files = spool().sealed();
    if (!files.isEmpty()) {
      SealedFile file = pick(files);
      List<Long> numbers = NumberEncoders.numbersIn(file.path());
      assertEquals(file.rows(), numbers.size());
      assertEquals(file.bytes(), Files.size(file.path()));
      List<Long> before = objects.put(file.key().text(), numbers);
      assertTrue(before == null || before.equals(numbers), "another file had this key");
      objectLoggers.put(file.key().text(), file.loggerId());
      if (random.nextInt(4) > 0) {
        spool().release(file);
        assertFalse(spool().sealed().contains(file));
      }
    }
  }

  /** Leaves the disk as a kill or a power cut may, and starts again from there. */
  private void crash() throws IOException {
    crashes++;
    if (journal != null) {
      journal.close();
      cutOpenJournal();
      journal = null;
    }
    List<SealedFile> uncommitted = random.nextInt(3) == 0 ? sealWithoutCommit() : List.of();
    List<SealedFile> before = new ArrayList<>(spool().sealed());
    before.removeAll(uncommitted);
    spool().close();
    spool = null;
    Files.writeString(temporary.resolve("spool/sealed/x_1.tmp"), "half");
    Files.writeString(temporary.resolve("spool/sealed/000000000001_0_x_9.data"), "no manifest");
    assertEquals(before, spool().sealed());
    assertTrue(temporaryFiles().isEmpty());
  }

  /** Leaves what a kill leaves between the renames of the files and that of their manifest. */
  private List<SealedFile> sealWithoutCommit() throws IOException {
    List<SealedFile> before = spool().sealed();
    sealOne();
    List<SealedFile> made = new ArrayList<>(spool().sealed());
    made.removeAll(before);
    if (!made.isEmpty()) {
      String data = made.get(0).path().toString();
      Path manifest = Path.of(data.substring(0, data.lastIndexOf('_')) + ".files");
      Files.move(manifest, Path.of(manifest.toString().replace(".files", ".tmp")));
    }
    return made;
  }

  private void cutOpenJournal() throws IOException {
    Path file = openFile();
    long size = Files.size(file);
    long cut = Math.max(syncedBytes, size - random.nextInt(400));
    if (random.nextInt(3) == 0) {
      cut = size;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(Math.max(0, cut));
    }
    long good = cut < JournalFormat.HEADER_BYTES ? 0 : headBytes(cut);
    for (int i = 0; i < frameEnds.size(); i++) {
      if (frameEnds.get(i) <= cut) {
        expected.addAll(frameRows.get(i));
        good = frameEnds.get(i);
      }
    }
    tornBytes += Math.max(0, cut) - good;
  }

  /** Returns the end of the last good thing before the rows: the header, or the port. */
  private static long headBytes(long cut) {
    int portBytes = 9 + 4 + TestRows.ports(1).encode(0).length;
    int bothBytes = JournalFormat.HEADER_BYTES + portBytes;
    return cut >= bothBytes ? bothBytes : JournalFormat.HEADER_BYTES;
  }

  private void drain() throws IOException {
    while (!spool().journals().isEmpty()) {
      retire();
    }
    while (!spool().sealed().isEmpty()) {
      storeOne();
    }
    spool().forgetPartNumbers(Long.MAX_VALUE);
    try (Stream<Path> left = Files.list(temporary.resolve("spool/sealed"))) {
      assertEquals(List.of(), left.toList());
    }
    spool().close();
  }

  private void assertDelivered() {
    for (FlowLogger logger : loggers) {
      List<Long> delivered = new ArrayList<>();
      objects.forEach(
          (key, numbers) -> {
            // a file of one row without packets says that there were none
            boolean silent = numbers.equals(List.of(0L));
            if (logger.id().equals(objectLoggers.get(key)) && !silent) {
              delivered.addAll(numbers);
            }
          });
      Set<Long> wanted = new HashSet<>(expected);
      wanted.removeIf(n -> logger.filter() == TrafficFilter.ACCEPT && n % 2 == 1);
      wanted.removeIf(n -> logger.filter() == TrafficFilter.DROP && n % 2 == 0);
      assertEquals(wanted.size(), delivered.size(), "each row once for " + logger.filter());
      assertEquals(wanted, new HashSet<>(delivered));
    }
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Keeps the model honest: a second process would have been refused all the time. */
  @ParameterizedTest
  @ValueSource(longs = 7)
  void shouldRefuseASecondOwnerWhileInUse(long seed) throws IOException {
    random = new Random(seed);
    append();
    Path folder = temporary.resolve("spool");
    SpoolException e =
        assertThrows(
            SpoolException.class, () -> Spool.open(folder, SpoolConfig.defaults(), counters));
    assertEquals(SpoolException.Code.LOCKED, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(folder.toString()), e.getMessage());
    crash();
    spool().close();
  }
}
