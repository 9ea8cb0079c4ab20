package io.flowlog.agent.worker;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A live source that a test fills, as strict as a ring: nothing may be read before it is handed
 * over, by the test's clock, or after the source is closed.
 */
final class MadeSource implements LiveSource {
  private record Waiting(long timestampNs, long handedOverNs) {}

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final Frame frame =
      FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1000, 53).payloadOf(60).toFrame(0);
  private long clockNs;
  private long frames;
  private long lostSoFar;
  private long lostKnown;
  private long heldNs = NOTHING_HELD;
  boolean crowded;
  boolean gone;
  boolean closed;
  @Nullable IOException closeFailure;

  /** Adds a frame with its time, and when the kernel hands it over. */
  void add(long timestampNs, long handedOverNs) {
    waiting.add(new Waiting(timestampNs, handedOverNs));
  }

  void lose(long count) {
    lostSoFar += count;
  }

  /** Lets the source's clock go on. */
  void at(long nowNs) {
    clockNs = nowNs;
  }

  @Override
  public void assignPort(int portIndex) {
    frame.portIndex = portIndex;
  }

  @Override
  public int pollBefore(FrameHandler handler, int frameLimit, long beforeNs) {
    if (closed) {
      throw new IllegalStateException("polled after its end");
    }
    heldNs = NOTHING_HELD;
    int count = 0;
    while (count < frameLimit && isReady()) {
      if (waiting.element().timestampNs() >= beforeNs) {
        heldNs = waiting.element().timestampNs();
        break;
      }
      frame.timestampNs = waiting.remove().timestampNs();
      frame.direction = Direction.EGRESS;
      handler.onFrame(frame);
      count++;
    }
    frames += count;
    return count;
  }

  private boolean isReady() {
    return !waiting.isEmpty() && waiting.element().handedOverNs() <= clockNs;
  }

  @Override
  public long nextNs() {
    return heldNs;
  }

  @Override
  public boolean isEmpty() {
    return waiting.stream().noneMatch(frame -> frame.timestampNs() <= clockNs);
  }

  @Override
  public boolean isCrowded() {
    return crowded;
  }

  @Override
  public long frames() {
    return frames;
  }

  @Override
  public long lostFrames() {
    return lostKnown;
  }

  @Override
  public long countLost() {
    lostKnown = lostSoFar;
    return lostKnown;
  }

  @Override
  public boolean isExhausted() {
    return closed || (gone && waiting.isEmpty());
  }

  @Override
  public void close() throws IOException {
    if (closeFailure != null) {
      throw closeFailure;
    }
    closed = true;
  }
}
