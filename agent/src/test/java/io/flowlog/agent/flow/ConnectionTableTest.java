package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import org.junit.jupiter.api.Test;

/** Exchanges, intervals, fragments and full tables, by name. */
class ConnectionTableTest {
  private final TableFixture whole = new TableFixture(64, IntervalSchedule.whole());
  private final TableFixture minutes = new TableFixture(64, TableFixture.MINUTES);

  @Test
  void shouldTakeTheFirstSenderForTheOpener() {
    assertEquals(1, whole.at(0).turnAround().at(1).finishedRow().initiator());
    assertEquals(2, minutes.turnAround().at(0).turnAround().at(1).finishedRow().initiator());
  }

  @Test
  void shouldTakeTheFirstSenderAfterTheTimeoutForTheOpener() {
    whole.at(0).turnAround();
    assertEquals(2, whole.at(31).finishedRow().initiator());
  }

  @Test
  void shouldKeepAnsweredExchangeForLonger() {
    whole.at(0).turnAround().at(1).at(120).finishedRow();
    assertEquals(1, whole.rows.only().initiator());

    whole.turnAround().at(200).turnAround().at(201);
    assertEquals(2, whole.at(322).finishedRow().initiator());
  }

  @Test
  void shouldKeepTypesOfIcmpApart() {
    whole.protocol(1).ports(8, 0).at(0);
    whole.turnAround().ports(0, 0).at(1);
    whole.table.finish();

    assertEquals(2, whole.rows.last().rows().size());
    assertTrue(whole.rows.last().rows().values().stream().allMatch(row -> row.setupUs() == -1));
  }

  @Test
  void shouldTellIcmpRequestsFromAnswers() {
    for (int type : new int[] {8, 13, 15, 17, 10}) {
      assertFalse(Icmp.isAnswer(1, type), "ICMP " + type);
    }
    for (int type : new int[] {0, 3, 5, 11, 12, 14, 16, 18, 9}) {
      assertTrue(Icmp.isAnswer(1, type), "ICMP " + type);
    }
    for (int type : new int[] {128, 130, 133, 135, 139}) {
      assertFalse(Icmp.isAnswer(58, type), "ICMPv6 " + type);
    }
    for (int type : new int[] {1, 2, 3, 4, 127, 129, 131, 132, 134, 136, 140}) {
      assertTrue(Icmp.isAnswer(58, type), "ICMPv6 " + type);
    }
  }

  @Test
  void shouldCountBothSidesInOneRow() {
    whole.packet.direction = Direction.INGRESS;
    CutRows.Row row = whole.at(0).turnAround().at(1).at(3).finishedRow();

    assertEquals(2, row.local().packets());
    assertEquals(200, row.local().bytes());
    assertEquals(Direction.EGRESS.ordinal(), row.local().direction());
    assertEquals(1, row.remote().packets());
    assertEquals(Direction.INGRESS.ordinal(), row.remote().direction());
    assertEquals(TableFixture.START_NS, row.remote().firstNs());
    assertEquals(TableFixture.START_NS + 3_000_000_000L, row.local().lastNs());
  }

  @Test
  void shouldKeepTheSameTupleInBothDirectionsApart() {
    whole.packet.direction = Direction.EGRESS;
    whole.at(0);
    whole.packet.direction = Direction.INGRESS;
    whole.at(1);
    whole.table.finish();

    assertEquals(2, whole.rows.last().rows().size());
  }

  @Test
  void shouldCutAtTheBoundaryByTheTimesOfThePackets() {
    minutes.at(59.999999999).at(60);
    assertEquals(1, minutes.rows.cuts.size());
    minutes.table.finish();

    assertEquals(2, minutes.rows.cuts.size());
    assertEquals(1, minutes.rows.cuts.get(0).rows().values().iterator().next().local().packets());
    assertEquals(TableFixture.START_NS + 60_000_000_000L, minutes.rows.last().startNs());
  }

