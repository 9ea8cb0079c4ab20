package io.flowlog.agent.record;

/**
 * A span of time: a logger's interval, which its records cover, or a slice, between two cuts.
 *
 * @param endNs the first moment that is no longer in it
 */
public record Interval(long startNs, long endNs) {
  /** Tells whether another interval is this one; unlike equals, ready when a JVM is young. */
  public boolean isSameAs(Interval other) {
    return startNs == other.startNs && endNs == other.endNs;
  }
}
