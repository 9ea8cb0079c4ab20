package io.flowlog.agent.capture;

import java.io.IOException;

/**
 * Yields the frames of one or more logging ports.
 *
 * <p>Owned by one capture worker, which calls every method.
 */
public interface CaptureSource extends AutoCloseable {
  /**
   * Hands frames to the handler until {@code frameLimit} of them are delivered or none is ready.
   *
   * @return how many frames were handed over
   * @throws IOException when the source cannot be read further; what it has delivered so far is
   *     good
   */
  int poll(FrameHandler handler, int frameLimit) throws IOException;

  /** Tells whether no frame will ever come again. */
  boolean isExhausted();

  @Override
  void close() throws IOException;
}
