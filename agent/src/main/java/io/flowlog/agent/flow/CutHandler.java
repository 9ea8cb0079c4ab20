package io.flowlog.agent.flow;

/** Takes what a slice has counted, while it is cut. Called by the table's owner. */
public interface CutHandler {
  /** The rows of a slice follow. */
  void onCutStart(long startNs, long endNs);

  /** Takes the counters of one connection; the view is valid only during the call. */
  void onConnection(ConnectionView connection);

  /** Takes packets of a port that were counted without their connection. */
  void onOverflow(OverflowView overflow);

  /**
   * Takes the news that more packets of a port were dropped than seen: the capture has lost so many
   * of them, but what became of them is known.
   */
  default void onDroppedUnseen(int portIndex, long packets) {}

  /** The slice has no more rows. */
  void onCutComplete();
}
