package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketBatch;

/**
 * The first pass over a batch: which side sent each packet, the hash of its connection, and the
 * fetching of the memory that the second pass will need.
 *
 * <p>Owned by one {@link ConnectionTable}. The fields hold the answers for the last batch.
 */
final class LookAhead {
  /** Words of one packet: what its connection is looked up by. */
  private static final int STRIDE = 4;

  private static final int ADDRESSES = 0;
  private static final int KEY = 1;
  private static final int HASH = 2;

  /** 0 when the packet's source is the local side, 1 when its destination is. */
  private static final int SIDE = 3;

  private final ConnectionStore store;
  private final KeyedHash hash;
  private long[] looks = new long[0];
  private int[] candidates = new int[0];

  /** Keeps the look-ahead loads alive: a compiler drops what nobody can see. */
  private long fetched;

  LookAhead(ConnectionStore store, KeyedHash hash) {
    this.store = store;
    this.hash = hash;
  }

  /** Looks at the first packets of a batch. */
  void prepare(long[] words, int size) {
    if (size > candidates.length) {
      looks = new long[size * STRIDE];
      candidates = new int[size];
    }
    for (int packet = 0, base = 0; packet < size; packet++, base += PacketBatch.STRIDE) {
      orient(words, base, packet * STRIDE);
    }
    for (int packet = 0; packet < size; packet++) {
      candidates[packet] = store.candidate(hash(packet));
    }
    long seen = 0;
    for (int packet = 0; packet < size; packet++) {
      seen += store.peekEntry(candidates[packet]);
    }
    fetched = seen;
  }

  /*
   * Which side a packet comes from is as good as random, so its choices are masks, not branches.
   */
  private void orient(long[] words, int base, int look) {
    long key = words[base + PacketBatch.KEY];
    int direction = PacketBatch.directionBitsOf(words[base + PacketBatch.SIZE]);
    long source = words[base + PacketBatch.SOURCE_LOW];
    long destination = words[base + PacketBatch.DESTINATION_LOW];
    // IPv4 addresses are positive, and so is their difference's sign.
    int side = (int) ((destination - source) >>> 63);
    if (direction != Direction.UNKNOWN.ordinal()) {
      side = direction == Direction.INGRESS.ordinal() ? 1 : 0;
    } else if (source == destination || PacketBatch.isIpv6(key)) {
      side = isSourceGreater(words, base, key) ? 1 : 0;
    }
    long swap = -side;
    long exchange = (source ^ destination) & swap;
    long local = source ^ exchange;
    long remote = destination ^ exchange;
    long both = local << 32 | remote;
    if (PacketBatch.isIpv6(key)) {
      int highs = base + PacketBatch.SOURCE_HIGH;
      both = hash.ofAddresses(words[highs + 2 * side], local, words[highs + 2 - 2 * side], remote);
    }
    if (!Icmp.is(PacketBatch.protocolOf(key))) {
      key ^= (key ^ PacketBatch.reverse(key)) & swap;
    }
    looks[look + ADDRESSES] = both;
    looks[look + KEY] = key;
    looks[look + HASH] = hash.of(both, key);
    looks[look + SIDE] = side;
  }

  private static boolean isSourceGreater(long[] words, int base, long key) {
    int order =
        Long.compareUnsigned(
            words[base + PacketBatch.SOURCE_HIGH], words[base + PacketBatch.DESTINATION_HIGH]);
    if (order == 0) {
      order =
          Long.compareUnsigned(
              words[base + PacketBatch.SOURCE_LOW], words[base + PacketBatch.DESTINATION_LOW]);
    }
    return order == 0
        ? PacketBatch.sourcePortOf(key) > PacketBatch.destinationPortOf(key)
            && !Icmp.is(PacketBatch.protocolOf(key))
        : order > 0;
  }

  /** Returns the hash of a packet's connection. */
  long hash(int packet) {
    return looks[packet * STRIDE + HASH];
  }

  /** Returns the entry where a search for a packet's connection started, or NONE. */
  int candidate(int packet) {
    return candidates[packet];
  }

  /** Fills in what a packet's connection is looked up by; returns the side that sent it. */
  int fill(ConnectionStore.Lookup lookup, long[] words, int base, int packet) {
    int look = packet * STRIDE;
    int side = (int) looks[look + SIDE];
    long key = looks[look + KEY];
    lookup.addresses = looks[look + ADDRESSES];
    lookup.key = key;
    if (PacketBatch.isIpv6(key)) {
      int local = base + PacketBatch.SOURCE_HIGH + 2 * side;
      int remote = base + PacketBatch.DESTINATION_HIGH - 2 * side;
      lookup.localHigh = words[local];
      lookup.localLow = words[local + 1];
      lookup.remoteHigh = words[remote];
      lookup.remoteLow = words[remote + 1];
    }
    return side;
  }

  /** Returns a number that depends on everything that was fetched. */
  long fetched() {
    return fetched;
  }
}
