package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.ConnectionLists.Figures;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What conntrack says of itself, and whether that is bad news; owned by the thread that asks it.
 * Any thread may read.
 */
final class ConntrackFigures {
  /** For so long packets that conntrack dropped are a problem of now. */
  private static final long RECENT_NS = TimeUnit.MINUTES.toNanos(5);

  private final CounterSet counters;
  private boolean begun;
  private boolean dropped;
  private long droppedAtNs;
  private volatile Figures last = new Figures(0, 0, 0, 0, 0);
  private volatile List<String> problems = List.of();

  /** Makes figures of which nothing is known; the counters are the thread's. */
  ConntrackFigures(CounterSet counters) {
    this.counters = counters;
  }

  /**
   * Takes figures.
   *
   * @param tickNs now, on the clock that nobody sets
   */
  void take(Figures now, long tickNs) {
    if (begun) {
      long drops = Math.max(0, now.drops() - last.drops());
      long earlyDrops = Math.max(0, now.earlyDrops() - last.earlyDrops());
      counters.add(AgentCounter.CONNTRACK_DROPS, drops);
      counters.add(AgentCounter.CONNTRACK_EARLY_DROPS, earlyDrops);
      counters.add(
          AgentCounter.CONNTRACK_FAILED_INSERTS,
          Math.max(0, now.failedInserts() - last.failedInserts()));
      if (drops + earlyDrops > 0) {
        dropped = true;
        droppedAtNs = tickNs;
      }
    }
    begun = true;
    last = now;
    dropped &= tickNs - droppedAtNs < RECENT_NS;
    boolean full = now.entriesMax() > 0 && now.entries() >= now.entriesMax();
    problems = full || dropped ? List.of(problem(now, full)) : List.of();
  }

  private static String problem(Figures now, boolean full) {
    return String.format(
        Locale.ROOT,
        "this host tracks %d of at most %d connections, and %s: raise the sysctl"
            + " net.netfilter.nf_conntrack_max",
        now.entries(),
        now.entriesMax(),
        full ? "drops packets of all others" : "has dropped packets or connections for that");
  }

  /** Returns how many connections the host tracks. */
  long entries() {
    return last.entries();
  }

  /** Returns how many it may track. */
  long entriesMax() {
    return last.entriesMax();
  }

  /** Returns what is wrong, in words. */
  List<String> problems() {
    return problems;
  }
}
