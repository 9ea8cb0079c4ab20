package io.flowlog.agent.worker;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Notices when the time of day is set. Owned by the supervisor; any thread may ask for problems.
 *
 * <p>An interval that has begun is never begun again: when the clock is set back, the interval that
 * runs goes on until the clock reaches its end once more.
 */
final class ClockWatch {
  private static final long STEP_NS_MIN = TimeUnit.SECONDS.toNanos(1);

  private boolean begun;
  private long offsetNs;
  private volatile long aheadUntilNs = Long.MIN_VALUE;

  /** Compares the time of day with a clock that nobody sets; returns what was done to it. */
  Optional<String> look(long nowNs, long tickNs) {
    long before = offsetNs;
    offsetNs = nowNs - tickNs;
    long stepNs = offsetNs - before;
    if (!begun || Math.abs(stepNs) < STEP_NS_MIN) {
      // A clock that is slewed drifts by a little between two looks.
      begun = true;
      return Optional.empty();
    }
    if (stepNs > 0) {
      return Optional.of("the clock was set forward by " + words(stepNs));
    }
    aheadUntilNs = Math.max(aheadUntilNs, nowNs - stepNs);
    return Optional.of(
        "the clock was set back by "
            + words(-stepNs)
            + ": running intervals last that much longer");
  }

  /** Returns what is wrong with the clock now, in words. */
  List<String> problems(long nowNs) {
    long leftNs = aheadUntilNs - nowNs;
    if (aheadUntilNs == Long.MIN_VALUE || leftNs <= 0) {
      return List.of();
    }
    return List.of(
        "the clock was set back: for another "
            + words(leftNs)
            + " packets count in intervals that began before; a restart begins new ones");
  }

  private static String words(long ns) {
    Duration time = Duration.ofNanos(ns);
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %d min", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%d min %d s", time.toMinutes(), time.toSecondsPart());
  }
}
