package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.Discard.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random files of random loggers, and the quota beside a plain list of what should be left. */
class QuotaModelTest {
  private static final int STEPS = 600;
  private static final int LOGGERS = 5;
  private static final long MINUTE_NS = 60 * TestRows.SECOND_NS;
  private static final SpoolConfig BOUNDS =
      new SpoolConfig(false, 400_000, Duration.ofNanos(100 * MINUTE_NS));

  @TempDir Path temporary;
  private final CounterSet counters = new CounterSet();
  private final List<Discard> told = new ArrayList<>();
  private final Set<String> happened = new HashSet<>();

  /** What should wait, and what should have gone. */
  private final List<Waiting> model = new ArrayList<>();

  private final List<SealedFile> gone = new ArrayList<>();
  private final List<Discard> expected = new ArrayList<>();
  private Random random = new Random(0);
  private @Nullable Spool spool;
  private @Nullable SpoolQuota quota;

  /** The time of day leaps in this test, the ticks do not. */
  private long nowNs = 10_000 * MINUTE_NS;

  private long tickNs = Long.MAX_VALUE - 1000 * MINUTE_NS;

  private static final class Waiting {
    private final SealedFile file;
    private long sinceNs;
    private boolean inHand;

    Waiting(SealedFile file, long sinceNs) {
      this.file = file;
      this.sinceNs = sinceNs;
    }

    UUID loggerId() {
      return file.loggerId();
    }

    long countedBytes() {
      return Math.max(32 << 10, file.bytes());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldLetTheOldestFileGoOfTheLoggerThatHasMost(long seed) throws IOException {
    random = new Random(seed);
    start();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(12)) {
        case 0 -> restart();
        case 1 -> pass(random.nextInt(20) * MINUTE_NS);
        case 2 -> nowNs += (random.nextInt(4001) - 2000) * MINUTE_NS;
        case 3 -> take();
        case 4 -> giveBack();
        case 5 -> release();
        case 6 -> releaseAnew();
        case 7 -> disable();
        case 8 -> makeRoom();
        default -> seal();
      }
      enforce();
      assertAsInModel();
    }
    spool().close();
    assertCounted();
    assertEquals(
        Set.of("restart", "age", "quota", "in hand", "disabled", "full", "after its end"),
        happened);
  }

  private Spool spool() {
    return Objects.requireNonNull(spool);
  }

  private SpoolQuota quota() {
    return Objects.requireNonNull(quota);
  }

  private void start() throws IOException {
    Spool opened = Spool.open(temporary, BOUNDS, counters);
    opened.beginTime(tickNs, nowNs);
    quota = new SpoolQuota(opened, BOUNDS, counters, told::add);
    spool = opened;
  }

  private void restart() throws IOException {
    spool().close();
    start();
    for (Waiting waiting : model) {
      waiting.inHand = false;
      waiting.sinceNs = tickNs - Math.max(0, nowNs - waiting.file.intervalStartNs());
    }
    happened.add("restart");
  }

  private void pass(long ns) {
    tickNs += ns;
    nowNs += ns;
    spool().tellTime(tickNs, nowNs);
  }

  private void seal() throws IOException {
    long startNs = Math.floorDiv(nowNs, MINUTE_NS) * MINUTE_NS - random.nextInt(30) * MINUTE_NS;
    RowJournal journal = spool().beginSlice(startNs, startNs + MINUTE_NS);
    journal.definePort(0, TestRows.ports(1));
    int rows = 1 + random.nextInt(random.nextInt(10) == 0 ? 9_000 : 200);
    for (int row = 0; row < rows; row += 200) {
      journal.append(TestRows.batch(1 + row, Math.min(200, rows - row)));
    }
    JournalFile file = journal.complete(0);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    Sealer sealer = new Sealer(spool(), new NumberEncoders(), names, 4_000);
    // the first logger has most of the files
    int number = random.nextInt(2) * random.nextInt(LOGGERS);
    FlowLogger logger = TestRows.logger(number, TrafficFilter.ALL);
    SealJob job = new SealJob(file, logger, Coverage.ofEverything(), file.interval());
    sealer.seal(job).forEach(made -> model.add(new Waiting(made, tickNs)));
    spool().retire(file);
  }

  private void take() {
    if (!model.isEmpty()) {
      Waiting waiting = pick(model);
      assertEquals(!waiting.inHand, spool().take(waiting.file));
      waiting.inHand = true;
    }
  }

  private void giveBack() {
    for (Waiting waiting : model) {
      if (waiting.inHand && random.nextBoolean()) {
        spool().giveBack(waiting.file);
        waiting.inHand = false;
      }
    }
  }

  private void release() throws IOException {
    if (!model.isEmpty()) {
      Waiting waiting = pick(model);
      spool().release(waiting.file);
      model.remove(waiting);
    }
  }

