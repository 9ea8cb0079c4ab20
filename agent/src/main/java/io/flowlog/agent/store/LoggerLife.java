package io.flowlog.agent.store;

import io.flowlog.agent.store.LoggerStanding.Status;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The life of one logger as its store sees it: when it is probed, when its files may go, and when
 * it is in error. Owned by whoever holds the logger's files together.
 *
 * <p>A logger begins with a probe. Its files go once that succeeded, and wait while the logger is
 * in error, from which only a probe leads out. After each failure the next attempt comes later; the
 * delays shrink again only when a file was stored, so that a store that takes probes and no files
 * is not asked more and more often. Times are those of a clock that nobody sets.
 */
public final class LoggerLife {
  /** The mean delay after the first failure. */
  public static final long DELAY_MIN_NS = 1_000_000_000L;

  /** The mean delay after which it grows no further. */
  public static final long DELAY_MAX_NS = 300 * DELAY_MIN_NS;

  /** A delay is so much shorter or longer than its mean: not all come back at the same moment. */
  private static final double JITTER = 0.25;

  private final int failuresUntilError;
  private final RandomGenerator random;
  private LoggerStanding standing;
  private int failuresInRow;
  private @Nullable StoreException lastFailure;
  private long delayNs;
  private long waitUntilNs;
  private boolean waits;

  /** What may be done next. */
  public enum Turn {
    /** The dummy write. */
    PROBE,
    /** The logger's oldest file goes. */
    FILE,
    /** Nothing before a delay is over. */
    WAIT
  }

  /**
   * Goes on with a life as it stood.
   *
   * @param failuresUntilError how many attempts in a row fail before the logger is in error
   */
  public LoggerLife(LoggerStanding standing, int failuresUntilError, RandomGenerator random) {
    this.standing = standing;
    this.failuresUntilError = failuresUntilError;
    this.random = random;
  }

  /** Returns how it stands. */
  public LoggerStanding standing() {
    return standing;
  }

  /** Returns why the last attempt failed, or null if it did not. */
  public @Nullable StoreException lastFailure() {
    return lastFailure;
  }

  /** Tells whether the store did what it was last asked for. */
  public boolean isTrusted() {
    return lastFailure == null
        && (standing.status() == Status.ACTIVE || standing.status() == Status.INACTIVE);
  }

  /** Begins anew: the logger was switched on, or its storage is another one. */
  public void begin() {
    become(LoggerStanding.BUILD);
    forgetFailures();
  }

  /** Ends the collection: what is left goes without any probe. */
  public void end() {
    become(LoggerStanding.INACTIVE);
    forgetFailures();
  }

  private void become(LoggerStanding next) {
    standing = next;
    failuresInRow = 0;
  }

  private void forgetFailures() {
    lastFailure = null;
    delayNs = 0;
    waits = false;
  }

  /** Returns what may be done now. */
  public Turn turn(long nowNs) {
    if (waits && nowNs - waitUntilNs < 0) {
      return Turn.WAIT;
    }
    return switch (standing.status()) {
      case BUILD, ERROR -> Turn.PROBE;
      case ACTIVE, INACTIVE -> Turn.FILE;
    };
  }

  /** Returns for how long there is nothing to do; 0 if there is. */
  public long waitNs(long nowNs) {
    return waits ? Math.max(0, waitUntilNs - nowNs) : 0;
  }

  /** Notes that a probe succeeded; what waits may go at once. */
  public void onProbeSucceeded() {
    if (standing.status() != Status.INACTIVE) {
      become(LoggerStanding.ACTIVE);
    }
    lastFailure = null;
    waits = false;
  }

  /** Notes that a file was stored. */
  public void onFileStored() {
    failuresInRow = 0;
    forgetFailures();
  }

  /** Notes that a probe failed. */
  public void onProbeFailed(StoreException failure, long nowNs) {
    postpone(failure, nowNs);
    if (standing.status() != Status.INACTIVE) {
      standing = LoggerStanding.error(failure);
    }
  }

  /** Notes that a file could not be stored. */
  public void onFileFailed(StoreException failure, long nowNs) {
    postpone(failure, nowNs);
    failuresInRow++;
    if (standing.status() == Status.ACTIVE && failuresInRow >= failuresUntilError) {
      standing = LoggerStanding.error(failure);
    }
  }

  private void postpone(StoreException failure, long nowNs) {
    lastFailure = failure;
    delayNs = delayNs == 0 ? DELAY_MIN_NS : Math.min(2 * delayNs, DELAY_MAX_NS);
    long jittered = (long) (delayNs * (1 + JITTER * (2 * random.nextDouble() - 1)));
    Duration asked = failure.retryAfter();
    waitUntilNs = nowNs + Math.max(jittered, asked == null ? 0 : asked.toNanos());
    waits = true;
  }
}
