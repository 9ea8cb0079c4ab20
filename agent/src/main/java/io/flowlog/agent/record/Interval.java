package io.flowlog.agent.record;

/**
 * The span of time that a record covers.
 *
 * @param endNs the first moment that is no longer in it
 */
public record Interval(long startNs, long endNs) {
  /** Tells whether another interval is this one; unlike equals, ready when a JVM is young. */
  public boolean isSameAs(Interval other) {
    return startNs == other.startNs && endNs == other.endNs;
  }
}
