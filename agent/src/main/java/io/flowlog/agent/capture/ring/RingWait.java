package io.flowlog.agent.capture.ring;

import io.flowlog.bridge.NativeException;
import io.flowlog.bridge.RingPoll;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits until one of several rings has frames, and notices interfaces that go down or away; owned
 * by the capture worker of these sources.
 *
 * <p>A block that is full ends a wait, and its frames cost less than being woken for them. So while
 * frames come, it first lets them gather for a time in which no ring that they come to fills up.
 */
public final class RingWait {
  /** A GiB per second: no interface fills its ring that fast. */
  private static final int RING_BYTES_PER_REST_MS = 1 << 20;

  /** Frames of a busy ring are late by no more than this; longer rests were not tried. */
  private static final int REST_MS_MAX = 5;

  /** How often it is looked whether an interface that was down once is still there. */
  static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final RingPoll poll = new RingPoll();
  private List<RingSource> sources = List.of();

  /** What each source had delivered when it was last waited for. */
  private long[] delivered = new long[0];

  private long rests;
  private long looks;
  private long lookedNs = System.nanoTime();

  /** Waits for these sources from now on; must be told before one of them is closed. */
  public void watch(List<RingSource> sources) {
    this.sources = List.copyOf(sources);
    delivered = this.sources.stream().mapToLong(RingSource::frames).toArray();
    poll.watch(this.sources.stream().map(RingSource::ring).toList());
  }

  /**
   * Waits for at most so long; to be called when no source had anything.
   *
   * @return whether a source may have something now
   */
  public boolean await(int timeoutMs) throws NativeException {
    int restMs = Math.min(restMs(), timeoutMs);
    if (restMs > 0) {
      rests++;
      poll.rest(restMs);
    }
    int ready = poll.await(timeoutMs - restMs);
    boolean time = System.nanoTime() - lookedNs >= LOOK_EVERY_NS;
    for (int i = 0; i < sources.size(); i++) {
      look(sources.get(i), ready > 0 && poll.hasError(i), time);
    }
    if (time) {
      lookedNs = System.nanoTime();
    }
    return ready > 0;
  }

  /** An interface that is removed goes down first, and then tells nothing any more. */
  private void look(RingSource source, boolean error, boolean time) throws NativeException {
    if (error) {
      source.takeError();
    }
    if (error || (time && source.wasLinkDown())) {
      looks++;
      source.lookAtDevice();
    }
  }

  /** Returns how long the rings of sources that have delivered something can do without us. */
  private int restMs() {
    int leastBytes = Integer.MAX_VALUE;
    for (int i = 0; i < delivered.length; i++) {
      RingSource source = sources.get(i);
      long frames = source.frames();
      if (frames != delivered[i]) {
        delivered[i] = frames;
        leastBytes = Math.min(leastBytes, source.ringBytes());
      }
    }
    boolean idle = leastBytes == Integer.MAX_VALUE;
    return idle ? 0 : Math.min(leastBytes / RING_BYTES_PER_REST_MS, REST_MS_MAX);
  }

  /** Returns how often it was looked whether an interface is still there. */
  long looks() {
    return looks;
  }

  /** Returns how often frames were let gather. */
  long rests() {
    return rests;
  }
}
