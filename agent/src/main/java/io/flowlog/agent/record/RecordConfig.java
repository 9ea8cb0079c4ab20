package io.flowlog.agent.record;

import java.time.Duration;

/**
 * Settings of records.
 *
 * @param intervalUnit the length of one unit of a logger's aggregation interval
 */
public record RecordConfig(Duration intervalUnit) {
  /** Returns the settings of a host that says nothing. */
  public static RecordConfig defaults() {
    return new RecordConfig(Duration.ofMinutes(1));
  }
}
