package io.flowlog.agent.capture.ring;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.NativeException;
import io.flowlog.bridge.PacketRing;
import io.flowlog.bridge.RingShape;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The frames of one logging port, from a packet ring at its interface; owned by one capture worker.
 *
 * <p>It ends when the interface is gone and its last frame delivered. While the interface is down
 * it only has nothing to deliver.
 */
public final class RingSource implements CaptureSource {
  private final String device;
  private final RingBudget budget;
  private final RingShape shape;
  private final PacketRing ring;
  private final CounterSet counters;
  private final Frame frame = new Frame();
  private long deliveredFrames;
  private boolean linkDown;
  private boolean deviceGone;
  private boolean exhausted;
  private boolean closed;

  private RingSource(
      String device, RingBudget budget, RingShape shape, PacketRing ring, CounterSet counters) {
    this.device = device;
    this.budget = budget;
    this.shape = shape;
    this.ring = ring;
    this.counters = counters;
    frame.buffer = ring.buffer();
  }

  /** Begins to capture at an interface of the calling thread's network namespace. */
  public static RingSource open(
      String device, int portIndex, RingBudget budget, CounterSet counters) throws IOException {
    RingShape shape = budget.take(device);
    try {
      PacketRing ring = PacketRing.open(device, shape);
      RingSource source = new RingSource(device, budget, shape, ring, counters);
      source.frame.portIndex = portIndex;
      return source;
    } catch (NativeException | RuntimeException | LinkageError e) {
      budget.giveBack(shape);
      throw e;
    }
  }

  /** Returns the interface's name when the source was opened. */
  public String device() {
    return device;
  }

  PacketRing ring() {
    return ring;
  }

  /** Hands over what is in the ring, without waiting: for that there is {@link RingWait}. */
  @Override
  public int poll(FrameHandler handler, int frameLimit) throws NativeException {
    int frames = 0;
    long frameBytes = 0;
    try {
      while (frames < frameLimit && ring.next()) {
        fill();
        frames++;
        frameBytes += frame.capturedBytes;
        handler.onFrame(frame);
      }
    } finally {
      deliveredFrames += frames;
      counters.add(AgentCounter.FRAMES, frames);
      counters.add(AgentCounter.FRAME_BYTES, frameBytes);
    }
    if (deviceGone && frames < frameLimit && !closed) {
      countLost();
      // the kernel hands the last frames over when their block's time is up
      exhausted = deliveredFrames == ring.acceptedFrames();
    }
    return frames;
  }

  private void fill() {
    frame.offset = ring.frameOffset();
    frame.capturedBytes = ring.capturedBytes();
    frame.wireBytes = ring.wireBytes();
    frame.timestampNs = ring.timestampNs();
    frame.direction = ring.isOutgoing() ? Direction.INGRESS : Direction.EGRESS;
    frame.strippedVlan = ring.strippedVlan();
    frame.segmentBytes = ring.segmentBytes();
  }

  /**
   * Returns how many frames were lost since the source was opened: they came when the ring was
   * full, or were of a kind that it cannot hold.
   */
  public long countLost() throws NativeException {
    if (!closed) {
      long before = ring.lostFrames();
      ring.readStatistics();
      counters.add(AgentCounter.FRAMES_LOST, ring.lostFrames() - before);
    }
    return ring.lostFrames();
  }

  /** Tells whether the interface may be down or gone: then it is to be looked at. */
  boolean isLinkDown() {
    return linkDown && !deviceGone;
  }

  /** Takes the ring's error away and looks whether the interface is still there. */
  void lookAtDevice() throws NativeException {
    if (!closed) {
      linkDown |= ring.takeError();
      deviceGone = ring.isDeviceGone();
    }
  }

  @Override
  public boolean isExhausted() {
    return exhausted || closed;
  }

  @Override
  public void close() throws NativeException {
    if (closed) {
      return;
    }
    try {
      countLost();
    } finally {
      closed = true;
      frame.buffer = ByteBuffer.allocateDirect(0);
      ring.close();
      budget.giveBack(shape);
    }
  }
}
