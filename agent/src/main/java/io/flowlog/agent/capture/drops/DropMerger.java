package io.flowlog.agent.capture.drops;

import java.util.Arrays;

/**
 * Adds entries of single packets to entries of the same flow in their batch; owned by one {@link
 * DropSource}.
 *
 * <p>It is a table of places in the batch. Where too many flows want one place the last one has it:
 * another's packets are merged no longer, which costs room and nothing else.
 */
public final class DropMerger {
  private static final int SLOTS = 4 * DropBatch.CAPACITY;

  /** How many places beside each other a flow may have. */
  private static final int PROBES = 4;

  private static final int EMPTY = -1;

  private final int[] places = new int[SLOTS];

  /** Makes a merger that knows no entry. */
  public DropMerger() {
    restart();
  }

  /** Begins with another batch, or with one that has lost entries. */
  public void restart() {
    Arrays.fill(places, EMPTY);
  }

  /** Adds the last entry of the batch, which is of its flow, to an earlier one if there is one. */
  public void mergeLast(DropBatch batch) {
    DropEntry last = batch.last();
    int slot = slotOf(last);
    for (int probe = 0; probe < PROBES; probe++) {
      int place = places[slot ^ probe];
      if (place == EMPTY) {
        places[slot ^ probe] = batch.size() - 1;
        return;
      }
      if (batch.at(place).isLike(last)) {
        batch.at(place).add(last);
        batch.removeLast();
        return;
      }
    }
    places[slot] = batch.size() - 1;
  }

  private static int slotOf(DropEntry entry) {
    long hash = entry.sourceLow * 0x9e37_79b9_7f4a_7c15L + entry.destinationLow;
    hash = (hash ^ hash >>> 29) * 0xbf58_476d_1ce4_e5b9L + entry.sourceHigh;
    hash ^= (long) entry.sourcePort << 40 | (long) entry.destinationPort << 16 | entry.protocol;
    hash = (hash ^ hash >>> 32) * 0x94d0_49bb_1331_11ebL + entry.inputInterface;
    return (int) (hash >>> 40) & (SLOTS - 1);
  }
}
