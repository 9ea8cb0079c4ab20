package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The connection table beside a model of maps, over millions of random packets. */
class ConnectionTableModelTest {
  private static final int PACKETS = 500_000;
  private static final int PORTS = 4;
  private static final int BURST_PACKETS = 3000;
  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);

  @Test
  void shouldEqualTheModelInIntervalsOfAMinute() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(100 + round), new IntervalSchedule(Duration.ofMinutes(1).toNanos()), 1);
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

  private static void compare(Random random, IntervalSchedule schedule, int entriesExpected) {
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
    drive(random, table, model);
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
    assertTrue(states.size() >= TcpState.values().length - 2, () -> "only " + states);
  }

  private static void drive(Random random, ConnectionTable table, ModelTable model) {
    RandomTraffic traffic = new RandomTraffic(random, 2, 3);
    PacketBatch batch = new PacketBatch(64);
    for (int left = PACKETS; left > 0; left -= batch.size()) {
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
        packet.appendTo(batch);
        model.packet(packet);
      }
      table.apply(batch);
      table.sweep(random.nextInt(2000));
      table.expire(traffic.nowNs(), random.nextInt(200));
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
