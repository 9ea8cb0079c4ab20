package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loggers come, change and go while slices are written, sealed, stored and forgotten, through
 * crashes; beside a naive list of slices.
 */
class IntervalSealerModelTest {
  private static final int STEPS = 700;
  private static final int ROWS_PER_FILE = 9;
  private static final long UNIT_NS = 60 * TestRows.SECOND_NS;

  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();
  private final NumberEncoders encoders = new NumberEncoders();
  private final Map<UUID, FlowLogger> declared = new TreeMap<>();

  /** All slices ever, by their number; and by logger the last one that is in its files. */
  private final TreeMap<Long, Slice> slices = new TreeMap<>();

  private final Map<UUID, Long> sealedUpTo = new HashMap<>();

  /** By logger and interval: whether there are files, with which part numbers. */
  private final Map<String, Integer> lastParts = new HashMap<>();

  /** What a store would hold: each object under its key. */
  private final Map<String, List<Long>> objects = new HashMap<>();

  private Random random = new Random(0);
  private @Nullable Spool spool;
  private @Nullable IntervalSealer sealer;
  private long nowNs = 1_000_000 * UNIT_NS;
  private long newestStartNs = Long.MIN_VALUE;
  private long nextNumber = 1;

  /** What happened, to be sure that the test tests something. */
  private final Set<String> happened = new HashSet<>();

  private record Slice(Interval span, List<FlowLogger> loggers, List<Row> rows) {}

  private record Row(long number, int verdict, int audience) {
    boolean isFor(FlowLogger logger) {
      int wanted = logger.connectionSetupOnly() ? FlowRecord.FOR_SETUP_ONLY : 1;
      boolean hidden = logger.filter() == TrafficFilter.ACCEPT && verdict == FlowRecord.DROP;
      hidden |= logger.filter() == TrafficFilter.DROP && verdict == FlowRecord.ACCEPT;
      return (audience & wanted) != 0 && !hidden;
    }
  }

  /** What must go into the files of a logger together. */
  private record Group(FlowLogger logger, Interval interval, List<Long> slices, boolean changed) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldGiveEachLoggerEachOfItsRowsOnceInItsInterval(long seed) throws IOException {
    random = new Random(seed);
    start();
    for (int step = 0; step < STEPS; step++) {
      switch (random.nextInt(12)) {
        case 0 -> crash();
        case 1 -> redeclare();
        case 2, 3 -> sealAll();
        case 4 -> sealNext();
        case 5 -> failToSeal();
        case 6, 7 -> store();
        case 8 -> spool().forgetPartNumbers(nowNs);
        default -> slice();
      }
    }
    finish();
    assertEquals(0, counters.get(AgentCounter.JOURNAL_TORN_BYTES));
    assertEquals(
        Set.of("merged", "early", "changed", "alone", "numbered on", "several parts", "silent"),
        happened);
  }

  private Spool spool() {
    if (spool == null) {
      throw new AssertionError("there must be a spool");
    }
    return spool;
  }

  private void start() throws IOException {
    spool = Spool.open(folder, new SpoolConfig(false), counters);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    Sealer files = new Sealer(spool, encoders, names, ROWS_PER_FILE);
    sealer = new IntervalSealer(spool, files, Coverage.ofEverything());
    newestStartNs = Long.MIN_VALUE;
  }

  private void crash() throws IOException {
    spool().close();
    Path left = Files.createDirectories(folder.resolve("merged")).resolve("000000000001_0_1");
    Files.writeString(left.resolveSibling(left.getFileName() + ".rows"), "whole");
    Files.writeString(left.resolveSibling(left.getFileName() + ".open"), "half");
    start();
  }

  /** Writes the rows since the last cut, until a boundary that somebody uses, or until now. */
  private void slice() throws IOException {
    if (random.nextInt(6) == 0) {
      nowNs += (1 + random.nextInt(9)) * UNIT_NS / 2;
    }
    SlicePlan plan = plan();
    long untilNs = nowNs + (1 + random.nextInt(3)) * UNIT_NS / 2;
    for (FlowLogger logger : plan.loggers()) {
      Interval interval = plan.intervalOf(logger, new Interval(nowNs, nowNs + 1));
      untilNs = Math.min(untilNs, interval.endNs());
    }
    Slice slice = new Slice(new Interval(nowNs, untilNs), plan.loggers(), rows());
    newestStartNs = nowNs;
    nowNs = untilNs;
    slices.put(write(slice, plan), slice);
  }

