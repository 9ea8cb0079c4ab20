package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Intervals of several slices when the disk does not do what it should. */
class IntervalSealerTest {
  private static final long MINUTE_NS = 60 * TestRows.SECOND_NS;

  /** So many rows are a frame of a journal. */
  private static final int FRAME_ROWS = 100;

  @TempDir Path temporary;
  private final CounterSet counters = new CounterSet();
  private final NumberEncoders encoders = new NumberEncoders();

  private Spool open(Path folder) throws IOException {
    return Spool.open(folder, new SpoolConfig(false), counters);
  }

  private IntervalSealer sealer(Spool spool) {
    Sealer files = new Sealer(spool, encoders, new ObjectNames(ZoneOffset.UTC, "h1"), 0);
    return new IntervalSealer(spool, files, Coverage.ofEverything());
  }

  private static boolean seal(IntervalSealer sealer) throws IOException {
    return sealer.sealNext(Long.MIN_VALUE, logger -> true);
  }

  /** Writes the slice of a minute, with rows that no other slice has. */
  private static JournalFile slice(Spool spool, int minute, int rows, FlowLogger... loggers)
      throws IOException {
    RowJournal journal = spool.beginSlice(minute * MINUTE_NS, (minute + 1) * MINUTE_NS);
    journal.declare(new SlicePlan(MINUTE_NS, true, List.of(loggers)));
    journal.definePort(0, TestRows.ports(1));
    for (int row = 0; row < rows; row += FRAME_ROWS) {
      journal.append(frame(firstOf(minute) + row));
    }
    return journal.complete(0);
  }

  private static int firstOf(int minute) {
    return 1 + minute * 1_000_000;
  }

  private static RecordBatch frame(int first) {
    RecordBatch batch = new RecordBatch((FRAME_ROWS + 1) * FlowRecord.BYTES_MAX);
    for (int number = first; number < first + FRAME_ROWS; number++) {
      new FlowRecord()
          .at(batch.data(), batch.usedBytes())
          .kind(4, 0, FlowRecord.ACCEPT, FlowRecord.OK)
          .addresses4(number, 1)
          .counts(number, 100)
          .audience(FlowRecord.FOR_EVERYBODY)
          .expiresNs(FlowRecord.NEVER);
      batch.append(FlowRecord.bytesOf(4));
    }
    return batch;
  }

  private static List<Long> numbers(int minute, int rows) {
    return LongStream.range(firstOf(minute), firstOf(minute) + rows).boxed().toList();
  }

  private static List<Long> numbersIn(SealedFile file) throws IOException {
    List<Long> numbers = new ArrayList<>(NumberEncoders.numbersIn(file.path()));
    numbers.sort(null);
    return numbers;
  }

