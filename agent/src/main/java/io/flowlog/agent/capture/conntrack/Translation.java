package io.flowlog.agent.capture.conntrack;

import io.flowlog.bridge.TrackedConnection;

/**
 * A connection whose addresses or ports this host translates. Immutable.
 *
 * @param id what tells it from others that follow it with the same addresses and ports
 * @param zone the space of addresses that it is in
 * @param original what the packets of who opened it carry before they are translated
 * @param translated what the same packets carry then
 */
public record Translation(int id, int zone, Tuple original, Tuple translated) {
  static Translation of(TrackedConnection connection) {
    boolean ipv6 = connection.isIpv6();
    return new Translation(
        connection.id(),
        connection.zone(),
        Tuple.of(connection.original(), ipv6),
        Tuple.of(connection.reply(), ipv6).reverse());
  }
}
