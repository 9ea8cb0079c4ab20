package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;

/**
 * Remembers, for one logging port, the layer 4 ports of the last first-fragments, so that later
 * fragments are counted in the flow of their datagram.
 *
 * <p>Owned by one {@link ConnectionTable}. Small and of fixed size: a flood of fragments makes the
 * port's own later fragments lose their ports, and nobody else's.
 */
final class FragmentTable {
  /** {@link #find} when the first fragment was not seen. No key word has these port bits alone. */
  static final long NOT_FOUND = -1;

  private static final int SETS = 64;
  private static final int WAYS = 4;

  /** Fingerprint, ports, time. */
  private static final int STRIDE = 3;

  /** As long as a receiver may wait for the rest of a datagram. */
  private static final long LIFE_NS = 60_000_000_000L;

  /** No sender uses an identification for another datagram so soon: an overlap, not a new one. */
  private static final long REUSE_NS = 2_000_000_000L;

  private final KeyedHash hash;
  private final long[] slots = new long[SETS * WAYS * STRIDE];

  FragmentTable(KeyedHash hash) {
    this.hash = hash;
  }

  /** Remembers the ports of a first fragment. */
  void remember(long[] words, int base) {
    long fingerprint = fingerprint(words, base);
    long timestampNs = words[base + PacketBatch.TIMESTAMP];
    int oldest = set(fingerprint);
    for (int way = 0, at = oldest; way < WAYS; way++, at += STRIDE) {
      if (slots[at] == fingerprint) {
        if (timestampNs - slots[at + 2] < REUSE_NS) {
          return;
        }
        oldest = at;
        break;
      }
      if (slots[at + 2] < slots[oldest + 2]) {
        oldest = at;
      }
    }
    slots[oldest] = fingerprint;
    slots[oldest + 1] = PacketBatch.portsOf(words[base + PacketBatch.KEY]);
    slots[oldest + 2] = timestampNs;
  }

  /** Returns the port bits of a later fragment's first one, or {@link #NOT_FOUND}. */
  long find(long[] words, int base) {
    long fingerprint = fingerprint(words, base);
    long timestampNs = words[base + PacketBatch.TIMESTAMP];
    int at = set(fingerprint);
    for (int way = 0; way < WAYS; way++, at += STRIDE) {
      if (slots[at] == fingerprint && timestampNs - slots[at + 2] <= LIFE_NS) {
        return slots[at + 1];
      }
    }
    return NOT_FOUND;
  }

  private static int set(long fingerprint) {
    // The lowest bit is always set.
    return (int) (fingerprint >>> 1 & SETS - 1) * WAYS * STRIDE;
  }

  /** Hashes what fragments of one datagram share; never 0, which marks a free slot. */
  private long fingerprint(long[] words, int base) {
    long addresses =
        hash.ofAddresses(
            words[base + PacketBatch.SOURCE_HIGH],
            words[base + PacketBatch.SOURCE_LOW],
            words[base + PacketBatch.DESTINATION_HIGH],
            words[base + PacketBatch.DESTINATION_LOW]);
    long datagram =
        words[base + PacketBatch.SEQUENCE] << 8
            | PacketBatch.protocolOf(words[base + PacketBatch.KEY]);
    return hash.of(addresses, datagram) | 1;
  }
}
