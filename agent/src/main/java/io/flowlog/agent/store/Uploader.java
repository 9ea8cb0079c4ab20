package io.flowlog.agent.store;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Spool;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Brings sealed files to their stores and releases them from the spool. Owned by the thread that
 * owns the spool.
 *
 * <p>The files of a logger go in the order of their intervals. One that fails is tried again after
 * a delay that doubles from attempt to attempt; its logger's later files wait behind it, those of
 * other loggers do not.
 */
public final class Uploader {
  /** Delay after the first failure. */
  public static final long DELAY_MIN_NS = 1_000_000_000L;

  /** Delay after which it grows no further. */
  public static final long DELAY_MAX_NS = 300 * DELAY_MIN_NS;

  /** How many files one turn stores at most, so that the owner's other work gets its turn. */
  private static final int FILES_PER_TURN = 16;

  private final Spool spool;
  private final StoreRouter stores;
  private final CounterSet counters;
  private final Map<UUID, Failure> failures = new HashMap<>();

  private record Failure(IOException cause, long delayNs, long retryAtNs) {}

  /** Makes an uploader of everything that a spool has sealed and will seal. */
  public Uploader(Spool spool, StoreRouter stores, CounterSet counters) {
    this.spool = spool;
    this.stores = stores;
    this.counters = counters;
  }

  /**
   * Stores files whose turn it is.
   *
   * @return how many were stored; 0 when there is nothing to do until later
   */
  public int doWork(long nowNs) {
    int stored = 0;
    for (SealedFile file : spool.sealed()) {
      // a failure on the way makes the logger's later files not due either
      if (isDue(file, nowNs) && store(file, nowNs)) {
        stored++;
      }
      if (stored == FILES_PER_TURN) {
        break;
      }
    }
    return stored;
  }

  /** Returns why a logger's oldest file is still here, or null if no attempt failed. */
  public @Nullable IOException failureOf(UUID loggerId) {
    Failure failure = failures.get(loggerId);
    return failure == null ? null : failure.cause();
  }

  /** Returns why files wait, one line for each logger that has any. */
  public List<String> problems() {
    return failures.entrySet().stream()
        .map(entry -> "logger " + entry.getKey() + ": " + entry.getValue().cause().getMessage())
        .sorted()
        .toList();
  }

  private boolean isDue(SealedFile file, long nowNs) {
    Failure failure = failures.get(file.loggerId());
    return failure == null || nowNs - failure.retryAtNs() >= 0;
  }

  private boolean store(SealedFile file, long nowNs) {
    ObjectStore store = stores.storeOf(file);
    if (store == null || !spool.take(file)) {
      return false;
    }
    try {
      store.put(file);
      spool.release(file);
    } catch (IOException e) {
      spool.giveBack(file);
      Failure before = failures.get(file.loggerId());
      long delayNs = before == null ? DELAY_MIN_NS : Math.min(2 * before.delayNs(), DELAY_MAX_NS);
      failures.put(file.loggerId(), new Failure(e, delayNs, nowNs + delayNs));
      return false;
    }
    failures.remove(file.loggerId());
    counters.increment(AgentCounter.FILES_STORED);
    counters.add(AgentCounter.ROWS_STORED, file.rows());
    return true;
  }
}
