package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.JournalFile;
import io.flowlog.agent.spool.NumberEncoders;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.SealJob;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.TestRows;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploaderTest {
  private static final FlowLogger FIRST = TestRows.logger(1, TrafficFilter.ALL);
  private static final FlowLogger SECOND = TestRows.logger(2, TrafficFilter.ALL);

  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();
  private final FakeStore store = new FakeStore();
  private Spool spool;
  private Uploader uploader;

  /** Remembers the order of what it stored; refuses the files of some loggers. */
  private static final class FakeStore implements ObjectStore {
    final List<String> stored = new ArrayList<>();
    final Set<UUID> refused = new HashSet<>();
    int attempts;
    @Nullable StoreException failure;

    @Override
    public void putEmpty(ObjectKey key) {
      throw new AssertionError("an uploader stores files");
    }

    @Override
    public void delete(ObjectKey key) {
      throw new AssertionError("an uploader deletes nothing");
    }

    @Override
    public void put(SealedFile file) throws StoreException {
      attempts++;
      if (refused.contains(file.loggerId())) {
        failure = new StoreException(StoreException.Code.UNAVAILABLE, "503", null);
        throw failure;
      }
      long minute = file.intervalStartNs() / (60 * TestRows.SECOND_NS);
      long logger = file.loggerId().getLeastSignificantBits() & 0xff;
      stored.add("logger " + logger + " minute " + minute + " part " + file.part());
    }
  }

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(folder, SpoolConfig.defaults(), counters);
    uploader = new Uploader(spool, file -> store, counters);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private void sealMinute(long minute, int rows) throws IOException {
    long start = minute * 60 * TestRows.SECOND_NS;
    RowJournal journal = spool.beginSlice(start, start + 60 * TestRows.SECOND_NS);
    journal.definePort(0, TestRows.ports(1));
    journal.append(TestRows.batch(1, rows));
    JournalFile file = journal.complete(0);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    Sealer sealer = new Sealer(spool, new NumberEncoders(), names, 5);
    sealer.seal(new SealJob(file, FIRST, Coverage.ofEverything(), file.interval()));
    sealer.seal(new SealJob(file, SECOND, Coverage.ofEverything(), file.interval()));
    spool.retire(file);
  }

  @Test
  void shouldStoreEachLoggersFilesInTheOrderOfTheirIntervals() throws IOException {
    sealMinute(8, 5);
    sealMinute(7, 12);
    assertEquals(8, uploader.doWork(0));
    assertEquals(
        List.of(
            "logger 1 minute 7 part 1",
            "logger 1 minute 7 part 2",
            "logger 1 minute 7 part 3",
            "logger 1 minute 8 part 0"),
        store.stored.stream().filter(line -> line.startsWith("logger 1")).toList());
    assertEquals(List.of(), spool.sealed());
    assertEquals(8, counters.get(AgentCounter.FILES_STORED));
    assertEquals(0, uploader.doWork(0));
  }

  @Test
  void shouldStoreManyFilesInSeveralTurns() throws IOException {
    sealMinute(1, 100);
    int turns = 0;
    while (uploader.doWork(0) > 0) {
      turns++;
    }
    assertEquals(3, turns);
    assertEquals(List.of(), spool.sealed());
  }

  @Test
  void shouldNotLetOneLoggersFailureBlockAnother() throws IOException {
    store.refused.add(FIRST.id());
    sealMinute(1, 5);
    sealMinute(2, 5);
    assertEquals(2, uploader.doWork(0));
    assertEquals(List.of("logger 2 minute 1 part 0", "logger 2 minute 2 part 0"), store.stored);
    assertEquals(3, store.attempts);
    assertSame(store.failure, uploader.failureOf(FIRST.id()));
    assertNull(uploader.failureOf(SECOND.id()));
    assertEquals(2, spool.sealed().size());
  }

  @Test
  void shouldRetryAfterDelaysThatDoubleUpToABound() throws IOException {
    store.refused.addAll(Set.of(FIRST.id(), SECOND.id()));
    sealMinute(1, 5);
    long nowNs = Long.MAX_VALUE - 5 * Uploader.DELAY_MIN_NS;
    long delayNs = Uploader.DELAY_MIN_NS;
    uploader.doWork(nowNs);
    for (int failures = 1; failures < 15; failures++) {
      assertEquals(2 * failures, store.attempts);
      uploader.doWork(nowNs + delayNs - 1);
      assertEquals(2 * failures, store.attempts, "not before the delay is over");
      nowNs += delayNs;
      uploader.doWork(nowNs);
      delayNs = Math.min(2 * delayNs, Uploader.DELAY_MAX_NS);
    }
    store.refused.clear();
    assertEquals(0, uploader.doWork(nowNs + Uploader.DELAY_MAX_NS - 1));
    assertEquals(2, uploader.doWork(nowNs + Uploader.DELAY_MAX_NS));
    assertNull(uploader.failureOf(FIRST.id()));
  }

  @Test
  void shouldBeginWithShortDelaysAgainAfterASuccess() throws IOException {
    store.refused.add(FIRST.id());
    sealMinute(1, 5);
    uploader.doWork(0);
    uploader.doWork(Uploader.DELAY_MIN_NS);
    store.refused.clear();
    uploader.doWork(3 * Uploader.DELAY_MIN_NS);
    store.refused.add(FIRST.id());
    sealMinute(2, 5);
    uploader.doWork(10 * Uploader.DELAY_MIN_NS);
    store.refused.clear();
    assertEquals(1, uploader.doWork(11 * Uploader.DELAY_MIN_NS));
  }

  @Test
  void shouldKeepFilesThatHaveNoStoreNow() throws IOException {
    uploader = new Uploader(spool, file -> null, counters);
    sealMinute(1, 5);
    assertEquals(0, uploader.doWork(0));
    assertEquals(2, spool.sealed().size());
    assertNull(uploader.failureOf(FIRST.id()));
  }
}
