package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;

/** Which packets belong to the set-up of a connection. */
/*
 * TCP: all up to and including the one that makes the connection ESTABLISHED; of one that never
 * gets there, all. UDP and the rest: what the opener sends. ICMP: what is no answer.
 */
final class SetupFilter {
  private SetupFilter() {}

  /**
   * Tells whether a packet of a side belongs to the set-up.
   *
   * @param before the entry's state word before the packet
   * @param after the same with the packet taken into account
   */
  static boolean wants(long key, int side, long before, long after) {
    int protocol = PacketBatch.protocolOf(key);
    if (protocol == Entry.TCP) {
      return (before & after & Entry.OPENED) == 0;
    }
    return Icmp.is(protocol)
        ? !Icmp.isAnswer(protocol, PacketBatch.sourcePortOf(key))
        : Entry.initiator(after) == side + 1;
  }
}
