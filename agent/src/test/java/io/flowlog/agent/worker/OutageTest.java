package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.SmallDisk;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.ObjectStore;
import io.flowlog.agent.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool thread while no store takes anything, for as long as that may be. */
class OutageTest {
  private static final long UNIT_NS = 1_000_000_000L;
  private static final long START_NS = 1_767_323_040 * UNIT_NS;
  private static final int INTERVALS = 400;

  /** Room for so many small files. */
  private static final int FILES_MAX = 40;

  private static final SpoolConfig BOUNDS =
      new SpoolConfig(false, (FILES_MAX * 32L) << 10, Duration.ofHours(1));

  /** Has a file every interval; the other one every tenth. */
  private static final FlowLogger OFTEN = logger(1, 1);

  private static final FlowLogger SELDOM = logger(2, 10);

  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();
  private final LoggedEvents events = new LoggedEvents();
  private final ObjectStore store = new DeadStore();
  private Spool spool;
  private SpoolQueue queue;
  private SpoolBounds bounds;
  private SpoolThread thread;
  private int filesMost;
  private long bytesMost;

  /** Takes nothing. */
  private static final class DeadStore implements ObjectStore {
    @Override
    public void put(SealedFile file) throws StoreException {
      throw new StoreException(StoreException.Code.UNAVAILABLE, "503", null);
    }

    @Override
    public void putEmpty(ObjectKey key) throws StoreException {
      throw new StoreException(StoreException.Code.UNAVAILABLE, "503", null);
    }

    @Override
    public void delete(ObjectKey key) throws StoreException {
      throw new StoreException(StoreException.Code.UNAVAILABLE, "503", null);
    }
  }

  @BeforeEach
  void open() throws IOException {
    open(folder.resolve("spool"));
  }

  private void open(Path spoolFolder) throws IOException {
    spool = Spool.open(spoolFolder, BOUNDS, counters);
    queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
    StateFolder state = new StateFolder(folder.resolve("state"));
    EncoderSettings encoding = new EncoderSettings(TimestampUnit.SECONDS, false, "", "h");
    FileSettings files = new FileSettings(encoding, new ObjectNames(ZoneOffset.UTC, "h"), 0);
    SpoolBounds.Means means = new SpoolBounds.Means(BOUNDS, state, events.log(), counters);
    bounds = new SpoolBounds(spool, means, System.nanoTime(), START_NS);
    thread =
        SpoolThread.start(
            new SpoolThread.Parts(
                queue,
                SpoolWorker.of(spool, files, Coverage.ofEverything(), counters),
                TestUploads.of(spool, folder.resolve("loggers"), store, counters, OFTEN, SELDOM),
                bounds,
                state),
            new Heartbeat("spool", 0));
  }

  @AfterEach
  void close() throws IOException {
    thread.close();
    spool.close();
  }

  private static FlowLogger logger(int number, int interval) {
    return new FlowLogger(
        new UUID(0x4000, number),
        "logger",
        "",
        FlowLogger.ResourceType.VPC,
        ReplayFixture.NETWORK_ID,
        FlowLogger.TrafficFilter.ALL,
        interval,
        false,
        FlowLogger.StorageType.FILE,
        "file:///logs",
        FlowLogger.LogFormat.CSV,
        FlowLogger.CompressionType.RAW,
        FlowLogger.Layout.nhn,
        List.of("interface_id", "status"),
        "DAY",
        null,
        true,
        null);
  }

  /** Puts in slices without traffic: each gives every port of every logger a row. */
  private void putSlices(int from, int to) throws IOException {
    for (int slice = from; slice < to; slice++) {
      long startNs = START_NS + slice * UNIT_NS;
      queue.onSliceStart(startNs, startNs + UNIT_NS);
      queue.onSliceComplete(0);
      filesMost = Math.max(filesMost, thread.filesWaiting());
      bytesMost = Math.max(bytesMost, bounds.bytes());
    }
  }

  private void declare() throws IOException {
    queue.onPlan(
        new NumberedPlan(
            new SlicePlan(UNIT_NS, true, List.of(OFTEN, SELDOM)),
            List.of(new NumberedPort(0, ReplayFixture.port(1, "02:00:00:00:00:01")))));
  }

  private List<Long> waitingOf(FlowLogger logger) {
    return spool.sealed().stream()
        .filter(file -> file.loggerId().equals(logger.id()))
        .map(file -> (file.intervalStartNs() - START_NS) / UNIT_NS)
        .toList();
  }

