package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The connection table beside a model of maps, over millions of random packets. */
class ConnectionTableModelTest {
  private static final int PACKETS = 500_000;
  private static final int PORTS = 4;
  private static final int BURST_PACKETS = 3000;
  private static final long MINUTE_NS = Duration.ofMinutes(1).toNanos();
  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);

  @Test
  void shouldEqualTheModelInIntervalsOfAMinute() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(100 + round), new IntervalSchedule(MINUTE_NS), 1);
    }
  }

  @Test
  void shouldEqualTheModelInIntervalsOfASecond() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(200 + round), new IntervalSchedule(Duration.ofSeconds(1).toNanos()), 9999);
    }
  }

  @Test
  void shouldEqualTheModelInOneIntervalForEverything() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(300 + round), IntervalSchedule.whole(), 1);
    }
  }

  @Test
  void shouldEqualTheModelWhenEverythingChangesWhileRunning() {
    for (int round = 0; round < 2 * ROUNDS; round++) {
      Random random = new Random(400 + round);
      CutRows rows = compare(random, new IntervalSchedule(MINUTE_NS), 1, new Changes(random));
      assertTrue(rows.cuts.stream().anyMatch(cut -> hasRow(cut, row -> !row.setup().isEmpty())));
      assertTrue(rows.cuts.stream().anyMatch(cut -> hasRow(cut, row -> row.setup().isEmpty())));
      assertTrue(
          rows.cuts.stream()
              .anyMatch(cut -> hasRow(cut, row -> row.dropped().get(0).packets() > 0)));
    }
  }

  private static boolean hasRow(CutRows.Cut cut, Predicate<CutRows.Row> wanted) {
    return cut.rows().values().stream().anyMatch(wanted);
  }

  private static void compare(Random random, IntervalSchedule schedule, int entriesExpected) {
    compare(random, schedule, entriesExpected, null);
  }

  private static CutRows compare(
      Random random, IntervalSchedule schedule, int entriesExpected, @Nullable Changes changes) {
    CutRows rows = new CutRows();
    CounterSet counters = new CounterSet();
    ConnectionTable table =
        new ConnectionTable(
            new TableSize(1 << 17, entriesExpected, random.nextLong()),
            RandomTraffic.TIMEOUTS,
            schedule,
            new CutTarget(rows, counters));
    ModelTable model = new ModelTable(schedule, RandomTraffic.TIMEOUTS);
    for (int port = 0; port < PORTS; port++) {
      table.addPort(port);
    }
    drive(random, table, model, changes);
    table.finish();
    model.finish();

    assertEquals(0, counters.get(AgentCounter.PACKETS_FOLDED));
    assertTrue(counters.get(AgentCounter.FRAGMENTS_JOINED) > 0);
    assertTrue(counters.get(AgentCounter.PACKETS_OUT_OF_ORDER) > 0 || schedule.isWhole());
    assertEquals(model.cuts.size(), rows.cuts.size());
    Set<TcpState> states = EnumSet.noneOf(TcpState.class);
    for (int cut = 0; cut < rows.cuts.size(); cut++) {
      assertSame(model.cuts.get(cut), rows.cuts.get(cut));
      rows.cuts.get(cut).rows().values().forEach(row -> states.add(row.state()));
    }
    assertEquals(model.unseen, counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN));
    assertTrue(states.size() >= TcpState.values().length - 2, () -> "only " + states);
    return rows;
  }

  private static void drive(
      Random random, ConnectionTable table, ModelTable model, @Nullable Changes changes) {
    RandomTraffic traffic = new RandomTraffic(random, 2, 3);
    PacketBatch batch = new PacketBatch(64);
    for (int left = PACKETS; left > 0; left -= Math.max(1, batch.size())) {
      if (random.nextInt(BURST_PACKETS / 32) == 0) {
        traffic.nextBurst();
        if (random.nextBoolean()) {
          table.advanceTo(traffic.nowNs());
          model.advanceTo(traffic.nowNs());
        }
      }
      batch.clear();
      for (int count = random.nextInt(64) + 1; count > 0; count--) {
        PacketMaker packet = traffic.next(random.nextInt(PORTS));
        if (changes == null || changes.isPresent(packet.portIndex)) {
          packet.appendTo(batch);
          model.packet(packet);
        }
      }
      table.apply(batch);
      if (changes != null) {
        changes.next(table, model, traffic);
      }
      table.sweep(random.nextInt(2000));
      table.expire(traffic.nowNs(), random.nextInt(200));
    }
  }

  /** What an owner does to a running table, by dice. Owned by one test. */
  private static final class Changes {
    private static final List<IntervalSchedule> SCHEDULES =
        List.of(
            new IntervalSchedule(MINUTE_NS),
            new IntervalSchedule(2 * MINUTE_NS, 3 * MINUTE_NS),
            new IntervalSchedule(MINUTE_NS / 6, MINUTE_NS / 4, 15 * MINUTE_NS),
            IntervalSchedule.whole());

    private final Random random;
    private final boolean[] removed = new boolean[PORTS];

    Changes(Random random) {
      this.random = random;
    }

    boolean isPresent(int portIndex) {
      return !removed[portIndex];
    }

    void next(ConnectionTable table, ModelTable model, RandomTraffic traffic) {
      if (isPresent(traffic.packet.portIndex)) {
        drop(table, model, traffic);
      }
      switch (random.nextInt(80)) {
        case 0 -> {
          IntervalSchedule schedule = SCHEDULES.get(random.nextInt(SCHEDULES.size()));
          table.changeSchedule(schedule);
          model.changeSchedule(schedule);
        }
        case 1 -> {
          boolean collects = random.nextInt(3) != 0;
          table.collectSetup(collects);
          model.collectSetup(collects);
        }
        case 2, 3 -> {
          long cutNs = traffic.nowNs() + random.nextInt(40_000_000) - 20_000_000;
          assertEquals(model.cutAt(cutNs), table.cutAt(cutNs));
        }
        case 4, 5 -> changePort(random.nextInt(PORTS), table, model);
        default -> {}
      }
    }

    private void drop(ConnectionTable table, ModelTable model, RandomTraffic traffic) {
      for (int count = random.nextInt(3); count > 0; count--) {
        if (random.nextBoolean()) {
          // Dropped before anybody saw it.
          traffic.next(traffic.packet.portIndex).fragment = PacketMaker.WHOLE;
        }
        DropReport drop = traffic.drop();
        table.apply(drop);
        model.drop(traffic.packet, drop);
      }
    }

    private void changePort(int portIndex, ConnectionTable table, ModelTable model) {
      if (!removed[portIndex]) {
        table.removePort(portIndex);
        model.removePort(portIndex);
        removed[portIndex] = true;
      } else if (table.isPortGone(portIndex)) {
        table.addPort(portIndex);
        model.addPort(portIndex);
        removed[portIndex] = false;
      }
    }
  }

  static void assertSame(CutRows.Cut expected, CutRows.Cut actual) {
    assertEquals(expected.startNs(), actual.startNs());
    assertEquals(expected.endNs(), actual.endNs());
    assertSame(expected.rows(), actual.rows());
  }

  static void assertSame(
      Map<CutRows.Key, CutRows.Row> expected, Map<CutRows.Key, CutRows.Row> actual) {
    if (!expected.equals(actual)) {
      Set<CutRows.Key> keys = new HashSet<>(expected.keySet());
      keys.addAll(actual.keySet());
      for (CutRows.Key key : keys) {
        assertEquals(expected.get(key), actual.get(key), key::toString);
      }
    }
  }
}
