package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/**
 * Counts packets that the host dropped, as somebody else has added them up.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class DropIntake {
  private static final int SYN = 2;
  private static final int EVENT_FLAGS = 1 | SYN | 4 | 16;

  private final ConnectionTable table;
  private final TableMemory memory;
  private final TcpTracker tcp;
  private final PortExtras extras;
  private final CounterSet counters;

  /** The report in the shape of a packet: what the table finds its entry by. */
  private final long[] words = new long[PacketBatch.STRIDE];

  private final SideCounts counts = new SideCounts();

  DropIntake(
      ConnectionTable table,
      TableMemory memory,
      TcpTracker tcp,
      PortExtras extras,
      CounterSet counters) {
    this.table = table;
    this.memory = memory;
    this.tcp = tcp;
    this.extras = extras;
    this.counters = counters;
  }

  /** Counts the packets of a report. */
  void apply(DropReport drop) {
    fill(drop);
    counters.add(AgentCounter.PACKETS_DROPPED, drop.packets);
    int side = table.orient(words, drop);
    int unit = table.reach(words, side, drop.firstNs);
    if (unit == ConnectionStore.NONE) {
      fold(drop);
      return;
    }
    long state = memory.hotWord(unit, Entry.STATE);
    if (isFirstSyn(drop, state)) {
      state = tcp.onPacket(unit, side, SYN, 0, drop.firstNs);
    }
    memory.drops().add(unit, side, counts);
    memory.hotWord(unit, Entry.STATE, state | Entry.DROPS_COUNTED | Entry.DROPS_EVER << side);
    takeOffSetup(unit, side, state);
  }

  private void fill(DropReport drop) {
    words[PacketBatch.TIMESTAMP] = drop.lastNs;
    words[PacketBatch.SOURCE_HIGH] = drop.sourceHigh;
    words[PacketBatch.SOURCE_LOW] = drop.sourceLow;
    words[PacketBatch.DESTINATION_HIGH] = drop.destinationHigh;
    words[PacketBatch.DESTINATION_LOW] = drop.destinationLow;
    words[PacketBatch.KEY] = PacketBatch.keyOf(drop);
    if (drop.laterFragment) {
      fillPortsOfFragment(drop);
    }
    words[PacketBatch.SIZE] = PacketBatch.sizeOf(drop.direction);
    counts.packets = drop.packets;
    counts.bytes = drop.bytes;
    counts.firstNs = drop.firstNs;
    counts.lastNs = drop.lastNs;
    counts.tcpFlags = drop.tcpFlags;
    counts.synAckSeen = drop.synAckSeen;
    counts.dropPoint = drop.dropPoint;
  }

  /** As with fragments that are seen: the ports of the first one, if that was seen. */
  private void fillPortsOfFragment(DropReport drop) {
    words[PacketBatch.SEQUENCE] = (long) drop.sourcePort << 16 | drop.destinationPort;
    long ports = extras.fragments(drop.portIndex).find(words, 0);
    long portless = words[PacketBatch.KEY] & 0xffff_ffffL;
    words[PacketBatch.KEY] = ports == FragmentTable.NOT_FOUND ? portless : portless | ports;
  }

  /** A SYN that nobody saw opens a connection too, if there is none that it could be part of. */
  private static boolean isFirstSyn(DropReport drop, long state) {
    return drop.protocol == Entry.TCP
        && (drop.tcpFlags & EVENT_FLAGS) == SYN
        && Entry.tcpState(state) == TcpState.NONE.ordinal();
  }

  /** What the virtual machine sent was seen, and counted as set-up, before it was dropped. */
  private void takeOffSetup(int unit, int side, long state) {
    boolean counted = side == 0 && (state & Entry.ORIENTED) != 0 && table.collectsSetup();
    if (counted && SetupFilter.wants(words[PacketBatch.KEY], side, state, state)) {
      memory.setup().takeOff(unit, side, counts.packets, counts.bytes);
      memory.hotWord(unit, Entry.STATE, memory.hotWord(unit, Entry.STATE) | Entry.SETUP_COUNTED);
    }
  }

  private void fold(DropReport drop) {
    long key = words[PacketBatch.KEY];
    int direction = drop.direction.ordinal();
    int destinationPort = Icmp.is(drop.protocol) ? 0 : PacketBatch.destinationPortOf(key);
    OverflowRows overflow = extras.overflow(drop.portIndex);
    overflow.add(direction, drop.protocol, destinationPort, counts);
    if (drop.direction == Direction.EGRESS) {
      overflow.takeOff(direction, drop.protocol, destinationPort, counts);
    }
    counters.add(AgentCounter.PACKETS_FOLDED, drop.packets);
  }
}
