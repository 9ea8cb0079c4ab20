package io.flowlog.agent.capture.ring;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LiveSource;
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
public final class RingSource implements LiveSource {
  private final String device;
  private final RingBudget budget;
  private final RingShape shape;
  private final PacketRing ring;
  private final CounterSet counters;
  private final boolean wirePackets;
  private final Frame frame = new Frame();

  /** Others read it, too; the owner writes it. */
  private volatile long deliveredFrames;

  /** Whether the ring's cursor is at a frame that is to be handed over later. */
  private boolean held;

  private long heldNs;
  private boolean linkDown;
  private boolean deviceGone;
  private volatile boolean exhausted;
  private volatile boolean closed;

  private RingSource(String device, RingUse use, RingShape shape, PacketRing ring) {
    this.device = device;
    this.shape = shape;
    this.ring = ring;
    budget = use.budget();
    counters = use.counters();
    wirePackets = use.wirePackets();
    frame.buffer = ring.buffer();
  }

  /**
   * Begins to capture at an interface of the calling thread's network namespace.
   *
   * @param device the interface's name, which messages show
   * @param use of the worker that will poll the source
   */
  public static RingSource open(String device, int interfaceIndex, RingUse use) throws IOException {
    RingShape shape = use.budget().take(device);
    try {
      PacketRing ring = PacketRing.open(device, interfaceIndex, shape);
      return new RingSource(device, use, shape, ring);
    } catch (NativeException | RuntimeException | LinkageError e) {
      use.budget().giveBack(shape);
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

  int ringBytes() {
    return shape.ringBytes();
  }

  @Override
  public void assignPort(int portIndex) {
    frame.portIndex = portIndex;
  }

  /** Hands over what is in the ring, without waiting: for that there is {@link RingWait}. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the owner writes
  public int pollBefore(FrameHandler handler, int frameLimit, long beforeNs)
      throws NativeException {
    int frames = 0;
    long frameBytes = 0;
    try {
      while (frames < frameLimit && (held || ring.next())) {
        long timestampNs = ring.timestampNs();
        held = timestampNs >= beforeNs;
        if (held) {
          heldNs = timestampNs;
          break;
        }
        fill(timestampNs);
        frames++;
        frameBytes += frame.capturedBytes;
        handler.onFrame(frame);
      }
    } finally {
      deliveredFrames += frames;
      counters.add(AgentCounter.FRAMES, frames);
      counters.add(AgentCounter.FRAME_BYTES, frameBytes);
    }
    if (deviceGone && frames < frameLimit && !held && !closed) {
      countLost();
      // the kernel hands the last frames over when their block's time is up
      exhausted = deliveredFrames == ring.acceptedFrames();
    }
    return frames;
  }

  @Override
  public long nextNs() {
    return held ? heldNs : NOTHING_HELD;
  }

  @Override
  public boolean isEmpty() {
    return !held && !ring.hasFrames();
  }

  @Override
  public boolean isCrowded() {
    return ring.isHalfFull();
  }

  @Override
  public long frames() {
    return deliveredFrames;
  }

  @Override
  public long lostFrames() {
    return ring.lostFrames();
  }

  private void fill(long timestampNs) {
    frame.offset = ring.frameOffset();
    frame.capturedBytes = ring.capturedBytes();
    frame.wireBytes = ring.wireBytes();
    frame.timestampNs = timestampNs;
    frame.direction = ring.isOutgoing() ? Direction.INGRESS : Direction.EGRESS;
    frame.strippedVlan = ring.strippedVlan();
    frame.segmentBytes = wirePackets ? ring.segmentBytes() : 0;
  }

  /**
   * Returns how many frames were lost since the source was opened: they came when the ring was
   * full, or were of a kind that it cannot hold.
   */
  @Override
  public long countLost() throws NativeException {
    if (!closed) {
      long before = ring.lostFrames();
      ring.readStatistics();
      counters.add(AgentCounter.FRAMES_LOST, ring.lostFrames() - before);
    }
    return ring.lostFrames();
  }

  /** Tells whether the interface was down, so that nothing would tell that it is gone. */
  boolean wasLinkDown() {
    return linkDown && !deviceGone;
  }

  /** Takes the ring's error away: it says that the interface went down. */
  void takeError() throws NativeException {
    if (!closed) {
      linkDown |= ring.takeError();
    }
  }

  /** Looks whether the interface is still there. */
  void lookAtDevice() throws NativeException {
    if (!closed) {
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
    closed = true;
    held = false;
    frame.buffer = ByteBuffer.allocateDirect(0);
    ring.close();
    budget.giveBack(shape);
  }
}
