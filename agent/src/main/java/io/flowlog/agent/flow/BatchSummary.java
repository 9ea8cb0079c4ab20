package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;

/**
 * What the packets of a batch have in common or add up to: what need not be asked of each one.
 *
 * <p>Owned by one {@link ConnectionTable}. The fields hold the answers for the last batch.
 */
final class BatchSummary {
  private boolean fragments;
  private long earliestNs;
  private long latestNs;
  private long packets;
  private long bytes;

  /** Looks at the first packets of a batch. */
  void of(long[] words, int size) {
    boolean anyFragment = false;
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    long packetSum = 0;
    long byteSum = 0;
    for (int packet = 0, base = 0; packet < size; packet++, base += PacketBatch.STRIDE) {
      long timestampNs = words[base + PacketBatch.TIMESTAMP];
      least = Math.min(least, timestampNs);
      most = Math.max(most, timestampNs);
      long sizeWord = words[base + PacketBatch.SIZE];
      anyFragment |= PacketBatch.isFragment(sizeWord);
      packetSum += PacketBatch.packetsOf(sizeWord);
      byteSum += PacketBatch.bytesOf(sizeWord);
    }
    fragments = anyFragment;
    earliestNs = least;
    latestNs = most;
    packets = packetSum;
    bytes = byteSum;
  }

  /** Tells whether any packet is a fragment. */
  boolean hasFragments() {
    return fragments;
  }

  /** Returns the earliest time of a packet. */
  long earliestNs() {
    return earliestNs;
  }

  /** Returns the latest time of a packet. */
  long latestNs() {
    return latestNs;
  }

  /** Returns the packets on the wire. */
  long packets() {
    return packets;
  }

  /** Returns the IP bytes on the wire. */
  long bytes() {
    return bytes;
  }
}
