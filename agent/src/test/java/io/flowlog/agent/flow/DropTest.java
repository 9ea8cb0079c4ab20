package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.metrics.AgentCounter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Dropped packets beside seen ones: what was sent was seen, what was on its way was not. */
class DropTest {
  private static final int SYN = 2;
  private static final int ACK = 16;
  private static final long SECOND_NS = 1_000_000_000L;

  private final TableFixture fixture = new TableFixture(64, TableFixture.MINUTES);
  private final DropReport drop = new DropReport();

  /** Reports packets like the fixture's as dropped, so many seconds after the start. */
  private DropTest dropped(long packets, double seconds) {
    drop.portIndex = fixture.packet.portIndex;
    drop.direction = fixture.packet.direction;
    drop.ipv6 = fixture.packet.ipv6;
    drop.sourceHigh = fixture.packet.sourceHigh;
    drop.sourceLow = fixture.packet.sourceLow;
    drop.destinationHigh = fixture.packet.destinationHigh;
    drop.destinationLow = fixture.packet.destinationLow;
    drop.protocol = fixture.packet.protocol;
    drop.sourcePort = fixture.packet.sourcePort;
    drop.destinationPort = fixture.packet.destinationPort;
    drop.tcpFlags = fixture.packet.tcpFlags;
    drop.packets = packets;
    drop.bytes = packets * 100;
    drop.lastNs = TableFixture.START_NS + Math.round(seconds * 1e9);
    drop.firstNs = drop.lastNs;
    drop.dropPoint = 7;
    fixture.table.apply(drop);
    return this;
  }

  private DropTest egress() {
    fixture.packet.direction = Direction.EGRESS;
    return this;
  }

  private DropTest ingress() {
    fixture.packet.direction = Direction.INGRESS;
    return this;
  }

  private static void expect(long packets, CutRows.Side side) {
    assertEquals(List.of(packets, packets * 100), List.of(side.packets(), side.bytes()));
  }

  @Test
  void shouldTakeOffDropsOfWhatTheMachineSent() {
    egress();
    fixture.at(0).at(1).at(2);
    dropped(2, 1);
    CutRows.Row row = fixture.finishedRow();

    expect(3, row.local());
    expect(1, row.accepted().get(0));
    expect(2, row.dropped().get(0));
    assertEquals(7, row.dropped().get(0).dropPoint());
    assertEquals(TableFixture.START_NS + SECOND_NS, row.dropped().get(0).firstNs());
    expect(0, row.dropped().get(1));
    assertEquals(2, fixture.count(AgentCounter.PACKETS_DROPPED));
    assertEquals(0, fixture.count(AgentCounter.PACKETS_DROPPED_UNSEEN));
  }

  @Test
  void shouldTakeOffDropsThatAreReportedFirst() {
    egress().dropped(2, 1);
    fixture.at(0).at(1).at(2);
    CutRows.Row row = fixture.finishedRow();

    expect(1, row.accepted().get(0));
    expect(2, row.dropped().get(0));
    assertEquals(1, row.initiator());
  }

  @Test
  void shouldMakeRowsOfWhatNobodySaw() {
    ingress().dropped(4, 1);
    CutRows.Row row = fixture.finishedRow();

    expect(0, row.remote());
    expect(0, row.accepted().get(1));
    expect(4, row.dropped().get(1));
    assertEquals(Direction.INGRESS.ordinal(), row.dropped().get(1).direction());
    assertEquals(2, row.initiator());
  }

  @Test
  void shouldNotTakeOffDropsOfWhatCameIn() {
    ingress();
    fixture.at(0).at(1);
    dropped(4, 1);
    CutRows.Row row = fixture.finishedRow();

    expect(2, row.accepted().get(1));
    expect(4, row.dropped().get(1));
  }

  @Test
  void shouldTakeADroppedSynForAnAttemptOfItsSender() {
    fixture.protocol(6).packet.tcpFlags = SYN;
    ingress().dropped(3, 1);
    CutRows.Row row = fixture.finishedRow();

    assertEquals(TcpState.SYN_SENT, row.state());
    assertEquals(2, row.initiator());
    assertEquals(SYN, row.dropped().get(1).tcpFlags());
  }

  @Test
  void shouldNotTakeOtherDroppedPacketsForASetUp() {
    fixture.protocol(6).packet.tcpFlags = ACK;
    ingress().dropped(1, 1);
    CutRows.Row row = fixture.finishedRow();

    assertEquals(TcpState.NONE, row.state());
    assertEquals(0, row.initiator());
  }

  @Test
  void shouldLeaveAnOpenConnectionAsItIs() {
    fixture.protocol(6).packet.tcpFlags = ACK;
    ingress();
    fixture.at(0);
    fixture.packet.tcpFlags = SYN;
    dropped(1, 1);

    assertEquals(TcpState.MIDSTREAM, fixture.finishedRow().state());
  }

  @Test
  void shouldTakeTheFirstDroppedSenderForTheOpener() {
    ingress().dropped(1, 0);
    fixture.turnAround().at(1);
    assertEquals(2, fixture.finishedRow().initiator());
  }

