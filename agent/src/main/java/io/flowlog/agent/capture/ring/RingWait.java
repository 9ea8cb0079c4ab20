package io.flowlog.agent.capture.ring;

import io.flowlog.bridge.NativeException;
import io.flowlog.bridge.RingPoll;
import java.util.List;

/**
 * Waits until one of several rings has frames, and notices interfaces that go down or away; owned
 * by the capture worker of these sources.
 */
public final class RingWait {
  private final RingPoll poll = new RingPoll();
  private List<RingSource> sources = List.of();

  /** Waits for these sources from now on; must be told before one of them is closed. */
  public void watch(List<RingSource> sources) {
    this.sources = List.copyOf(sources);
    poll.watch(this.sources.stream().map(RingSource::ring).toList());
  }

  /**
   * Waits for at most so long; to be called when no source had anything.
   *
   * @return whether a source may have something now
   */
  public boolean await(int timeoutMs) throws NativeException {
    int ready = poll.await(timeoutMs);
    for (int i = 0; i < sources.size(); i++) {
      RingSource source = sources.get(i);
      // an interface that is removed goes down first, and then tells nothing any more
      if ((ready > 0 && poll.hasError(i)) || source.isLinkDown()) {
        source.lookAtDevice();
      }
    }
    return ready > 0;
  }
}
