package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.util.List;

/**
 * The counters of a daemon's threads: each thread writes its own set and no other.
 *
 * @param capture of the capture thread; the others likewise
 */
public record WorkerCounters(
    CounterSet capture,
    CounterSet drops,
    CounterSet conntrack,
    CounterSet spool,
    CounterSet control) {

  /** Makes sets in which nothing is counted yet. */
  public static WorkerCounters atZero() {
    return new WorkerCounters(
        new CounterSet(), new CounterSet(), new CounterSet(), new CounterSet(), new CounterSet());
  }

  /** Returns all of them. */
  public List<CounterSet> all() {
    return List.of(capture, drops, conntrack, spool, control);
  }

  /** Returns how many frames were lost until the last count. */
  long framesLost() {
    return capture.get(AgentCounter.FRAMES_LOST);
  }
}
