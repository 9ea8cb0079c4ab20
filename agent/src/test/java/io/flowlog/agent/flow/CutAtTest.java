package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.AgentCounter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Slices that end when their owner wants, other schedules, and ports that go. */
class CutAtTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MINUTE_NS = 60 * SECOND_NS;
  private static final long START_NS = TableFixture.START_NS;

  private final TableFixture fixture = new TableFixture(64, TableFixture.MINUTES);
  private final ConnectionTable table = fixture.table;

  /** Finishes; returns start and end of every slice in seconds since the fixture's start. */
  private List<List<Long>> slices() {
    table.finish();
    return fixture.rows.cuts.stream()
        .map(
            cut ->
                List.of(
                    (cut.startNs() - START_NS) / SECOND_NS, (cut.endNs() - START_NS) / SECOND_NS))
        .toList();
  }

  private long packets(int cut) {
    return fixture.rows.cuts.get(cut).rows().values().stream()
        .mapToLong(row -> row.local().packets() + row.remote().packets())
        .sum();
  }

  @Test
  void shouldEndASliceEarlyAndGoOnToTheBoundary() {
    fixture.at(1);
    assertEquals(START_NS + 20 * SECOND_NS, table.cutAt(START_NS + 20 * SECOND_NS));
    fixture.at(21).at(60);

    assertEquals(List.of(List.of(0L, 20L), List.of(20L, 60L), List.of(60L, 120L)), slices());
    assertEquals(List.of(1L, 1L, 1L), List.of(packets(0), packets(1), packets(2)));
  }

  @Test
  void shouldCountOlderPacketsInTheSliceBehindTheCut() {
    fixture.at(1);
    table.cutAt(START_NS + 20 * SECOND_NS);
    fixture.at(19);

    assertEquals(List.of(List.of(0L, 20L), List.of(20L, 60L)), slices());
    assertEquals(1, packets(1));
    assertEquals(1, fixture.count(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldTellOfSlicesInWhichNothingHappened() {
    fixture.at(1).at(200);
    assertEquals(
        List.of(List.of(0L, 60L), List.of(60L, 120L), List.of(120L, 180L), List.of(180L, 240L)),
        slices());
    assertEquals(List.of(1L, 0L, 0L, 1L), List.of(packets(0), packets(1), packets(2), packets(3)));
  }

  @Test
  void shouldTellOfNoSilenceLongerThanADayOfSlices() {
    fixture.at(1).at(1441 * 60 - 1);
    fixture.at(2 * 1441 * 60);
    List<List<Long>> slices = slices();
    assertEquals(List.of(1440 * 60L, 1441 * 60L), slices.get(1440));
    assertEquals(List.of(2 * 1441 * 60L, (2 * 1441 + 1) * 60L), slices.get(1441));
  }

  @Test
  void shouldEndASliceBehindItsNewestPacket() {
    fixture.at(30);
    assertEquals(START_NS + 30 * SECOND_NS + 1, table.cutAt(START_NS + 20 * SECOND_NS));
  }

  @Test
  void shouldBeginTheFirstSlice() {
    assertEquals(START_NS + 20 * SECOND_NS, table.cutAt(START_NS + 20 * SECOND_NS));
    table.advanceTo(START_NS + 60 * SECOND_NS);

    assertEquals(List.of(List.of(20L, 60L), List.of(60L, 120L)), slices());
  }

  @Test
  void shouldNotCutTwiceAtOneTime() {
    fixture.at(1);
    table.cutAt(START_NS + 20 * SECOND_NS);
    assertEquals(START_NS + 20 * SECOND_NS, table.cutAt(START_NS + 20 * SECOND_NS));

    assertEquals(2, slices().size());
  }

  @Test
  void shouldNotMixWhatCameLateWithWhatFollowsASecondCut() {
    fixture.at(1);
    table.cutAt(START_NS + 20 * SECOND_NS);
    fixture.at(19);
    assertEquals(START_NS + 20 * SECOND_NS + 1, table.cutAt(START_NS + 20 * SECOND_NS));
    table.finish();

    assertEquals(List.of(1L, 1L, 0L), List.of(packets(0), packets(1), packets(2)));
  }

  @Test
  void shouldCutAtTheBoundaryFirstWhenItHasPassed() {
    fixture.at(1);
    table.cutAt(START_NS + 80 * SECOND_NS);

    assertEquals(List.of(List.of(0L, 60L), List.of(60L, 80L), List.of(80L, 120L)), slices());
  }

  @Test
  void shouldCutAtAPassedBoundaryOnlyOnce() {
    fixture.at(1);
    table.cutAt(START_NS + 60 * SECOND_NS);

    assertEquals(List.of(List.of(0L, 60L), List.of(60L, 120L)), slices());
  }

  @Test
  void shouldCutTheSliceThatHasNoEnd() {
    TableFixture whole = new TableFixture(64, IntervalSchedule.whole());
    whole.at(0);
    whole.table.cutAt(START_NS + 5 * SECOND_NS);
    whole.at(6);
    whole.table.finish();

    assertEquals(START_NS + 5 * SECOND_NS, whole.rows.cuts.get(0).endNs());
    assertEquals(START_NS + 5 * SECOND_NS, whole.rows.cuts.get(1).startNs());
  }

  @Test
  void shouldFollowAnotherScheduleFromTheNextSliceOn() {
    fixture.at(1);
    table.changeSchedule(new IntervalSchedule(10 * SECOND_NS));
    fixture.at(59);
    table.cutAt(START_NS + 61 * SECOND_NS);
    fixture.at(62).at(70);

    assertEquals(
        List.of(List.of(0L, 60L), List.of(60L, 61L), List.of(61L, 70L), List.of(70L, 80L)),
        slices());
  }

  @Test
  void shouldNeverBeginASliceInsideAnother() {
    fixture.at(1).at(61);
    table.changeSchedule(new IntervalSchedule(60 * MINUTE_NS));
    fixture.at(121);
    table.finish();

    assertEquals(START_NS + 120 * SECOND_NS, fixture.rows.last().startNs());
  }

  @Test
  void shouldFreeARemovedPortWithTheCutThatReportsIt() {
    table.addPort(1);
    fixture.at(1);
    fixture.packet.portIndex = 1;
    fixture.protocol(6).at(1);
    table.removePort(0);
    assertFalse(table.isPortGone(0));
    assertFalse(table.isPortGone(1), "it was never removed");

    fixture.at(61);
    assertFalse(table.isPortGone(0), "its rows are not out yet");
    table.sweep(100);
    assertTrue(table.isPortGone(0));
    assertEquals(1, table.usedUnits());
    assertEquals(2, fixture.rows.cuts.get(0).rows().size());
  }

  @Test
  void shouldNotFreeAPortBeforeItsSliceIsComplete() {
    table.addPort(1);
    fixture.packet.portIndex = 1;
    fixture.at(1);
    table.removePort(0);
    assertFalse(table.isPortGone(0), "it may have folded rows");
    fixture.at(61);
    assertFalse(table.isPortGone(0));
    table.sweep(100);
    assertTrue(table.isPortGone(0));
  }

  @Test
  void shouldNotKnowThePastOfANumberThatIsGivenAgain() {
    fixture.packet.vlan = 5;
    fixture.at(1);
    table.removePort(0);
    table.cutAt(START_NS + 2 * SECOND_NS);
    table.sweep(100);
    assertTrue(table.isPortGone(0));
    table.addPort(0);
    assertFalse(table.isPortGone(0));
    fixture.packet.vlan = 6;
    fixture.at(3);

    assertEquals(1, fixture.finishedRow().local().packets());
  }
}
