package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/**
 * Goes round and round over the entries and forgets connections that have nothing to report: those
 * that have timed out, and others when room is wanted.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class IdleHand {
  private static final int EVICTION_LIMIT = 256;
  private static final int FIRST_UNIT = 2;

  private final TableMemory memory;
  private final ConnectionStore store;
  private final SliceCut cut;
  private final CounterSet counters;
  private int hand = FIRST_UNIT;

  IdleHand(ConnectionStore store, SliceCut cut, CounterSet counters) {
    memory = store.memory();
    this.store = store;
    this.cut = cut;
    this.counters = counters;
  }

  /**
   * Forgets one connection, of a port or of another that is over its share; looks at some units.
   */
  boolean evictOne(int portIndex) {
    for (int step = 0; step < EVICTION_LIMIT; step++) {
      if (isIdleNow()) {
        int owner = PacketBatch.portIndexOf(memory.hotWord(hand, Entry.KEY));
        if (owner == portIndex || store.shares().isOverShare(owner)) {
          store.remove(hand);
          counters.increment(AgentCounter.CONNECTIONS_EVICTED);
          return true;
        }
      }
      move();
    }
    return false;
  }

  /** Forgets connections that have timed out; looks at so many units. */
  void expire(long nowNs, int unitLimit) {
    for (int step = 0; step < unitLimit; step++) {
      if (isIdleNow() && cut.isSilent(hand, memory.hotWord(hand, Entry.STATE), nowNs)) {
        store.remove(hand);
        counters.increment(AgentCounter.CONNECTIONS_EXPIRED);
      }
      move();
    }
  }

  private boolean isIdleNow() {
    return hand < store.endUnit()
        && store.isUsed(hand)
        && Entry.tag(memory.hotWord(hand, Entry.STATE)) == cut.tag()
        && cut.isIdle(hand);
  }

  private void move() {
    int next = hand < store.endUnit() ? hand + store.unitsAt(hand) : hand;
    hand = next >= store.endUnit() ? FIRST_UNIT : next;
  }
}
