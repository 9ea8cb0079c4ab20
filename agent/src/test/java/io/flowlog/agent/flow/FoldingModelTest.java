package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small tables under a flood: nothing is lost, and nobody but the flooder loses precision. */
class FoldingModelTest {
  private static final int PACKETS = 40_000;
  private static final int PORTS = 4;
  private static final int FLOODER = 0;
  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);
  private static final IntervalSchedule MINUTES =
      new IntervalSchedule(Duration.ofMinutes(1).toNanos());

  /** The flows of the quiet ports: five of IPv4 and five of IPv6 need 15 units. */
  private static final int QUIET_FLOWS = 10;

  private final CutRows rows = new CutRows();
  private final CounterSet counters = new CounterSet();

  @Test
  void shouldKeepSumsAndQuietPortsExactInTablesOfEverySize() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int unitsMax : new int[] {64, 65, 100, 128, 255, 512}) {
        flood(new Random(unitsMax * 1000L + round), unitsMax, false);
      }
    }
    assertTrue(counters.get(AgentCounter.PACKETS_FOLDED) > 0);
    assertTrue(counters.get(AgentCounter.CONNECTIONS_EVICTED) > 0);
    assertTrue(counters.get(AgentCounter.CONNECTIONS_EXPIRED) > 0);
  }

  @Test
  void shouldKeepSumsOfDropsAndQuietPortsExactInTablesOfEverySize() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int unitsMax : new int[] {64, 65, 100, 128, 255, 512}) {
        flood(new Random(unitsMax * 1001L + round), unitsMax, true);
      }
    }
    assertTrue(counters.get(AgentCounter.PACKETS_FOLDED) > 0);
    assertTrue(
        rows.cuts.stream()
            .flatMap(cut -> cut.overflow().stream())
            .anyMatch(view -> view.dropPoint() > 0));
  }

  private void flood(Random random, int unitsMax, boolean withDrops) {
    rows.cuts.clear();
    long unseenBefore = counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN);
    ConnectionTable table =
        new ConnectionTable(
            new TableSize(unitsMax, 1, random.nextLong()),
            RandomTraffic.TIMEOUTS,
            MINUTES,
            new CutTarget(rows, counters));
    ModelTable model = new ModelTable(MINUTES, RandomTraffic.TIMEOUTS);
    for (int port = 0; port < PORTS; port++) {
      table.addPort(port);
    }
    table.collectSetup(withDrops);
    model.collectSetup(withDrops);
    drive(random, table, model, withDrops);
    table.finish();
    model.finish();

    assertEquals(model.cuts.size(), rows.cuts.size());
    for (int cut = 0; cut < rows.cuts.size(); cut++) {
      compare(model.cuts.get(cut), model.sums.get(cut), rows.cuts.get(cut), withDrops);
    }
    long unseen = counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN) - unseenBefore;
    List<Map<ModelTable.Sum, ModelTable.Amounts>> sums =
        rows.cuts.stream().map(FoldingModelTest::sums).toList();
    assertEquals(packets(model.sums, -1), packets(sums, 0) - unseen);
  }

  /** Returns the packets of all sums; dropped ones that a virtual machine sent times a factor. */
  private static long packets(
      List<Map<ModelTable.Sum, ModelTable.Amounts>> sums, int factorOfDropped) {
    long packets = 0;
    for (Map<ModelTable.Sum, ModelTable.Amounts> ofCut : sums) {
      for (Map.Entry<ModelTable.Sum, ModelTable.Amounts> entry : ofCut.entrySet()) {
        boolean sent = entry.getKey().direction() == Direction.EGRESS.ordinal();
        int factor = !entry.getKey().dropped() ? 1 : sent ? factorOfDropped : 0;
        packets += factor * entry.getValue().packets();
      }
    }
    return packets;
  }

  private static void drive(
      Random random, ConnectionTable table, ModelTable model, boolean withDrops) {
    RandomTraffic traffic = new RandomTraffic(random, 40, 12);
    PacketBatch batch = new PacketBatch(32);
    for (int left = PACKETS; left > 0; left -= batch.size()) {
      if (random.nextInt(20) == 0) {
        traffic.nextBurst();
      }
      batch.clear();
      for (int count = random.nextInt(32) + 1; count > 0; count--) {
        boolean flooding = random.nextInt(4) != 0;
        PacketMaker packet = traffic.next(flooding ? FLOODER : 1 + random.nextInt(PORTS - 1));
        if (packet.portIndex != FLOODER) {
          calm(packet, random.nextInt(QUIET_FLOWS));
        }
        packet.appendTo(batch);
        model.packet(packet);
      }
      table.apply(batch);
      if (withDrops) {
        DropReport drop = traffic.drop();
        table.apply(drop);
        model.drop(traffic.packet, drop);
      }
      assertTrue(table.usedUnits() <= 510);
      table.sweep(random.nextInt(20));
      table.expire(traffic.nowNs(), random.nextInt(20));
    }
  }

  /** Turns a packet into one of a quiet port's few flows. */
  private static void calm(PacketMaker packet, int flow) {
    packet.protocol = flow % 2 == 0 ? 6 : 17;
    packet.tcpFlags = packet.protocol == 6 ? packet.tcpFlags | 16 : 0;
    packet.fragment = PacketMaker.WHOLE;
    packet.vlan = 0;
    packet.ipv6 = flow >= QUIET_FLOWS / 2;
    boolean toRemote = packet.direction != Direction.INGRESS;
    packet.sourceHigh = 0;
    packet.destinationHigh = 0;
    packet.sourceLow = toRemote ? 1 : 2;
    packet.destinationLow = toRemote ? 2 : 1;
    packet.sourcePort = toRemote ? flow : 443;
    packet.destinationPort = toRemote ? 443 : flow;
  }

  private static void compare(
      CutRows.Cut expected,
      Map<ModelTable.Sum, ModelTable.Amounts> sums,
      CutRows.Cut actual,
      boolean withDrops) {
    assertFalse(actual.overflow().stream().anyMatch(view -> view.portIndex() != FLOODER));
    assertEquals(expected.startNs(), actual.startNs());
    assertEquals(expected.endNs(), actual.endNs());
    ConnectionTableModelTest.assertSame(quiet(expected.rows()), quiet(actual.rows()));
    if (withDrops) {
      // Where an entry came or went between a packet and its drop, one row has what another lacks.
      expectSame(dropped(sums), dropped(sums(actual)));
    } else {
      expectSame(sums, sums(actual));
    }
  }

  private static Map<ModelTable.Sum, ModelTable.Amounts> dropped(
      Map<ModelTable.Sum, ModelTable.Amounts> sums) {
    Map<ModelTable.Sum, ModelTable.Amounts> dropped = new HashMap<>(sums);
    dropped.keySet().removeIf(sum -> !sum.dropped());
    return dropped;
  }

  private static void expectSame(
      Map<ModelTable.Sum, ModelTable.Amounts> expected,
      Map<ModelTable.Sum, ModelTable.Amounts> actual) {
    expected.forEach((sum, amounts) -> assertEquals(amounts, actual.get(sum), sum::toString));
    assertEquals(expected.keySet(), actual.keySet());
  }

  private static Map<CutRows.Key, CutRows.Row> quiet(Map<CutRows.Key, CutRows.Row> rows) {
    Map<CutRows.Key, CutRows.Row> quiet = new HashMap<>(rows);
    quiet.keySet().removeIf(key -> key.portIndex() == FLOODER);
    return quiet;
  }

  private static Map<ModelTable.Sum, ModelTable.Amounts> sums(CutRows.Cut cut) {
    Map<ModelTable.Sum, ModelTable.Amounts> sums = new HashMap<>();
    cut.rows()
        .forEach(
            (key, row) -> {
              for (List<CutRows.Side> sides : List.of(row.accepted(), row.dropped())) {
                add(sums, key, sides.get(0), key.remotePort());
                add(sums, key, sides.get(1), key.localPort());
              }
            });
    for (OverflowView view : cut.overflow()) {
      ModelTable.Sum sum =
          new ModelTable.Sum(
              view.dropPoint() != 0,
              view.portIndex(),
              view.direction(),
              view.protocol(),
              view.destinationPort());
      sums.computeIfAbsent(sum, any -> new ModelTable.Amounts()).add(view.packets(), view.bytes());
    }
    return sums;
  }

  private static void add(
      Map<ModelTable.Sum, ModelTable.Amounts> sums,
      CutRows.Key key,
      CutRows.Side side,
      int destinationPort) {
    if (side.packets() != 0) {
      ModelTable.Sum sum =
          new ModelTable.Sum(
              side.dropPoint() != 0,
              key.portIndex(),
              side.direction(),
              key.protocol(),
              Icmp.is(key.protocol()) ? 0 : destinationPort);
      sums.computeIfAbsent(sum, any -> new ModelTable.Amounts()).add(side.packets(), side.bytes());
    }
  }
}
