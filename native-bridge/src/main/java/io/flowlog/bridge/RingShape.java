package io.flowlog.bridge;

/**
 * How large a packet ring is and how it gathers frames.
 *
 * @param blockBytes size of one block: a power of two, a whole number of pages
 * @param blocks number of blocks
 * @param snapBytes how much of each frame is kept
 * @param blockTimeoutMs after how long a block that is not full is handed over; every ring has a
 *     timer of this period, busy or not, so it must not be short
 */
public record RingShape(int blockBytes, int blocks, int snapBytes, int blockTimeoutMs) {
  /** The least block: a few pages, so that a frame of any kept length fits. */
  public static final int BLOCK_BYTES_MIN = 1 << 14;

  public static final int BLOCK_BYTES_MAX = 1 << 22;
  public static final int BLOCKS_MIN = 2;

  /** Hundreds of rings with shorter time-outs take a visible part of a processor by themselves. */
  public static final int BLOCK_TIMEOUT_MS_MIN = 60;

  /** The largest ring that a buffer can span. */
  private static final long RING_BYTES_MAX = 1L << 30;

  private static final int BLOCK_TIMEOUT_MS_MAX = 10_000;

  public RingShape {
    check(blockBytes >= BLOCK_BYTES_MIN && blockBytes <= BLOCK_BYTES_MAX, "block size");
    check(Integer.bitCount(blockBytes) == 1, "block size");
    check(blocks >= BLOCKS_MIN && (long) blocks * blockBytes <= RING_BYTES_MAX, "blocks");
    check(snapBytes > 0 && snapBytes <= blockBytes / 2, "kept bytes");
    check(
        blockTimeoutMs >= BLOCK_TIMEOUT_MS_MIN && blockTimeoutMs <= BLOCK_TIMEOUT_MS_MAX,
        "time-out");
  }

  private static void check(boolean good, String what) {
    if (!good) {
      throw new IllegalArgumentException(what + " of a ring out of range");
    }
  }

  /** Returns the size of the whole ring. */
  public int ringBytes() {
    return blockBytes * blocks;
  }
}
