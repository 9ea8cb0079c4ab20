package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerStatus;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.store.LoggerRecord;
import io.flowlog.agent.store.LoggerRecords;
import io.flowlog.agent.store.LoggerStanding.Status;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StoreOpener;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Brings files from the spool to their stores and keeps account of how loggers fare. Owned by the
 * spool thread, which alone releases files; other threads may ask how loggers stand and say which
 * there are.
 */
final class Uploads {
  /** So long the last files may take when the agent ends. */
  static final long LAST_FILES_MS = 10_000;

  private static final long BREAK_OFF_MS = 2_000;
  private static final long TURN_MS = 20;
  private static final long LOOK_EVERY_NS = TimeUnit.MINUTES.toNanos(1);

  private final Spool spool;
  private final LoggerRecords records;
  private final CounterSet counters;
  private final EventLog log;
  private final UploadBoard board;
  private final UploadThreads threads;
  private long lookedNs = System.nanoTime() - LOOK_EVERY_NS;
  private List<SealedFile> claimed = List.of();
  private volatile List<String> diskProblems = List.of();

  /**
   * What uploads are made of.
   *
   * @param uploadsMax how many files may go to each endpoint at once
   * @param uploadsMaxInAll and how many to all of them
   * @param failuresUntilError so many in a row make a logger's status ERROR
   * @param wake ends the spool thread's wait
   */
  record Parts(
      Spool spool,
      LoggerRecords records,
      StoreOpener stores,
      Map<String, Integer> uploadsMax,
      int uploadsMaxInAll,
      int failuresUntilError,
      StorageProbe probe,
      EventLog log,
      CounterSet counters,
      Runnable wake) {}

  /** Takes over what is in the spool and what an earlier life remembered. */
  Uploads(Parts parts) throws IOException {
    spool = parts.spool();
    records = parts.records();
    counters = parts.counters();
    log = parts.log();
    UploadSlots slots = new UploadSlots(parts.uploadsMax(), parts.uploadsMaxInAll());
    board = new UploadBoard(parts.stores(), slots, parts.failuresUntilError(), new SecureRandom());
    threads = new UploadThreads(board, parts.probe(), parts.wake());
    board.remember(records.readAll());
    spool.watch(board);
  }

  /** Follows which loggers there are; any thread may say. */
  void know(List<FlowLogger> loggers) {
    board.declare(loggers, Instant.now());
  }

  /**
   * Takes notice of what was stored, and has more stored.
   *
   * @return how many attempts have ended
   */
  int doWork(long nowNs) throws SpoolException {
    throwIfBroken();
    threads.grow();
    int ended = takeOutcomes();
    remember();
    if (nowNs - lookedNs >= LOOK_EVERY_NS) {
      lookedNs = nowNs;
      forgetOld(Instant.now());
    }
    return ended;
  }

  private void throwIfBroken() {
    Throwable failure = threads.failure();
    if (failure != null) {
      throw new IllegalStateException("an upload thread has ended: " + failure, failure);
    }
  }

  private int takeOutcomes() throws SpoolException {
    List<UploadOutcome> outcomes = board.takeOutcomes();
    for (UploadOutcome outcome : outcomes) {
      SealedFile file = outcome.file();
      counters.increment(counterOf(outcome));
      if (file != null && outcome.failure() == null) {
        spool.release(file);
        counters.increment(AgentCounter.FILES_STORED);
        counters.add(AgentCounter.ROWS_STORED, file.rows());
      }
      StoreException leftover = outcome.leftover();
      if (leftover != null) {
        counters.increment(AgentCounter.PROBES_LEFT);
        log.warning(
            EventKind.STORE, "an empty object may stay behind a probe: " + leftover.getMessage());
      }
    }
    return outcomes.size();
  }