  /** What went while somebody was about to store it. */
  private void releaseAnew() throws IOException {
    if (!gone.isEmpty()) {
      SealedFile file = pick(gone);
      assertFalse(spool().take(file));
      spool().giveBack(file);
      spool().release(file);
      happened.add("after its end");
    }
  }

  private void disable() throws IOException {
    UUID id = TestRows.logger(random.nextInt(LOGGERS), TrafficFilter.ALL).id();
    if (random.nextInt(8) > 0) {
      return;
    }
    quota().discardDisabled(id);
    for (Waiting waiting : List.copyOf(model)) {
      if (waiting.loggerId().equals(id) && !waiting.inHand) {
        expectGone(waiting, Reason.DISABLED);
        happened.add("disabled");
      }
    }
    assertTold();
  }

  private void makeRoom() throws IOException {
    if (random.nextInt(8) > 0) {
      return;
    }
    long roomBytes = random.nextInt(200_000);
    boolean any = quota().makeRoom(roomBytes);
    long untilBytes = bytes() - roomBytes;
    Waiting next = next();
    assertEquals(roomBytes > 0 && next != null, any);
    while (next != null && bytes() > untilBytes) {
      expectGone(next, Reason.DISK_FULL);
      happened.add("full");
      next = next();
    }
    assertTold();
  }

  private void enforce() throws IOException {
    int count = quota().enforce();
    int before = gone.size();
    for (Waiting waiting : List.copyOf(model)) {
      if (tickNs - waiting.sinceNs > BOUNDS.ageMax().toNanos() && !waiting.inHand) {
        expectGone(waiting, Reason.AGE);
        happened.add("age");
      }
    }
    Waiting next = next();
    while (next != null && bytes() > BOUNDS.bytesMax()) {
      expectGone(next, Reason.QUOTA);
      happened.add("quota");
      next = next();
    }
    assertEquals(gone.size() - before, count);
    assertTold();
  }

  private void expectGone(Waiting waiting, Reason reason) {
    SealedFile file = waiting.file;
    model.remove(waiting);
    gone.add(file);
    expected.add(
        new Discard(file.loggerId(), file.intervalStartNs(), file.rows(), file.bytes(), reason));
    happened.addAll(model.stream().anyMatch(w -> w.inHand) ? Set.of("in hand") : Set.of());
  }

  private void assertTold() {
    // in which order those go that are too old does not matter
    assertEquals(sorted(expected), sorted(told));
  }

  private static List<String> sorted(List<Discard> discards) {
    return discards.stream().map(Discard::toString).sorted().toList();
  }

  private long bytes() {
    return model.stream().mapToLong(Waiting::countedBytes).sum();
  }

  private @Nullable Waiting next() {
    Map<UUID, Long> share = new HashMap<>();
    model.forEach(w -> share.merge(w.loggerId(), w.countedBytes(), Long::sum));
    return model.stream()
        .filter(w -> !w.inHand)
        .max(
            Comparator.<Waiting>comparingLong(w -> share.getOrDefault(w.loggerId(), 0L))
                .thenComparing(
                    Comparator.<Waiting>comparingLong(w -> w.file.intervalStartNs())
                        .thenComparing(Waiting::loggerId)
                        .thenComparingInt(w -> w.file.part())
                        .thenComparing(w -> w.file.path())
                        .reversed()))
        .orElse(null);
  }

  private void assertAsInModel() throws IOException {
    assertEquals(
        Set.copyOf(model.stream().map(w -> w.file).toList()), Set.copyOf(spool().sealed()));
    assertEquals(model.size(), spool().filesWaiting());
    assertEquals(bytes(), spool().bytes());
    try (Stream<Path> files = Files.list(temporary.resolve("sealed"))) {
      assertEquals(model.size(), files.filter(f -> f.toString().endsWith(".data")).count());
    }
  }

  private void assertCounted() {
    assertTrue(gone.size() > 50, "only " + gone.size() + " went");
    assertEquals(count(Reason.AGE), counters.get(AgentCounter.FILES_DISCARDED_AGE));
    assertEquals(
        count(Reason.QUOTA) + count(Reason.DISK_FULL),
        counters.get(AgentCounter.FILES_DISCARDED_QUOTA));
    assertEquals(count(Reason.DISABLED), counters.get(AgentCounter.FILES_DISCARDED_DISABLED));
    assertEquals(
        gone.stream().mapToLong(SealedFile::rows).sum(),
        counters.get(AgentCounter.ROWS_DISCARDED_AGE)
            + counters.get(AgentCounter.ROWS_DISCARDED_QUOTA)
            + counters.get(AgentCounter.ROWS_DISCARDED_DISABLED));
    assertEquals(
        gone.stream().mapToLong(SealedFile::bytes).sum(),
        counters.get(AgentCounter.BYTES_DISCARDED_AGE)
            + counters.get(AgentCounter.BYTES_DISCARDED_QUOTA)
            + counters.get(AgentCounter.BYTES_DISCARDED_DISABLED));
  }

  private long count(Reason reason) {
    return told.stream().filter(discard -> discard.reason() == reason).count();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
