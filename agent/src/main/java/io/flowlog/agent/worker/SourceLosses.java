package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;

/**
 * What a source has lost, by slices. Owned by a {@link CaptureWorker}.
 *
 * <p>Losses are counted when the clock passes a slice's end, while frames of that slice still wait
 * to be read. They are told in that slice; but they may be of later ones, of any that had begun
 * when they were counted, and there may be many of these if the agent did not run for a while. All
 * these are marked.
 */
final class SourceLosses {
  private final LoggingPort port;
  private final LiveSource source;
  private long counted;
  private long told;

  /** A slice that began before this time may lack something. */
  private long uncertainUntilNs = Long.MIN_VALUE;

  /** Frames that are older than this are nobody's: the port was not captured yet. */
  private final long sinceNs;

  /** When the source began, on the clock that nobody sets. */
  private final long addedTickNs;

  private boolean mayHaveOlder = true;

  /**
   * Makes the books of a source.
   *
   * @param sinceNs from when on its frames count
   * @param tickNs now, on the clock that nobody sets
   */
  SourceLosses(LoggingPort port, LiveSource source, long sinceNs, long tickNs) {
    this.port = port;
    this.source = source;
    this.sinceNs = sinceNs;
    addedTickNs = tickNs;
  }

  /** Passes over frames that do not count yet; tells whether others may still come. */
  boolean skipOlder(int frameLimit, long tickNs) throws IOException {
    if (mayHaveOlder) {
      int frames = source.pollBefore(frame -> {}, frameLimit, sinceNs);
      mayHaveOlder =
          frames == frameLimit
              || (source.nextNs() == LiveSource.NOTHING_HELD
                  && tickNs - addedTickNs < CaptureWorker.HAND_OVER_NS);
    }
    return mayHaveOlder;
  }

  LoggingPort port() {
    return port;
  }

  LiveSource source() {
    return source;
  }

  /**
   * Finds out what was lost until now.
   *
   * @param nowNs when that is, by the clock of the frames
   */
  void count(long nowNs) throws IOException {
    counted = source.countLost();
    if (counted > told) {
      uncertainUntilNs = nowNs;
    }
  }

  /** Tells what was lost in the slice that is to end. */
  void tellBefore(Pipeline pipeline) {
    if (counted > told) {
      pipeline.lost(port, counted - told);
      told = counted;
    }
  }

  /** Tells whether what was lost may be of a slice that begins at a time. */
  boolean isUncertainAt(long startNs) {
    return startNs < uncertainUntilNs;
  }

  /** Tells the slice that has begun that some of it may be lost, too. */
  void markUncertain(Pipeline pipeline) {
    pipeline.lost(port, 0);
  }
}
