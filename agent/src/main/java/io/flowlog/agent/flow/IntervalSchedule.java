package io.flowlog.agent.flow;

/**
 * Where intervals begin and end: at the multiples of a length since 1970, or one interval for
 * everything.
 *
 * @param lengthNs the length; 0 for one interval without end that starts with the first packet
 */
public record IntervalSchedule(long lengthNs) {
  /** Returns the schedule of a single interval that takes everything. */
  public static IntervalSchedule whole() {
    return new IntervalSchedule(0);
  }

  /** Returns the start of the interval that a time lies in. */
  public long startOf(long timestampNs) {
    return lengthNs == 0 ? timestampNs : Math.floorDiv(timestampNs, lengthNs) * lengthNs;
  }

  /** Returns the end of the interval that starts at a time. */
  public long endOf(long startNs) {
    return lengthNs == 0 || startNs > Long.MAX_VALUE - lengthNs
        ? Long.MAX_VALUE
        : startNs + lengthNs;
  }
}
