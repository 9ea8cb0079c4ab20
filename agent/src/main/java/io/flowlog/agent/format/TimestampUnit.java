package io.flowlog.agent.format;

/** The unit in which files show points in time, counted from 1970-01-01 UTC. */
public enum TimestampUnit {
  SECONDS("s", 1_000_000_000L),
  MILLISECONDS("ms", 1_000_000L),
  MICROSECONDS("us", 1_000L),
  NANOSECONDS("ns", 1L);

  private final String symbol;
  private final long lengthNs;

  TimestampUnit(String symbol, long lengthNs) {
    this.symbol = symbol;
    this.lengthNs = lengthNs;
  }

  /** Returns the unit's name in the configuration. */
  public String symbol() {
    return symbol;
  }

  /** Returns the unit in which a point in time falls. */
  public long of(long timestampNs) {
    return Math.floorDiv(timestampNs, lengthNs);
  }
}