  @Test
  void shouldBeginANewExchangeWithADropAfterTheTimeout() {
    egress();
    fixture.at(0);
    fixture.turnAround();
    dropped(1, 40);
    assertEquals(2, fixture.finishedRow().initiator());
  }

  @Test
  void shouldKeepAnExchangeAliveByItsDrops() {
    ingress().dropped(1, 59);
    fixture.table.advanceTo(TableFixture.START_NS + 60 * SECOND_NS);
    fixture.table.sweep(100);
    assertEquals(1, fixture.table.usedUnits());
    assertEquals(EndReason.NONE, fixture.rows.only().reason());

    fixture.table.expire(TableFixture.START_NS + 88 * SECOND_NS, 100);
    assertEquals(1, fixture.table.usedUnits());
    fixture.table.expire(TableFixture.START_NS + 90 * SECOND_NS, 100);
    assertEquals(0, fixture.table.usedUnits());
  }

  @Test
  void shouldNotForgetAnEntryWithDropsOnly() {
    ingress().dropped(1, 0);
    fixture.table.expire(TableFixture.START_NS + 59 * SECOND_NS, 100);
    assertEquals(1, fixture.table.usedUnits());
    dropped(2, 60);

    expect(1, fixture.rows.cuts.get(0).rows().values().iterator().next().dropped().get(1));
    expect(2, fixture.finishedRow().dropped().get(1));
  }

  @Test
  void shouldNeverAcceptLessThanNothing() {
    egress();
    fixture.at(0);
    dropped(5, 1);
    CutRows.Row row = fixture.finishedRow();

    expect(0, row.accepted().get(0));
    expect(5, row.dropped().get(0));
    assertEquals(4, fixture.count(AgentCounter.PACKETS_DROPPED_UNSEEN));
  }

  @Test
  void shouldCountAnOldDropInTheRunningSlice() {
    egress();
    fixture.at(61);
    dropped(1, 59);

    expect(0, fixture.finishedRow().accepted().get(0));
    assertEquals(1, fixture.count(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldTakeDroppedSetUpOffTheSetUp() {
    fixture.table.collectSetup(true);
    fixture.protocol(6).packet.tcpFlags = SYN;
    egress();
    fixture.at(0).at(1);
    dropped(1, 0);
    assertEquals(1, fixture.finishedRow().setup().get(0).packets());
  }

  @Test
  void shouldNotTakeDroppedDataOffTheSetUp() {
    fixture.table.collectSetup(true);
    fixture.protocol(6).packet.tcpFlags = SYN;
    egress();
    fixture.at(0);
    fixture.turnAround().packet.tcpFlags = SYN | ACK;
    fixture.at(1);
    fixture.turnAround().packet.tcpFlags = ACK;
    fixture.at(2).at(3).at(4);
    dropped(2, 4);
    CutRows.Row row = fixture.finishedRow();

    expect(2, row.setup().get(0));
    expect(2, row.accepted().get(0));
  }

  @Test
  void shouldNeverWantMoreSetUpThanGotThrough() {
    fixture.table.collectSetup(true);
    egress();
    fixture.at(0);
    dropped(3, 0);

    assertEquals(CutRows.NOTHING, fixture.finishedRow().setup().get(0));
  }

  @Test
  void shouldNotTakeOffWhereDirectionsAreUnknown() {
    fixture.at(0).at(1);
    dropped(1, 1);
    CutRows.Row row = fixture.finishedRow();

    expect(2, row.accepted().get(0));
    expect(1, row.dropped().get(0));
  }

  @Test
  void shouldFoldDropsOfAFullTable() {
    TableFixture full = new TableFixture(6, IntervalSchedule.whole());
    full.packet.direction = Direction.EGRESS;
    for (int flow = 1; flow <= 6; flow++) {
      full.ports(flow, 53).at(flow);
    }
    drop.direction = Direction.EGRESS;
    drop.protocol = 17;
    drop.destinationPort = 53;
    drop.packets = 1;
    drop.bytes = 100;
    drop.firstNs = TableFixture.START_NS + 7 * SECOND_NS;
    drop.lastNs = drop.firstNs;
    drop.dropPoint = 3;
    full.table.apply(drop);
    full.table.finish();

    List<OverflowView> folded = full.rows.last().overflow();
    assertEquals(List.of(0, 3), folded.stream().map(OverflowView::dropPoint).toList());
    assertEquals(List.of(1L, 1L), folded.stream().map(OverflowView::packets).toList());
    assertEquals(List.of(100L, 100L), folded.stream().map(OverflowView::bytes).toList());
    assertTrue(folded.get(0).lastNs() < folded.get(1).firstNs());
  }

  @Test
  void shouldTakeNoMemoryUntilTheFirstDrop() {
    TableMemory memory = new TableMemory(1 << 20);
    assertEquals(0, memory.drops().usedBytes());
    assertEquals(0, memory.setup().usedBytes());

    memory.drops().add(77_777, 1, new SideCounts());
    assertEquals(1 << 20, memory.drops().usedBytes());
    memory.drops().add((1 << 20) - 1, 0, new SideCounts());
    assertEquals(2 << 20, memory.drops().usedBytes());
    assertEquals((long) SideCounters.UNIT_BYTES << 14, 1 << 20);
  }
}
