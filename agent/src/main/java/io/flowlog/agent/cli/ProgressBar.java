package io.flowlog.agent.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/** One line on a terminal that says how far a long replay is; silent where nobody watches. */
final class ProgressBar {
  private static final int CELLS = 30;
  private static final long REDRAW_NS = 100_000_000L;
  private static final double NS_PER_SECOND = 1e9;

  /** Set by the launcher, which can ask the system whether stderr is a terminal. */
  private static final boolean TERMINAL = Boolean.getBoolean("flowlog.terminal");

  private final long totalBytes;
  private final boolean watched;
  private final LongSupplier clockNs;
  private final long startNs;
  private long drawnNs;
  private long doneBytes;
  private boolean drawn;

  /** Makes a bar for so many bytes; 0 when nobody knows how many. */
  ProgressBar(long totalBytes) {
    this(totalBytes, TERMINAL, System::nanoTime);
  }

  /** Makes a bar that somebody watches, or not, at the times of a clock. */
  ProgressBar(long totalBytes, boolean watched, LongSupplier clockNs) {
    this.totalBytes = totalBytes;
    this.watched = watched;
    this.clockNs = clockNs;
    startNs = clockNs.getAsLong();
    drawnNs = startNs;
  }

  /** Returns how many bytes were done at the last update. */
  long doneBytes() {
    return doneBytes;
  }

  /** Notes how far the work is, and shows it if the last picture is old. */
  void update(long doneBytes, long packets) {
    this.doneBytes = doneBytes;
    if (!watched) {
      return;
    }
    long nowNs = clockNs.getAsLong();
    if (nowNs - drawnNs >= REDRAW_NS) {
      drawnNs = nowNs;
      drawn = true;
      System.err.print("\r" + line(packets, (nowNs - startNs) / NS_PER_SECOND) + "\u001b[K");
      System.err.flush();
    }
  }

  private String line(long packets, double seconds) {
    double millions = packets / 1e6;
    String counts =
        String.format(
            Locale.ROOT, "%.1f M packets  %.1f M/s", millions, millions / Math.max(seconds, 1e-9));
    if (totalBytes <= 0) {
      return counts;
    }
    double share = Math.min(1.0, (double) doneBytes / totalBytes);
    int full = (int) (share * CELLS);
    double secondsLeft = share > 0 ? seconds / share * (1 - share) : 0;
    return String.format(
        Locale.ROOT,
        "[%s%s] %3.0f %%  %s  %.0f s left",
        "#".repeat(full),
        "-".repeat(CELLS - full),
        share * 100,
        counts,
        Math.ceil(secondsLeft));
  }

  /** Takes the line away. */
  void clear() {
    if (drawn) {
      System.err.print("\r\u001b[K");
      System.err.flush();
    }
  }
}
