package io.flowlog.agent.architecture.wrong.record;

import java.time.Instant;

/** Reads the clock. */
public final class ReadsInstant {
  @SuppressWarnings("TimeZoneUsage")
  public Instant now() {
    return Instant.now();
  }
}
