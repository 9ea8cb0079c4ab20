package io.flowlog.agent.metrics;

/** One worker's counters. Owned by that worker; nobody else writes. */
public final class CounterSet {
  private final long[] values = new long[AgentCounter.values().length];

  /** Adds to a counter. */
  public void add(AgentCounter counter, long amount) {
    values[counter.ordinal()] += amount;
  }

  /** Adds one to a counter. */
  public void increment(AgentCounter counter) {
    values[counter.ordinal()]++;
  }

  /** Returns the counter's value. */
  public long get(AgentCounter counter) {
    return values[counter.ordinal()];
  }
}
