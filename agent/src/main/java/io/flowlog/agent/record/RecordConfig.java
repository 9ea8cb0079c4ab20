package io.flowlog.agent.record;

import java.time.Duration;

/**
 * Settings of records.
 *
 * @param intervalUnit the length of one unit of a logger's aggregation interval
 */
public record RecordConfig(Duration intervalUnit) {
  /** The shortest and the longest unit; whole seconds, because file names end in seconds. */
  public static final Duration INTERVAL_UNIT_MIN = Duration.ofSeconds(1);

  public static final Duration INTERVAL_UNIT_MAX = Duration.ofHours(1);

  /** Returns the settings of a host that says nothing. */
  public static RecordConfig defaults() {
    return new RecordConfig(Duration.ofMinutes(1));
  }
}