  private SlicePlan plan() {
    return new SlicePlan(UNIT_NS, true, List.copyOf(declared.values()));
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      rows.add(new Row(nextNumber++, random.nextInt(2), 1 + random.nextInt(3)));
    }
    return rows;
  }

  private long write(Slice slice, SlicePlan plan) throws IOException {
    RowJournal journal = spool().beginSlice(slice.span().startNs(), slice.span().endNs());
    journal.declare(plan);
    journal.definePort(0, TestRows.ports(1));
    RecordBatch batch = new RecordBatch(20 * FlowRecord.BYTES_MAX);
    for (Row row : slice.rows()) {
      add(batch, row.number(), row.verdict(), row.audience());
    }
    add(batch, 0, FlowRecord.ACCEPT, FlowRecord.FOR_EVERYBODY);
    journal.append(batch);
    if (random.nextInt(8) > 0) {
      return journal.complete(0).sequence();
    }
    journal.close();
    crash();
    List<JournalFile> journals = spool().journals();
    return journals.get(journals.size() - 1).sequence();
  }

  /** Appends a row of a flow of its own; without packets it is nobody's. */
  private static void add(RecordBatch batch, long number, int verdict, int audience) {
    FlowRecord row = new FlowRecord().at(batch.data(), batch.usedBytes());
    row.kind(4, 0, verdict, FlowRecord.OK)
        .addresses4((int) number, (int) number)
        .counts(number, 100)
        .audience(audience)
        .expiresNs(FlowRecord.NEVER);
    batch.append(row.rowBytes());
  }

  /** Adds, changes or removes a logger, where the last slice ended. */
  private void redeclare() {
    LoggerMaker maker = new LoggerMaker(random.nextInt(4)).interval(1 + random.nextInt(5));
    maker.filter(TrafficFilter.values()[random.nextInt(3)]).setupOnly(random.nextBoolean());
    FlowLogger logger = maker.fields(random.nextBoolean() ? "icmp_type" : "packets").make();
    if (random.nextInt(3) == 0) {
      declared.remove(logger.id());
    } else {
      declared.put(logger.id(), logger);
    }
  }

  private boolean isActive(FlowLogger logger) {
    return logger.equals(declared.get(logger.id()));
  }

  private void sealAll() throws IOException {
    while (sealNext()) {
      happened.add("alone");
    }
    Set<UUID> loggers = new HashSet<>();
    slices.values().forEach(slice -> slice.loggers().forEach(l -> loggers.add(l.id())));
    for (UUID logger : loggers) {
      Group group = nextGroup(logger);
      boolean waits = group == null || (!group.changed() && !isOver(group));
      assertTrue(waits, "this one should have been sealed");
      assertTrue(group == null || isActive(group.logger()), "nobody waits for this one");
    }
    Set<Long> wanted = new HashSet<>();
    slices.forEach((number, slice) -> wanted.addAll(isWanted(number) ? Set.of(number) : Set.of()));
    assertEquals(wanted, present(), "slices are there until nobody needs them");
  }

  private Set<Long> present() throws IOException {
    Set<Long> present = new HashSet<>();
    spool().journals().forEach(journal -> present.add(journal.sequence()));
    return present;
  }

  private boolean isWanted(long number) {
    return find(number).loggers().stream()
        .anyMatch(logger -> sealedUpTo.getOrDefault(logger.id(), 0L) < number);
  }

  private Slice find(long number) {
    Slice slice = slices.get(number);
    if (slice == null) {
      throw new AssertionError("no slice has the number " + number);
    }
    return slice;
  }

  private boolean sealNext() throws IOException {
    Map<UUID, Group> next = new HashMap<>();
    Map<UUID, Boolean> over = new HashMap<>();
    for (Slice slice : slices.values()) {
      for (FlowLogger logger : slice.loggers()) {
        Group group = nextGroup(logger.id());
        if (group != null && next.put(logger.id(), group) == null) {
          over.put(logger.id(), isOver(group));
        }
      }
    }
    Set<SealedFile> before = new HashSet<>(spool().sealed());
    boolean done = sealer != null && sealer.sealNext(newestStartNs, this::isActive);
    List<SealedFile> made = new ArrayList<>(spool().sealed());
    made.removeAll(before);
    assertEquals(done, !made.isEmpty());
    if (done) {
      UUID logger = made.get(0).loggerId();
      Group group = next.get(logger);
      assertTrue(group != null && made.stream().allMatch(f -> f.loggerId().equals(logger)));
      check(group, made, over.getOrDefault(logger, false));
      sealedUpTo.put(logger, group.slices().get(group.slices().size() - 1));
    }
    return done;
  }

  private void check(Group group, List<SealedFile> made, boolean over) throws IOException {
    List<Long> expected = new ArrayList<>();
    for (long number : group.slices()) {
      find(number).rows().stream()
          .filter(row -> row.isFor(group.logger()))
          .forEach(row -> expected.add(row.number()));
    }
    note(expected.isEmpty(), "silent");
    note(group.slices().size() > 1, "merged");
    List<Long> found = new ArrayList<>();
    for (SealedFile file : made) {
      assertEquals(group.interval().startNs(), file.intervalStartNs());
      found.addAll(NumberEncoders.numbersIn(file.path()));
    }
    found.sort(null);
    assertEquals(expected.isEmpty() ? List.of(0L) : expected, found);
    checkParts(group, made, over);
  }

  private void checkParts(Group group, List<SealedFile> made, boolean over) {
    String name = group.logger().id() + " " + group.interval().startNs();
    Integer last = lastParts.get(name);
    boolean early = !over || group.changed();
    note(early, group.changed() ? "changed" : "early");
    note(last != null, "numbered on");
    note(made.size() > 1, "several parts");
    boolean whole = made.size() == 1 && !early && last == null;
    List<Integer> parts = new ArrayList<>();
    for (int i = 0; i < made.size(); i++) {
      parts.add(whole ? ObjectNames.ONLY_PART : 1 + i + (last == null ? 0 : last));
    }
    assertEquals(parts, made.stream().map(SealedFile::part).toList());
    lastParts.put(name, parts.get(parts.size() - 1));
  }

  private void note(boolean isSo, String what) {
    if (isSo) {
      happened.add(what);
    }
  }

  /** Returns what is next for a logger: slices of one interval and one declaration. */
  private @Nullable Group nextGroup(UUID loggerId) {
    Group group = null;
    long after = sealedUpTo.getOrDefault(loggerId, 0L);
    for (Map.Entry<Long, Slice> entry : slices.tailMap(after, false).entrySet()) {
      Slice slice = entry.getValue();
      FlowLogger logger = new SlicePlan(UNIT_NS, true, slice.loggers()).find(loggerId);
      if (logger == null) {
        continue;
      }
      long lengthNs = logger.aggregationInterval() * UNIT_NS;
      long startNs = slice.span().startNs() / lengthNs * lengthNs;
      Interval interval = new Interval(startNs, startNs + lengthNs);
      if (group == null) {
        group = new Group(logger, interval, new ArrayList<>(), false);
      } else if (!group.logger().equals(logger) || !group.interval().equals(interval)) {
        boolean changed = slice.span().startNs() < group.interval().endNs();
        return new Group(group.logger(), group.interval(), group.slices(), changed);
      }
      group.slices().add(entry.getKey());
    }
    return group;
  }

  private boolean isOver(Group group) throws IOException {
    long knownNs = newestStartNs;
    for (long number : present()) {
      knownNs = Math.max(knownNs, find(number).span().startNs());
    }
    long last = group.slices().get(group.slices().size() - 1);
    return Math.max(knownNs, find(last).span().endNs()) >= group.interval().endNs();
  }

  private void failToSeal() throws IOException {
    List<SealedFile> before = spool().sealed();
    encoders.failAfter(random.nextInt(12));
    try {
      sealNext();
    } catch (SpoolException e) {
      assertEquals(SpoolException.Code.OTHER, e.code());
      assertEquals(before, spool().sealed());
    }
    encoders.failAfter(Integer.MAX_VALUE);
  }

  private void store() throws IOException {
    for (SealedFile file : spool().sealed()) {
      if (random.nextBoolean()) {
        List<Long> numbers = NumberEncoders.numbersIn(file.path());
        List<Long> earlier = objects.put(file.key().text(), numbers);
        assertTrue(earlier == null || earlier.equals(numbers), "another file had this key");
        if (random.nextInt(4) > 0) {
          spool().release(file);
        }
      }
    }
  }

  private void finish() throws IOException {
    declared.clear();
    sealAll();
    assertEquals(Set.of(), present());
    while (!spool().sealed().isEmpty()) {
      store();
    }
    spool().forgetPartNumbers(Long.MAX_VALUE);
    spool().close();
    for (String name : List.of("journal", "merged", "sealed")) {
      try (Stream<Path> left = Files.list(folder.resolve(name))) {
        assertEquals(List.of(), left.toList());
      }
    }
    assertFalse(objects.isEmpty());
    assertEquals(rowsOfAll(), objects.values().stream().flatMap(List::stream).sorted().toList());
  }

  /** Returns every row as often as there were loggers that wanted it, and each silence. */
  private List<Long> rowsOfAll() {
    List<Long> rows = new ArrayList<>();
    for (Slice slice : slices.values()) {
      for (Row row : slice.rows()) {
        slice.loggers().stream().filter(row::isFor).forEach(logger -> rows.add(row.number()));
      }
    }
    objects.values().stream().filter(List.of(0L)::equals).forEach(rows::addAll);
    rows.sort(null);
    return rows;
  }
}