  private static List<Long> both(List<Long> one, List<Long> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.toList();
    }
  }

  @Test
  void shouldLeaveNothingHalfOnADiskThatGetsFullWhileMerging() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"));
        Spool spool = open(disk.folder().resolve("spool"))) {
      FlowLogger logger = new LoggerMaker(1).interval(2).make();
      slice(spool, 0, 2000, logger);
      slice(spool, 1, 2000, logger);
      IntervalSealer sealer = sealer(spool);
      for (int roomBytes : new int[] {0, 100_000, 300_000, 340_000}) {
        disk.fill();
        disk.leave(roomBytes);
        SpoolException e = assertThrows(SpoolException.class, () -> seal(sealer));
        assertEquals(SpoolException.Code.DISK_FULL, e.code(), e.getMessage());
        assertEquals(List.of(), spool.sealed());
        assertEquals(List.of(), filesIn(disk.folder().resolve("spool/sealed")));
        disk.makeRoom();
      }
      assertTrue(seal(sealer));
      assertEquals(both(numbers(0, 2000), numbers(1, 2000)), numbersIn(spool.sealed().get(0)));
      assertFalse(seal(sealer));
      assertEquals(List.of(), filesIn(disk.folder().resolve("spool/merged")));
      assertEquals(List.of(), spool.journals());
    }
  }

  @Test
  void shouldGiveBackTheRoomOfAMergeThatFailed() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"));
        Spool spool = open(disk.folder().resolve("spool"))) {
      FlowLogger logger = new LoggerMaker(1).interval(2).make();
      slice(spool, 0, 2000, logger);
      slice(spool, 1, 2000, logger);
      disk.fill();
      disk.leave(100_000);
      assertThrows(SpoolException.class, () -> seal(sealer(spool)));
      assertEquals(List.of(), filesIn(disk.folder().resolve("spool/merged")));
    }
  }

  @Test
  void shouldMergeOnceForAllLoggersThatWantTheSameRows() throws IOException {
    try (Spool spool = open(temporary)) {
      FlowLogger one = new LoggerMaker(1).interval(2).make();
      FlowLogger other = new LoggerMaker(2).interval(2).make();
      FlowLogger setupOnly = new LoggerMaker(3).interval(2).setupOnly(true).make();
      slice(spool, 0, 100, one, other, setupOnly);
      slice(spool, 1, 100, one, other, setupOnly);
      IntervalSealer sealer = sealer(spool);
      assertTrue(seal(sealer));
      List<Path> first = filesIn(temporary.resolve("merged"));
      assertEquals(1, first.size());
      assertTrue(seal(sealer));
      assertEquals(first, filesIn(temporary.resolve("merged")));
      assertTrue(seal(sealer));
      assertEquals(List.of(), filesIn(temporary.resolve("merged")));
      assertFalse(seal(sealer));
    }
  }

  private static void slice(Spool spool, int minute, SlicePlan plan, RecordBatch batch)
      throws IOException {
    RowJournal journal = spool.beginSlice(minute * MINUTE_NS, (minute + 1) * MINUTE_NS);
    journal.declare(plan);
    journal.definePort(0, TestRows.ports(1));
    journal.append(batch);
    journal.complete(0);
  }

  private static String lastFieldsOf(SealedFile file) throws IOException {
    String line = Files.readAllLines(file.path()).get(0);
    String[] words = line.split(" ", -1);
    return words[words.length - 2] + " " + words[words.length - 1];
  }

  @Test
  void shouldTellOfATimeOutBehindTheLastSliceOfAnInterval() throws IOException {
    try (Spool spool = open(temporary)) {
      SlicePlan plan =
          new SlicePlan(MINUTE_NS, true, List.of(new LoggerMaker(1).interval(2).make()));
      RecordBatch batch = frame(1);
      new FlowRecord().at(batch.data(), 0).expiresNs(MINUTE_NS + 1);
      slice(spool, 0, plan, batch);
      assertTrue(sealer(spool).sealNext(2 * MINUTE_NS, logger -> true));
      assertEquals(
          FlowRecord.OK + " " + EndReason.TIMEOUT.ordinal(), lastFieldsOf(spool.sealed().get(0)));
    }
  }

  @Test
  void shouldNotClaimThatNothingWasDroppedWhenOneSliceCannotTell() throws IOException {
    try (Spool spool = open(temporary)) {
      List<FlowLogger> loggers =
          List.of(new LoggerMaker(1).interval(2).filter(TrafficFilter.DROP).make());
      RecordBatch nothing = new RecordBatch(FlowRecord.BYTES_MAX);
      slice(spool, 0, new SlicePlan(MINUTE_NS, false, loggers), nothing);
      slice(spool, 1, new SlicePlan(MINUTE_NS, true, loggers), nothing);
      assertTrue(seal(sealer(spool)));
      assertEquals(FlowRecord.SKIPDATA + " 0", lastFieldsOf(spool.sealed().get(0)));
    }
  }

  @Test
  void shouldMakeFilesOfWhatADamagedSliceStillHas() throws IOException {
    try (Spool spool = open(temporary)) {
      FlowLogger logger = new LoggerMaker(1).interval(2).make();
      JournalFile damaged = slice(spool, 0, 300, logger);
      slice(spool, 1, 200, logger);
      flip(damaged, Files.size(damaged.path()) - 1000);
      drain(sealer(spool));
      assertEquals(both(numbers(0, 200), numbers(1, 200)), numbersIn(spool.sealed().get(0)));
      assertEquals(List.of(), spool.journals());
      assertTrue(counters.get(AgentCounter.JOURNAL_TORN_BYTES) >= FRAME_ROWS * 68);
    }
  }

  @Test
  void shouldGoOnWithoutASliceWhoseHeaderOrPlanIsGone() throws IOException {
    for (int offset : new int[] {3, JournalFormat.HEADER_BYTES + 20}) {
      Path folder = temporary.resolve("spool-" + offset);
      long tornBefore = counters.get(AgentCounter.JOURNAL_TORN_BYTES);
      try (Spool spool = open(folder)) {
        FlowLogger logger = new LoggerMaker(1).interval(2).make();
        JournalFile damaged = slice(spool, 0, 300, logger);
        slice(spool, 1, 200, logger);
        flip(damaged, offset);
        drain(sealer(spool));
        assertEquals(numbers(1, 200), numbersIn(spool.sealed().get(0)));
        assertEquals(1, spool.sealed().size());
        assertEquals(List.of(), spool.journals());
      }
      long torn = counters.get(AgentCounter.JOURNAL_TORN_BYTES) - tornBefore;
      assertTrue(torn >= 300 * 68, "what is gone is counted: " + torn);
    }
  }

  @Test
  void shouldMergeAgainWhatWasDamagedBehindTheMerge() throws IOException {
    try (Spool spool = open(temporary)) {
      FlowLogger one = new LoggerMaker(1).interval(2).make();
      FlowLogger other = new LoggerMaker(2).interval(2).make();
      slice(spool, 0, 300, one, other);
      slice(spool, 1, 200, one, other);
      IntervalSealer sealer = sealer(spool);
      assertTrue(seal(sealer));
      Path merged = filesIn(temporary.resolve("merged")).get(0);
      flip(new JournalFile(1, 0, 1, merged), Files.size(merged) - 1000);
      drain(sealer);
      for (SealedFile file : spool.sealed()) {
        assertEquals(both(numbers(0, 300), numbers(1, 200)), numbersIn(file));
      }
      assertEquals(2, spool.sealed().size());
      assertEquals(0, counters.get(AgentCounter.JOURNAL_TORN_BYTES));
    }
  }

  private static void drain(IntervalSealer sealer) throws IOException {
    for (int calls = 0; seal(sealer); calls++) {
      assertTrue(calls < 20, "it must come to an end");
    }
  }

  private static void flip(JournalFile journal, long offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(journal.path().toFile(), "rw")) {
      file.seek(offset);
      int good = file.read();
      file.seek(offset);
      file.write(good ^ 1);
    }
  }

  @Test
  void shouldNotSealASliceTwiceWhoseLastIsForgotten() throws IOException {
    FlowLogger passing = new LoggerMaker(1).interval(2).make();
    FlowLogger lasting = new LoggerMaker(2).interval(5).make();
    try (Spool spool = open(temporary)) {
      slice(spool, 0, 100, passing, lasting);
      JournalFile last = slice(spool, 1, 100, passing);
      IntervalSealer sealer = sealer(spool);
      drain(sealer);
      assertFalse(spool.journals().contains(last));
      spool.release(spool.sealed().get(0));
      spool.forgetPartNumbers(Long.MAX_VALUE);
    }
    try (Spool spool = open(temporary)) {
      drain(sealer(spool));
      assertEquals(List.of(), spool.sealed());
      slice(spool, 5, 100, lasting);
      drain(sealer(spool));
      assertEquals(numbers(0, 100), numbersIn(spool.sealed().get(0)));
      assertEquals(lasting.id(), spool.sealed().get(0).loggerId());
    }
  }
}
