package io.flowlog.agent.capture.nflog;

/**
 * Counts which numbers are missing where each message has the number behind that of the one before,
 * beginning with 0; owned by a {@link NflogGroup}.
 */
final class SequenceGaps {
  private int expected;
  private long lost;

  /** Notes the number of the next message, which may have begun at 0 again after 32 bits. */
  void pass(int sequence) {
    int gap = sequence - expected;
    // A number of the past would be that of a reader before us.
    if (gap > 0) {
      lost += gap;
    }
    expected = sequence + 1;
  }

  /** Returns how many were missing since this was last asked. */
  long takeLost() {
    long news = lost;
    lost = 0;
    return news;
  }
}
