package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.time.Duration;

/** A small connection table and a packet to fill in. Owned by one test. */
final class TableFixture {
  /** The start of a minute. */
  static final long START_NS = 1_700_000_040_000_000_000L;

  static final IntervalSchedule MINUTES = new IntervalSchedule(Duration.ofMinutes(1).toNanos());

  final CutRows rows = new CutRows();
  final PacketMaker packet = new PacketMaker();
  final ConnectionTable table;
  private final CounterSet counters = new CounterSet();
  private final PacketBatch batch = new PacketBatch(1);

  TableFixture(int unitsMax, IntervalSchedule schedule) {
    FlowConfig.Timeouts timeouts = FlowConfig.Timeouts.defaults();
    table =
        new ConnectionTable(
            new TableSize(unitsMax, 1, 99), timeouts, schedule, new CutTarget(rows, counters));
    table.addPort(0);
    packet.bytes = 100;
    packet.sourceLow = 1;
    packet.destinationLow = 2;
    packet.protocol = 17;
    packet.sourcePort = 1000;
    packet.destinationPort = 53;
  }

  long count(AgentCounter counter) {
    return counters.get(counter);
  }

  /** Makes the packet one of a protocol. */
  TableFixture protocol(int protocol) {
    packet.protocol = protocol;
    packet.tcpFlags = protocol == 6 ? 16 : 0;
    return this;
  }

  TableFixture ports(int sourcePort, int destinationPort) {
    packet.sourcePort = sourcePort;
    packet.destinationPort = destinationPort;
    return this;
  }

  TableFixture ipv6(boolean ipv6) {
    packet.ipv6 = ipv6;
    packet.sourceHigh = ipv6 ? 0xfd00L << 48 : 0;
    packet.destinationHigh = packet.sourceHigh;
    return this;
  }

  /** Exchanges source and destination. */
  TableFixture turnAround() {
    long address = packet.sourceLow;
    packet.sourceLow = packet.destinationLow;
    packet.destinationLow = address;
    if (packet.protocol != 1) {
      int sourcePort = packet.sourcePort;
      packet.sourcePort = packet.destinationPort;
      packet.destinationPort = sourcePort;
    }
    packet.direction =
        switch (packet.direction) {
          case UNKNOWN -> Direction.UNKNOWN;
          case INGRESS -> Direction.EGRESS;
          case EGRESS -> Direction.INGRESS;
        };
    return this;
  }

  /** Gives the packet to the table, so many seconds after the start. */
  TableFixture at(double seconds) {
    return atTime(START_NS + Math.round(seconds * 1e9));
  }

  TableFixture atTime(long timestampNs) {
    packet.timestampNs = timestampNs;
    batch.clear();
    packet.appendTo(batch);
    table.apply(batch);
    return this;
  }

  CutRows.Row finishedRow() {
    table.finish();
    return rows.only();
  }
}
