package io.flowlog.agent.worker;

/** Hears how far a replay is; called many times a second. */
@FunctionalInterface
public interface ReplayProgress {
  /** So many packets were counted and so many records are on their way. */
  void onProgress(long packets, long records);
}
