package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.OlderConnection;
import io.flowlog.agent.decode.PacketBatch;

/**
 * Enters what is known of connections that nobody saw begin.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class OlderHints {
  private final ConnectionTable table;
  private final TableMemory memory;

  /** A packet of the local side, of nothing: what the table finds the entry by. */
  private final long[] words = new long[PacketBatch.STRIDE];

  OlderHints(ConnectionTable table, TableMemory memory) {
    this.table = table;
    this.memory = memory;
  }

  /** Enters a connection, or adds to what its packets have told. */
  void know(int portIndex, OlderConnection older, long nowNs) {
    words[PacketBatch.SOURCE_HIGH] = older.localHigh();
    words[PacketBatch.SOURCE_LOW] = older.localLow();
    words[PacketBatch.DESTINATION_HIGH] = older.remoteHigh();
    words[PacketBatch.DESTINATION_LOW] = older.remoteLow();
    words[PacketBatch.KEY] = PacketBatch.keyOf(portIndex, older);
    words[PacketBatch.SIZE] = PacketBatch.sizeOf(Direction.EGRESS);
    int side = table.orient(words);
    int unit = table.reach(words, side);
    if (unit == ConnectionStore.NONE) {
      return;
    }
    long state = memory.hotWord(unit, Entry.STATE);
    int opener = older.openedByLocal() ? side : 1 - side;
    memory.hotWord(unit, Entry.STATE, withHint(state, older, opener));
    if (memory.hotWord(unit, Entry.LAST_NS) == 0 && memory.hotWord(unit, Entry.LAST_NS + 1) == 0) {
      // else it would be taken for one that has long been silent
      memory.hotWord(unit, Entry.LAST_NS + opener, nowNs);
    }
  }

  private static long withHint(long state, OlderConnection older, int opener) {
    if (older.protocol() != Entry.TCP) {
      long next = Entry.withInitiator(state, opener);
      return older.answered() ? next | Entry.ANSWERED : next;
    }
    if (Entry.initiator(state) != 0) {
      // its SYN was seen: this is a later one
      return state;
    }
    int tcpState = Entry.tcpState(state);
    boolean open = tcpState == TcpState.NONE.ordinal() || tcpState == TcpState.MIDSTREAM.ordinal();
    long next = Entry.withInitiator(state, opener);
    if (!open) {
      return next;
    }
    return Entry.withTcpState(
        next, older.established() ? TcpState.ESTABLISHED : TcpState.MIDSTREAM);
  }
}
