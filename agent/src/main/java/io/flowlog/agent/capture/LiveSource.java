package io.flowlog.agent.capture;

import java.io.IOException;

/**
 * A source of one logging port's frames as they come, in the order of their times.
 *
 * <p>Whoever asks for frames that are older than a time gets no others: so what several sources saw
 * in an interval is together before anything newer is counted.
 */
public interface LiveSource extends CaptureSource {
  /** Returned by {@link #nextNs()} when no frame is held back. */
  long NOTHING_HELD = Long.MAX_VALUE;

  /** Says under which number the port's frames are handed over from now on. */
  void assignPort(int portIndex);

  /** Does what {@link #poll} does with frames that are older than a time, and holds back others. */
  int pollBefore(FrameHandler handler, int frameLimit, long beforeNs) throws IOException;

  @Override
  default int poll(FrameHandler handler, int frameLimit) throws IOException {
    return pollBefore(handler, frameLimit, Long.MAX_VALUE);
  }

  /** Returns the time of the frame that the last poll held back, or {@link #NOTHING_HELD}. */
  long nextNs();

  /** Tells whether nothing comes any more: its interface is gone. Any thread may ask. */
  @Override
  boolean isExhausted();

  /** Tells whether no frame is here that is still to be handed over, not even one held back. */
  boolean isEmpty();

  /** Tells whether so much is here that frames may soon be lost. */
  boolean isCrowded();

  /** Returns how many frames were handed over since the source was opened; any thread may ask. */
  long frames();

  /** Returns how many frames were known to be lost at the last count; any thread may ask. */
  long lostFrames();

  /** Finds out and returns how many frames were lost since the source was opened. */
  long countLost() throws IOException;
}
