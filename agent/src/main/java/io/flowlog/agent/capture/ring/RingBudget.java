package io.flowlog.agent.capture.ring;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.bridge.RingShape;
import java.io.IOException;

/**
 * The memory that all packet rings of the agent share; safe for several threads, as rings are
 * opened and closed by many.
 *
 * <p>The first rings are larger than the later ones, but what so many ports as may come need at
 * least is kept for them.
 */
public final class RingBudget {
  /** A larger ring only holds frames longer when the reader is late by more than a second. */
  static final int RING_BYTES_MAX = 8 << 20;

  /** One ring takes at most this part of what is free beyond the later rings' least. */
  private static final int PART = 8;

  /**
   * Link, network and transport headers with room for options and extensions: a super-packet of 64
   * KiB takes no more of the ring.
   */
  private static final int SNAP_BYTES = 256;

  private final int blockBytes;
  private final long leastBytes;
  private long freeBytes;
  private int rings;

  /** Starts with everything free. */
  public RingBudget(RingSettings settings) {
    blockBytes = (int) settings.blockBytes();
    leastBytes = settings.leastBytes();
    freeBytes = settings.totalBytes();
  }

  /** Takes memory for one ring; {@link #giveBack} ends that. */
  synchronized RingShape take(String device) throws IOException {
    if (freeBytes < leastBytes) {
      throw new IOException(
          "interface "
              + device
              + ": no memory for its packet ring, "
              + rings
              + " others have it: raise capture.ring_bytes");
    }
    long keptBytes = Math.max(0, CaptureConfig.RING_PORTS - rings - 1) * leastBytes;
    long shareBytes = Math.min((freeBytes - keptBytes) / PART, RING_BYTES_MAX);
    int blocks = Math.max(CaptureConfig.RING_BLOCKS_MIN, (int) (shareBytes / blockBytes));
    freeBytes -= (long) blocks * blockBytes;
    rings++;
    return new RingShape(blockBytes, blocks, SNAP_BYTES, RingShape.BLOCK_TIMEOUT_MS_MIN);
  }

  synchronized void giveBack(RingShape shape) {
    freeBytes += shape.ringBytes();
    rings--;
  }

  /** Returns how much no ring has. */
  public synchronized long freeBytes() {
    return freeBytes;
  }
}