  private static AgentCounter counterOf(UploadOutcome outcome) {
    boolean isProbe = outcome.file() == null;
    StoreException failure = outcome.failure();
    if (failure == null) {
      return isProbe ? AgentCounter.PROBES_SUCCEEDED : AgentCounter.UPLOADS_SUCCEEDED;
    }
    return switch (failure.code()) {
      case NOT_AUTHENTICATED ->
          isProbe ? AgentCounter.PROBES_NOT_AUTHENTICATED : AgentCounter.UPLOADS_NOT_AUTHENTICATED;
      case FORBIDDEN -> isProbe ? AgentCounter.PROBES_FORBIDDEN : AgentCounter.UPLOADS_FORBIDDEN;
      case FULL -> isProbe ? AgentCounter.PROBES_FULL : AgentCounter.UPLOADS_FULL;
      case KEY_REFUSED ->
          isProbe ? AgentCounter.PROBES_KEY_REFUSED : AgentCounter.UPLOADS_KEY_REFUSED;
      case NOT_FOUND -> isProbe ? AgentCounter.PROBES_NOT_FOUND : AgentCounter.UPLOADS_NOT_FOUND;
      case BUSY -> isProbe ? AgentCounter.PROBES_BUSY : AgentCounter.UPLOADS_BUSY;
      case UNAVAILABLE ->
          isProbe ? AgentCounter.PROBES_UNAVAILABLE : AgentCounter.UPLOADS_UNAVAILABLE;
    };
  }

  private void remember() {
    try {
      for (LoggerRecord record : board.takeChanges()) {
        records.write(record);
      }
      diskProblems = List.of();
    } catch (IOException e) {
      // no reason to end: the next life would probe once more
      diskProblems =
          List.of(
              "how loggers stand cannot be noted: "
                  + e.getMessage()
                  + ": make room on the disk of state_dir, and let the agent's user write there");
    }
  }

  /** Lets nothing begin to be stored, and claims what is being stored, until {@link #goOn}. */
  void holdStill() {
    claimed = board.holdStill();
    claimed.forEach(spool::take);
  }

  /** Ends what {@link #holdStill} began. */
  void goOn() {
    claimed.forEach(spool::giveBack);
    claimed = List.of();
    board.goOn();
  }

  private void forgetOld(Instant now) {
    try {
      for (UUID forgotten : board.takeForgotten(now)) {
        records.forget(forgotten);
      }
    } catch (IOException e) {
      diskProblems = List.of("a logger cannot be forgotten: " + e.getMessage());
    }
  }

  /**
   * Has the last files stored, as far as that goes in a bounded time; no thread is left that could
   * do anything, unless its store hangs for good.
   */
  void finish(Heartbeat heartbeat) throws SpoolException, InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_FILES_MS);
    doWork(System.nanoTime());
    while (!board.isQuiet(System.nanoTime()) && System.nanoTime() - endNs < 0) {
      heartbeat.beat();
      Thread.sleep(TURN_MS);
      doWork(System.nanoTime());
    }
    if (!threads.close(BREAK_OFF_MS)) {
      log.warning(EventKind.STORE, "a store hangs: what it was sent is sent again next time");
    }
    takeOutcomes();
    remember();
  }

  /** Has nothing stored any more; harmless after {@link #finish}. */
  void end() {
    threads.breakOff();
  }

  /** Returns what is wrong with the disk, in words. */
  List<String> diskProblems() {
    return diskProblems;
  }

  /** Returns why files wait, one line for each logger. */
  List<String> problems() {
    return board.problems();
  }

  /** Returns how many loggers stand like that. */
  long count(Status status) {
    return board.count(status);
  }

  /** Returns for how long the oldest file waits since its interval began, or 0. */
  double oldestSeconds(long nowNs) {
    var startNs = board.oldestStartNs();
    return startNs.isEmpty()
        ? 0
        : Math.max(0, nowNs - startNs.getAsLong()) / (double) TimeUnit.SECONDS.toNanos(1);
  }

  /** Returns a logger's status with how it stands. */
  LoggerStatus complete(LoggerStatus status) {
    UUID id = status.logger().id();
    LoggerRecord record = board.recordOf(id);
    if (record == null) {
      return status;
    }
    List<String> problems = new ArrayList<>(status.problems());
    if (record.standing().status() != Status.ERROR) {
      problems.addAll(board.problemsOf(id));
    }
    return new LoggerStatus(
        status.logger(),
        record.standing().status().name(),
        record.standing().errorType(),
        record.standing().errorMessage(),
        record.createdAt(),
        record.updatedAt(),
        status.ports(),
        problems);
  }
}
