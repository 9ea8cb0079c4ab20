package io.flowlog.agent.spool;

/**
 * Settings of the spool.
 *
 * @param syncToDisk whether confirmed rows and files survive a power cut; without it they survive
 *     only the end of the process, which is enough for work that can be done again
 */
public record SpoolConfig(boolean syncToDisk) {
  /** Returns the settings of a host that says nothing. */
  public static SpoolConfig defaults() {
    return new SpoolConfig(true);
  }
}
