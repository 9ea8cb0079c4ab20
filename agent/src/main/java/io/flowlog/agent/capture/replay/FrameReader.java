package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.FrameHandler;
import java.util.List;

/** Finds the frames of one file format in a window. */
interface FrameReader {
  /** The longest captured length that is believed; anything above it is damage. */
  int CAPTURED_BYTES_MAX = 16 << 20;

  /**
   * Hands over frames until the limit or the end of the file.
   *
   * @throws CaptureFileException after the frames before the damage have been handed over
   */
  int read(FrameHandler handler, int frameLimit) throws CaptureFileException;

  /** Tells whether the end of the file has been reached. */
  boolean isExhausted();

  /** Returns a line for each kind of frame that was passed over. */
  List<String> complaints();
}
