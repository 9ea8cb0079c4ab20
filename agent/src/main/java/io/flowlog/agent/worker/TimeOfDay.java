package io.flowlog.agent.worker;

/** The clock on the wall, as frames and intervals have it. */
final class TimeOfDay {
  private static final long NS_PER_MS = 1_000_000;

  private TimeOfDay() {}

  static long nowNs() {
    return System.currentTimeMillis() * NS_PER_MS;
  }
}
