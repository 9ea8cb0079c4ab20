package io.flowlog.agent.flow;

import java.util.ArrayList;
import java.util.List;

/**
 * Where slices begin and end: at every multiple of every length since 1970, or one slice for
 * everything.
 *
 * @param lengthsNs the lengths of the intervals in use; none for one slice without end that starts
 *     with the first packet
 */
public record IntervalSchedule(List<Long> lengthsNs) {
  /** Makes a schedule, and refuses intervals without length. */
  public IntervalSchedule {
    lengthsNs = List.copyOf(lengthsNs);
    for (long lengthNs : lengthsNs) {
      if (lengthNs <= 0) {
        throw new IllegalArgumentException("an interval of " + lengthNs + " ns");
      }
    }
  }

  /** Makes the schedule of some lengths. */
  public IntervalSchedule(long... lengthsNs) {
    this(listOf(lengthsNs));
  }

  private static List<Long> listOf(long[] lengthsNs) {
    List<Long> list = new ArrayList<>();
    for (long lengthNs : lengthsNs) {
      list.add(lengthNs);
    }
    return list;
  }

  /** Returns the schedule of a single slice that takes everything. */
  public static IntervalSchedule whole() {
    return new IntervalSchedule(List.of());
  }

  /** Tells whether nothing ever ends. */
  public boolean isWhole() {
    return lengthsNs.isEmpty();
  }

  /** Returns the last boundary that is not behind a time; the time itself if there is none. */
  public long startOf(long timestampNs) {
    long startNs = isWhole() ? timestampNs : Long.MIN_VALUE;
    for (long lengthNs : lengthsNs) {
      startNs = Math.max(startNs, Math.floorDiv(timestampNs, lengthNs) * lengthNs);
    }
    return startNs;
  }

  /** Returns the first boundary behind a time. */
  public long endOf(long timestampNs) {
    long endNs = Long.MAX_VALUE;
    for (long lengthNs : lengthsNs) {
      long startNs = Math.floorDiv(timestampNs, lengthNs) * lengthNs;
      if (startNs <= Long.MAX_VALUE - lengthNs) {
        endNs = Math.min(endNs, startNs + lengthNs);
      }
    }
    return endNs;
  }
}
