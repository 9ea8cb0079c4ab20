package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;

/**
 * What a source has lost, by slices. Owned by a {@link CaptureWorker}.
 *
 * <p>Losses are counted when the clock passes a slice's end, while frames of that slice still wait
 * to be read. What went amiss in the moment between the end and the count may belong to the next
 * slice, which is therefore marked as well.
 */
final class SourceLosses {
  private final LoggingPort port;
  private final LiveSource source;
  private long counted;
  private long told;
  private boolean uncertain;

  SourceLosses(LoggingPort port, LiveSource source) {
    this.port = port;
    this.source = source;
  }

  LiveSource source() {
    return source;
  }

  /** Finds out what was lost until now. */
  void count() throws IOException {
    counted = source.countLost();
  }

  /** Tells what was lost in the slice that is to end. */
  void tellBefore(Pipeline pipeline) {
    uncertain = counted > told;
    if (uncertain) {
      pipeline.lost(port, counted - told);
      told = counted;
    }
  }

  /** Tells the slice that has begun that some of it may be lost, too. */
  void tellAfter(Pipeline pipeline) {
    if (uncertain) {
      pipeline.lost(port, 0);
    }
  }
}