  @Test
  void shouldCountAnOldPacketInTheRunningInterval() {
    CutRows.Row row = minutes.at(61).at(59).finishedRow();

    assertEquals(2, row.local().packets());
    assertEquals(TableFixture.START_NS + 59_000_000_000L, row.local().firstNs());
    assertEquals(1, minutes.count(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldKeepOneIntervalOpenWhateverTheClockSays() {
    whole.at(0);
    for (int i = 0; i < 3; i++) {
      whole.atTime(Long.MAX_VALUE);
    }
    assertEquals(4, whole.finishedRow().local().packets());
    assertEquals(1, whole.rows.cuts.size());
    assertEquals(Long.MAX_VALUE, whole.rows.last().endNs());
  }

  @Test
  void shouldCountMorePacketsThanThirtyTwoBitsHold() {
    whole.packet.packets = (1 << 17) - 1;
    whole.packet.bytes = (1L << 34) - 1;
    int times = 100_000;
    for (int i = 0; i < times; i++) {
      whole.at(i);
      whole.turnAround().at(i).turnAround();
    }
    CutRows.Row row = whole.finishedRow();

    assertEquals(((1L << 17) - 1) * times, row.local().packets());
    assertEquals(((1L << 17) - 1) * times, row.remote().packets());
    assertEquals(((1L << 34) - 1) * times, row.local().bytes());
    assertEquals(TableFixture.START_NS, row.local().firstNs());
    assertTrue(row.local().packets() > 1L << 32);
  }

  @Test
  void shouldForgetCarriesAtTheCut() {
    minutes.packet.packets = (1 << 17) - 1;
    for (int i = 0; i < 40_000; i++) {
      minutes.at(0);
    }
    minutes.packet.packets = 1;

    assertEquals(1, minutes.at(60).finishedRow().local().packets());
  }

  @Test
  void shouldCountLaterFragmentsWithTheirFirst() {
    fragment(PacketMaker.FIRST_FRAGMENT, 1000, 53).at(0);
    fragment(PacketMaker.LATER_FRAGMENT, 0, 0).at(1);

    assertEquals(2, whole.finishedRow().local().packets());
    assertEquals(1, whole.count(AgentCounter.FRAGMENTS_JOINED));
  }

  @Test
  void shouldCountOrphanedFragmentsWithoutPorts() {
    fragment(PacketMaker.LATER_FRAGMENT, 0, 0).at(1);
    whole.table.finish();

    assertEquals(0, whole.rows.last().rows().keySet().iterator().next().localPort());
    assertEquals(1, whole.count(AgentCounter.FRAGMENTS_ORPHANED));
  }

  private TableFixture fragment(int kind, int sourcePort, int destinationPort) {
    whole.packet.fragment = kind;
    whole.packet.sequence = 77;
    return whole.ports(sourcePort, destinationPort);
  }

  @Test
  void shouldNotLoseTheCountersOfAnEntryThatMovesDuringASweep() {
    TableFixture tiny = new TableFixture(8, TableFixture.MINUTES);
    tiny.protocol(17).ports(1, 1).at(0); // unit 2, silent at the boundary
    tiny.protocol(6).ports(2, 1).at(0);
    tiny.protocol(17).ports(3, 1).at(0); // unit 4, the same
    tiny.protocol(6).ports(4, 1).at(0); // unit 5, will move
    tiny.ports(5, 1).at(0).ports(6, 1).at(0);
    tiny.ports(2, 1).at(60);
    tiny.table.sweep(3);
    assertEquals(4, tiny.table.usedUnits());
    tiny.ipv6(true).ports(7, 1).at(61);
    tiny.table.finish();

    assertEquals(0, tiny.count(AgentCounter.PACKETS_FOLDED));
    assertEquals(6, tiny.rows.cuts.get(0).rows().size());
    assertEquals(2, tiny.rows.cuts.get(1).rows().size());
  }

  @Test
  void shouldEvictTwoIdleEntriesForOneOfIpv6() {
    TableFixture tiny = new TableFixture(6, TableFixture.MINUTES);
    tiny.protocol(6);
    for (int flow = 1; flow <= 4; flow++) {
      tiny.ports(flow, 1).at(0);
    }
    tiny.table.advanceTo(TableFixture.START_NS + 60_000_000_000L);
    tiny.table.sweep(100);
    tiny.ipv6(true).at(61);

    assertEquals(2, tiny.count(AgentCounter.CONNECTIONS_EVICTED));
    assertEquals(0, tiny.count(AgentCounter.PACKETS_FOLDED));
  }

  @Test
  void shouldGiveAPortThatJoinsLateWhatIsFreeOfItsShare() {
    TableFixture crowded = new TableFixture(64, IntervalSchedule.whole());
    for (int flow = 0; flow < 60; flow++) {
      crowded.ports(flow, 1).at(0);
    }
    crowded.table.addPort(1);
    crowded.packet.portIndex = 1;
    crowded.at(1).ports(1, 2).at(1);
    assertEquals(0, crowded.count(AgentCounter.PACKETS_FOLDED));

    crowded.packet.portIndex = 0;
    crowded.ports(1, 3).at(1);
    assertEquals(1, crowded.count(AgentCounter.PACKETS_FOLDED));
  }

  @Test
  void shouldFoldWithoutDestinationPortBehindTheExactRows() {
    TableFixture flooded = new TableFixture(8, IntervalSchedule.whole());
    for (int flow = 0; flow < 1000; flow++) {
      flooded.ports(1, flow).at(flow);
    }
    flooded.ports(1, 100).at(1000);
    flooded.table.finish();

    assertEquals(6, flooded.rows.last().rows().size());
    assertEquals(257, flooded.rows.last().overflow().size());
    OverflowView any = flooded.rows.last().overflow().get(256);
    assertEquals(-1, any.destinationPort());
    assertEquals(1000 - 6 - 256, any.packets());
    assertEquals(TableFixture.START_NS + 999_000_000_000L, any.lastNs());
    OverflowView exact = flooded.rows.last().overflow().get(94);
    assertEquals(100, exact.destinationPort());
    assertEquals(2, exact.packets());
  }

  @Test
  void shouldForgetSilentConnectionsByAndBy() {
    minutes.at(0);
    minutes.table.advanceTo(TableFixture.START_NS + 60_000_000_000L);
    assertEquals(1, minutes.table.usedUnits());
    assertTrue(minutes.table.sweep(100) > 0);
    assertFalse(minutes.rows.isOpen());

    assertEquals(0, minutes.table.usedUnits());
    assertEquals(1, minutes.count(AgentCounter.CONNECTIONS_EXPIRED));
    assertEquals(EndReason.TIMEOUT, minutes.rows.only().reason());
  }

  @Test
  void shouldExpireIdleConnectionsWithinAnInterval() {
    minutes.protocol(6).at(0);
    minutes.packet.tcpFlags = 4;
    minutes.at(55);
    minutes.table.advanceTo(TableFixture.START_NS + 60_000_000_000L);
    minutes.table.sweep(100);
    minutes.table.expire(TableFixture.START_NS + 64_000_000_000L, 100);
    assertEquals(1, minutes.table.usedUnits());
    minutes.table.expire(TableFixture.START_NS + 66_000_000_000L, 100);

    assertEquals(0, minutes.table.usedUnits());
  }
}
