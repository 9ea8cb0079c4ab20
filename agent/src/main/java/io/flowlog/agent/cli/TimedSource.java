package io.flowlog.agent.cli;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.FrameHandler;
import java.io.IOException;

/** A source that ends at a moment, whatever it still has. */
final class TimedSource implements CaptureSource {
  private final CaptureSource source;
  private final long endNs;

  /** Makes a source that ends when {@link System#nanoTime} passes a moment. */
  TimedSource(CaptureSource source, long endNs) {
    this.source = source;
    this.endNs = endNs;
  }

  @Override
  public int poll(FrameHandler handler, int frameLimit) throws IOException {
    return source.poll(handler, frameLimit);
  }

  @Override
  public boolean isExhausted() {
    return source.isExhausted() || System.nanoTime() - endNs >= 0;
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
