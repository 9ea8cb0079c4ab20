package io.flowlog.agent.spool;

import java.util.UUID;

/**
 * Rows of a logger that will never be stored.
 *
 * @param rows how many, in a file that goes; of a slice that goes, all rows that it has for anybody
 * @param bytes likewise
 */
public record Discard(UUID loggerId, long intervalStartNs, long rows, long bytes, Reason reason) {

  /** Why rows go. */
  public enum Reason {
    /** More waits than may. */
    QUOTA,
    /** The disk is full. */
    DISK_FULL,
    /** They have waited for too long. */
    AGE,
    /** Their logger was switched off or removed a day ago. */
    DISABLED
  }

  /** Hears of what is about to go, so that nothing goes silently even if a kill comes between. */
  @FunctionalInterface
  public interface Listener {
    /** Hears of it; comes from the spool's owner. */
    void onDiscard(Discard discard);
  }
}