  @Test
  void shouldKeepTheNewestFilesOfEachLoggerAndNameAndCountTheOthers() throws IOException {
    declare();
    putSlices(0, INTERVALS);
    thread.close();
    List<Long> often = waitingOf(OFTEN);
    List<Long> seldom = waitingOf(SELDOM);
    int left = often.size() + seldom.size();
    assertTrue(filesMost <= FILES_MAX + 1, filesMost + " files waited");
    assertTrue(bytesMost <= BOUNDS.bytesMax(), bytesMost + " bytes waited");
    assertTrue(left <= FILES_MAX && left >= FILES_MAX - 1, left + " files are left");
    assertTrue(often.size() >= FILES_MAX / 2 - 1, often.size() + " are of the first logger");
    assertTrue(seldom.size() >= FILES_MAX / 2 - 1, seldom.size() + " are of the second logger");
    assertEquals(newest(often.size(), 1), often);
    assertEquals(newest(seldom.size(), 10), seldom);
    long made = INTERVALS + INTERVALS / 10;
    assertEquals(made - left, counters.get(AgentCounter.FILES_DISCARDED_QUOTA));
    assertEquals(made - left, counters.get(AgentCounter.ROWS_DISCARDED_QUOTA));
    assertEquals(0, counters.get(AgentCounter.FILES_STORED));
    assertOnDisk(left);
    assertTold();
  }

  private static List<Long> newest(int count, int step) {
    return LongStream.range(INTERVALS / step - count, INTERVALS / step)
        .map(number -> number * step)
        .boxed()
        .toList();
  }

  private void assertOnDisk(int files) throws IOException {
    try (Stream<Path> found = Files.list(folder.resolve("spool/sealed"))) {
      assertEquals(files, found.filter(f -> f.toString().endsWith(".data")).count());
    }
    assertEquals(List.of(), spool.journals());
  }

  private void assertTold() {
    String first = events.lines().get(0);
    String what = "logger " + OFTEN.id() + ": 1 file with 1 rows of the interval from";
    assertTrue(first.contains(what + " 2026-01-02T03:04:00Z"), first);
    List<String> problems = new ArrayList<>(thread.lossProblems());
    assertEquals(2, problems.size());
    assertTrue(problems.get(0).startsWith("rows are lost: logger " + OFTEN.id()), problems.get(0));
    assertTrue(problems.get(1).startsWith("rows are lost: logger " + SELDOM.id()), problems.get(1));
  }

  @Test
  void shouldFindItsBoundsAgainInTheNextLife() throws IOException {
    declare();
    putSlices(0, 100);
    thread.close();
    spool.close();
    long gone = counters.get(AgentCounter.FILES_DISCARDED_QUOTA);
    open();
    declare();
    putSlices(100, 200);
    thread.close();
    assertTrue(spool.bytes() <= BOUNDS.bytesMax(), spool.bytes() + " bytes wait");
    assertTrue(counters.get(AgentCounter.FILES_DISCARDED_QUOTA) > gone);
    List<Long> often = waitingOf(OFTEN);
    assertEquals(199, often.get(often.size() - 1));
  }

  /** Waits until old files are gone and all slices are in the spool. */
  private void awaitRoom() throws InterruptedException {
    boolean full = true;
    for (int turn = 0; turn < 6000 && full; turn++) {
      Thread.sleep(10);
      full =
          thread.lossProblems().isEmpty() || !thread.diskProblems().isEmpty() || queue.size() > 0;
    }
    assertFalse(full, () -> "still: " + thread.diskProblems());
  }

  @Test
  void shouldDiscardOldFilesWhenTheDiskIsFullBeforeTheBoundsAreReached() throws Exception {
    thread.close();
    spool.close();
    try (SmallDisk disk = new SmallDisk(folder.resolve("disk"))) {
      open(disk.folder().resolve("spool"));
      declare();
      putSlices(0, 20);
      thread.close();
      int before = spool.filesWaiting();
      spool.close();
      assertEquals(22, before);
      disk.fill();
      open(disk.folder().resolve("spool"));
      declare();
      putSlices(20, 25);
      awaitRoom();
      thread.close();
      List<SealedFile> left = spool.sealed();
      assertTrue(left.size() < 27, left.size() + " files are left");
      assertEquals(24, waitingOf(OFTEN).get(waitingOf(OFTEN).size() - 1));
      assertEquals(27 - left.size(), counters.get(AgentCounter.FILES_DISCARDED_QUOTA));
      assertTrue(
          events.lines().get(0).contains("the disk of state_dir is full"), events.lines().get(0));
      spool.close();
    }
    open();
  }
}
