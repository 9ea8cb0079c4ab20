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

  SourceLosses(LoggingPort port, LiveSource source) {
    this.port = port;
    this.source = source;
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
