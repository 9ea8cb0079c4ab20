package io.flowlog.agent.worker;

/**
 * Makes one event of a burst: it is over when nothing has come for a while, or when it lasts too
 * long. Owned by one thread. A clock that is set back ends the burst.
 */
final class QuietTime {
  private final long quietNs;
  private final long longestNs;
  private boolean running;
  private long firstNs;
  private long lastNs;

  /** Waits for so long a silence, but not longer than that since a burst began. */
  QuietTime(long quietNs, long longestNs) {
    this.quietNs = quietNs;
    this.longestNs = longestNs;
  }

  /** Something happened. */
  void note(long nowNs) {
    if (!running) {
      running = true;
      firstNs = nowNs;
    }
    lastNs = nowNs;
  }

  /** Tells once of each burst that it is over. */
  boolean isOver(long nowNs) {
    boolean over =
        running
            && (nowNs - lastNs >= quietNs || nowNs - firstNs >= longestNs || nowNs - lastNs < 0);
    running &= !over;
    return over;
  }
}
