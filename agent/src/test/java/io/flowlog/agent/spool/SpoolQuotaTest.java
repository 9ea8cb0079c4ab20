package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.Discard.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolQuotaTest {
  private static final long MINUTE_NS = 60 * TestRows.SECOND_NS;
  private static final long FILE_BYTES = 32 << 10;
  private static final FlowLogger MANY = TestRows.logger(1, TrafficFilter.ALL);
  private static final FlowLogger FEW = TestRows.logger(2, TrafficFilter.ALL);

  @TempDir Path temporary;
  private final CounterSet counters = new CounterSet();
  private final List<Discard> told = new ArrayList<>();
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(temporary.resolve("spool"), new SpoolConfig(false), counters);
    spool.beginTime(0, 0);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private SpoolQuota quota(long bytesMax) {
    SpoolConfig bounds = new SpoolConfig(false, bytesMax, Duration.ofHours(1));
    return new SpoolQuota(spool, bounds, counters, told::add);
  }

  private JournalFile slice(int minute, int rows, FlowLogger... loggers) throws IOException {
    RowJournal journal = spool.beginSlice(minute * MINUTE_NS, (minute + 1) * MINUTE_NS);
    journal.declare(new SlicePlan(MINUTE_NS, true, List.of(loggers)));
    journal.definePort(0, TestRows.ports(1));
    journal.append(TestRows.batch(1, rows));
    return journal.complete(0);
  }

  private void seal(int minute, FlowLogger logger) throws IOException {
    JournalFile journal = slice(minute, 10, logger);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    new Sealer(spool, new NumberEncoders(), names, 0)
        .seal(new SealJob(journal, logger, Coverage.ofEverything(), journal.interval()));
    spool.retire(journal);
  }

  private List<String> waiting() {
    return spool.sealed().stream()
        .map(
            f ->
                (f.loggerId().equals(MANY.id()) ? "many " : "few ")
                    + f.intervalStartNs() / MINUTE_NS)
        .toList();
  }

  @Test
  void shouldSpareALoggerThatHasLessThanItsShareThoughItsFilesAreOlder() throws IOException {
    seal(0, FEW);
    for (int minute = 1; minute <= 4; minute++) {
      seal(minute, MANY);
    }
    assertEquals(2, quota(3 * FILE_BYTES).enforce());
    assertEquals(List.of("few 0", "many 3", "many 4"), waiting());
    assertEquals(
        List.of(MINUTE_NS, 2 * MINUTE_NS), told.stream().map(Discard::intervalStartNs).toList());
    assertEquals(2, counters.get(AgentCounter.FILES_DISCARDED_QUOTA));
    assertEquals(20, counters.get(AgentCounter.ROWS_DISCARDED_QUOTA));
  }

  @Test
  void shouldCountAFileThatWillBeGoneBeforeItGoes() throws IOException {
    seal(0, MANY);
    SealedFile file = spool.sealed().get(0);
    List<Boolean> wasThere = new ArrayList<>();
    SpoolConfig bounds = new SpoolConfig(false, 0, Duration.ofHours(1));
    new SpoolQuota(spool, bounds, counters, d -> wasThere.add(Files.exists(file.path()))).enforce();
    assertEquals(List.of(true), wasThere);
    assertFalse(Files.exists(file.path()));
  }

  @Test
  void shouldLetFilesGoThatHaveWaitedForTooLong() throws IOException {
    seal(5, MANY);
    spool.tellTime(1, 1);
    seal(4, FEW);
    long hourNs = Duration.ofHours(1).toNanos();
    SpoolQuota quota = quota(1 << 30);
    spool.tellTime(hourNs, 1000 * hourNs);
    assertEquals(0, quota.enforce());
    spool.tellTime(hourNs + 1, 0);
    assertEquals(1, quota.enforce());
    assertEquals(List.of("few 4"), waiting());
    assertEquals(Reason.AGE, told.get(0).reason());
  }

  @Test
  void shouldTellTheAgeOfFilesOfAnEarlierLifeByTheTimeOfDay() throws IOException {
    seal(5, MANY);
    seal(65, FEW);
    spool.close();
    open();
    spool.beginTime(7, 66 * MINUTE_NS);
    assertEquals(1, quota(1 << 30).enforce());
    assertEquals(List.of("few 65"), waiting());
  }

  @Test
  void shouldKeepWhatIsBeingStored() throws IOException {
    seal(0, MANY);
    SealedFile file = spool.sealed().get(0);
    assertTrue(spool.take(file));
    assertFalse(spool.take(file));
    assertEquals(0, quota(0).enforce());
    spool.giveBack(file);
    assertEquals(1, quota(0).enforce());
    assertFalse(spool.take(file));
    spool.release(file);
    assertEquals(0, spool.bytes());
  }

  @Test
  void shouldLetTheOldestSliceGoWhenSlicesAloneAreTooMuch() throws IOException {
    JournalFile first = slice(0, 500, MANY, FEW);
    JournalFile second = slice(1, 500, MANY);
    seal(2, FEW);
    RowJournal open = spool.beginSlice(3 * MINUTE_NS, 4 * MINUTE_NS);
    open.declare(new SlicePlan(MINUTE_NS, true, List.of(MANY)));
    open.definePort(0, TestRows.ports(1));
    open.append(TestRows.batch(1, 100));
    long openBytes = open.bytes();
    assertEquals(
        FILE_BYTES + Files.size(first.path()) + Files.size(second.path()) + openBytes,
        spool.bytes());
    assertEquals(2, quota(Files.size(second.path()) + openBytes).enforce());
    assertEquals(List.of(second), spool.journals());
    assertEquals(List.of(), waiting());
    assertEquals(
        List.of(FEW.id(), MANY.id(), FEW.id()), told.stream().map(Discard::loggerId).toList());
    assertEquals(500 + 10, counters.get(AgentCounter.ROWS_DISCARDED_QUOTA));
    assertEquals(1, quota(0).enforce());
    open.complete(0);
    assertEquals(1, quota(0).enforce());
    assertEquals(0, spool.bytes());
  }

  @Test
  void shouldSealWhatIsLeftOfAnIntervalThatLostASlice() throws IOException {
    FlowLogger logger = new LoggerMaker(3).interval(2).make();
    slice(0, 10, logger);
    slice(1, 10, logger);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    Sealer files = new Sealer(spool, new NumberEncoders(), names, 0);
    IntervalSealer sealer = new IntervalSealer(spool, files, Coverage.ofEverything());
    assertEquals(1, quota(spool.bytes() - 1).enforce());
    assertTrue(sealer.sealNext(2 * MINUTE_NS, l -> true));
    assertFalse(sealer.sealNext(2 * MINUTE_NS, l -> true));
    assertEquals(0, spool.sealed().get(0).intervalStartNs());
    assertEquals(List.of(), spool.journals());
  }

  @Test
  void shouldMakeRoomOnAFullDisk() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"))) {
      spool.close();
      spool = Spool.open(disk.folder().resolve("spool"), new SpoolConfig(false), counters);
      spool.beginTime(0, 0);
      seal(0, FEW);
      seal(1, MANY);
      seal(2, MANY);
      disk.fill();
      assertTrue(quota(1 << 30).makeRoom(1));
      assertEquals(List.of("few 0", "many 2"), waiting());
      assertEquals(Reason.DISK_FULL, told.get(0).reason());
      spool.beginSlice(0, 1).close();
      assertTrue(quota(1 << 30).makeRoom(1 << 20));
      assertFalse(quota(1 << 30).makeRoom(1 << 20));
      spool.close();
    }
    open();
  }

  /** Each thing that the quota does to the disk is followed by a kill once. */
  @Test
  void shouldFindAfterAKillAtAnyMomentWhatWasNotDiscardedYet() throws IOException {
    for (int kill = 0; kill <= 6; kill++) {
      for (int minute = 0; minute < 6; minute++) {
        seal(100 * kill + minute, minute % 3 == 0 ? FEW : MANY);
      }
      Set<SealedFile> before = new HashSet<>(spool.sealed());
      told.clear();
      discardUntilKilled(kill);
      Set<SealedFile> named =
          before.stream()
              .filter(f -> told.stream().anyMatch(d -> d.intervalStartNs() == f.intervalStartNs()))
              .collect(Collectors.toSet());
      spool.close();
      open();
      Set<SealedFile> after = new HashSet<>(spool.sealed());
      Set<SealedFile> gone = new HashSet<>(before);
      gone.removeAll(after);
      assertTrue(named.containsAll(gone), "what went was told");
      assertEquals(kill, gone.size());
      assertEquals(Math.min(kill + 1, 6), named.size());
      assertTrue(before.containsAll(after));
      assertEquals(after.size() * FILE_BYTES, spool.bytes());
      quota(0).enforce();
      assertEquals(0, spool.bytes());
    }
  }

  /** Ends in the middle of the discard behind so many whole ones: told, but still there. */
  private void discardUntilKilled(int discards) throws IOException {
    SpoolConfig bounds = new SpoolConfig(false, 0, Duration.ofHours(1));
    SpoolQuota quota =
        new SpoolQuota(
            spool,
            bounds,
            counters,
            discard -> {
              told.add(discard);
              if (told.size() > discards) {
                throw new Killed();
              }
            });
    try {
      quota.enforce();
    } catch (Killed e) {
      assertEquals(discards + 1, told.size());
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void shouldKeepPartNumbersOfWhatWasDiscardedForTwoDaysFromThen() throws IOException {
    long hourNs = Duration.ofHours(1).toNanos();
    seal(0, MANY);
    spool.tellTime(0, 100 * hourNs);
    quota(0).enforce();
    spool.forgetPartNumbers(100 * hourNs);
    assertEquals(1, manifests());
    spool.close();
    open();
    spool.forgetPartNumbers(100 * hourNs);
    assertEquals(1, manifests());
    spool.forgetPartNumbers(100 * hourNs + 1);
    assertEquals(0, manifests());
  }

  private long manifests() throws IOException {
    try (Stream<Path> found = Files.list(temporary.resolve("spool/sealed"))) {
      return found.filter(f -> f.toString().endsWith(".files")).count();
    }
  }
}
