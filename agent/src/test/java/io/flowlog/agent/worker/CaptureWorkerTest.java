package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a capture worker makes of several sources, on a clock that the test turns. */
class CaptureWorkerTest {
  private static final long MS = 1_000_000;
  private static final long UNIT_NS = 1000 * MS;
  private static final long START_NS = 1_800_000_000L * UNIT_NS;
  private static final LoggingPort PORT_1 = ReplayFixture.port(1, "02:00:00:00:00:01");
  private static final LoggingPort PORT_2 = ReplayFixture.port(2, "02:00:00:00:00:02");
  private static final FlowLogger LOGGER = new ReplayFixture(Path.of("")).logger();

  private final CounterSet counters = new CounterSet();
  private final Slices slices = new Slices();
  private final OrderSlot orders = new OrderSlot();
  private final List<MadeSource> sources = new ArrayList<>();
  private final CaptureWorker worker =
      new CaptureWorker(
          new Pipeline(
              new PipelineSettings(
                  UNIT_NS,
                  TableSize.growing(1 << 20, 7),
                  FlowConfig.Timeouts.defaults(),
                  new ExcludedNetworks(List.of()),
                  Ownership.BY_SOURCE,
                  false),
              slices,
              counters),
          orders,
          null,
          null,
          OptionalLong.empty());
  private long nowNs = START_NS;
  private long tickNs;

  /** Notes for each slice, by its start in milliseconds, what rows say of each port. */
  private static final class Slices implements SliceSink {
    final Map<Long, Map<Integer, Long>> packets = new TreeMap<>();
    final Map<Long, Map<Integer, Long>> lost = new TreeMap<>();
    private final FlowRecord row = new FlowRecord();
    private long startMs;
    private Map<Integer, Long> inSlice = Map.of();

    static long sum(Map<Integer, Long> numbers) {
      return numbers.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void onPlan(NumberedPlan plan) {}

    @Override
    public void onDropPoint(String name) {}

    @Override
    public void onSliceStart(long startNs, long endNs) {
      startMs = (startNs - START_NS) / MS;
      inSlice = new TreeMap<>();
      assertNull(packets.put(startMs, inSlice), "a second slice that starts at " + startMs);
    }

    @Override
    public void onBatch(RecordBatch batch) {
      for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
        row.at(batch.data(), at);
        if (row.ipVersion() == 0) {
          lost.computeIfAbsent(startMs, ms -> new TreeMap<>())
              .merge(row.portIndex(), row.lostPackets(), Long::sum);
        } else {
          inSlice.merge(row.portIndex(), row.packets(), Long::sum);
        }
      }
    }

    @Override
    public void onSliceComplete(long packets) {}
  }

  private MadeSource attach(LoggingPort port, LoggingPort... others) throws IOException {
    MadeSource source = new MadeSource();
    sources.add(source);
    List<LoggingPort> ports = new ArrayList<>(List.of(others));
    ports.add(port);
    orders.put(
        new CaptureOrder(
            nowNs,
            new CapturePlan(List.of(LOGGER), ports),
            List.of(new CaptureOrder.PortSource(port, source)),
            List.of(),
            List.of(),
            WatchedPorts.NONE,
            false));
    passTime(CaptureWorker.HAND_OVER_NS + 10 * MS);
    assertTrue(orders.isFree());
    return source;
  }

  private void passTime(long ns) throws IOException {
    for (long until = tickNs + ns; tickNs < until; ) {
      tick(10 * MS);
    }
  }

  private void tick(long ns) throws IOException {
    nowNs += ns;
    tickNs += ns;
    turn();
  }

  private void turn() throws IOException {
    boolean busy;
    do {
      for (MadeSource source : sources) {
        if (!source.closed) {
          source.at(nowNs);
        }
      }
      busy = worker.doWork(nowNs, tickNs);
    } while (busy);
    for (LiveSource source = orders.pollRetired(); source != null; source = orders.pollRetired()) {
      ((MadeSource) source).close();
    }
  }

  @Test
  void shouldWaitForFramesThatTheKernelHasNotHandedOver() throws IOException {
    MadeSource quiet = attach(PORT_1);
    MadeSource busy = attach(PORT_2, PORT_1);
    nowNs = START_NS + 2 * UNIT_NS;
    turn();
    // handed over 120 ms after the boundary
    quiet.add(START_NS + 2990 * MS, START_NS + 3120 * MS);
    for (int ms = 2500; ms < 3500; ms += 10) {
      busy.add(START_NS + ms * MS, START_NS + ms * MS);
    }
    passTime(3 * UNIT_NS);

    assertEquals(Map.of(0, 1L, 1, 50L), slices.packets.get(2000L));
    assertEquals(Map.of(1, 50L), slices.packets.get(3000L));
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldRatherCountLateThanLoseFrames() throws IOException {
    MadeSource quiet = attach(PORT_1);
    MadeSource busy = attach(PORT_2, PORT_1);
    nowNs = START_NS + 2 * UNIT_NS;
    turn();
    quiet.add(START_NS + 2990 * MS, START_NS + 3120 * MS);
    busy.add(START_NS + 3001 * MS, START_NS + 3001 * MS);
    busy.crowded = true;
    passTime(3 * UNIT_NS);

    assertEquals(Map.of(), slices.packets.get(2000L));
    assertEquals(Map.of(0, 1L, 1, 1L), slices.packets.get(3000L));
    assertEquals(1, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldTellLossesInTheSliceThatTheyAreOfAndMarkTheNext() throws IOException {
    MadeSource source = attach(PORT_1);
    passTime(UNIT_NS);
    source.lose(7);
    passTime(2 * UNIT_NS);
    source.lose(5);
    passTime(2 * UNIT_NS);

    assertEquals(
        Map.of(
            1000L, Map.of(0, 7L), 2000L, Map.of(0, 0L), 3000L, Map.of(0, 5L), 4000L, Map.of(0, 0L)),
        slices.lost);
  }

  @Test
  void shouldMarkEachSliceInWhichALossMayHaveBeenWhenTheAgentDidNotRunForAWhile()
      throws IOException {
    MadeSource source = attach(PORT_1);
    passTime(UNIT_NS);
    source.lose(7);
    source.add(START_NS + 4500 * MS, START_NS + 4500 * MS);
    tick(4 * UNIT_NS);
    passTime(2 * UNIT_NS);

    assertEquals(
        "{1000={0=7}, 2000={0=0}, 3000={0=0}, 4000={0=0}, 5000={0=0}}", slices.lost.toString());
    assertEquals(Map.of(0, 1L), slices.packets.get(4000L));
  }

  @Test
  void shouldNotLetACrowdedRingMoveFramesThatWaitInAnother() throws IOException {
    MadeSource behind = attach(PORT_1);
    MadeSource crowded = attach(PORT_2, PORT_1);
    nowNs = START_NS + 2 * UNIT_NS;
    turn();
    for (int i = 0; i < 30_000; i++) {
      behind.add(START_NS + 2100 * MS + i, START_NS + 2200 * MS);
    }
    crowded.add(START_NS + 3001 * MS, START_NS + 3001 * MS);
    crowded.crowded = true;
    tick(2 * UNIT_NS);
    passTime(2 * UNIT_NS);

    assertEquals(Map.of(0, 30_000L), slices.packets.get(2000L));
    assertEquals(Map.of(1, 1L), slices.packets.get(3000L));
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldTellInEachSliceThatAPortCannotBeSeenAlsoWhenTheClockLeaps() throws IOException {
    orders.put(
        new CaptureOrder(
            nowNs,
            new CapturePlan(List.of(LOGGER), List.of(PORT_1)),
            List.of(),
            List.of(),
            List.of(PORT_1),
            WatchedPorts.NONE,
            false));
    passTime(UNIT_NS);
    tick(5 * UNIT_NS);
    passTime(2 * UNIT_NS);

    for (long ms = 0; ms < 7000; ms += 1000) {
      assertEquals(Map.of(0, -1L), slices.lost.get(ms), ms + " ms");
    }
  }

  @Test
  void shouldTellInEachSliceThatAPortCannotBeSeen() throws IOException {
    orders.put(
        new CaptureOrder(
            nowNs,
            new CapturePlan(List.of(LOGGER), List.of(PORT_1)),
            List.of(),
            List.of(),
            List.of(PORT_1),
            WatchedPorts.NONE,
            false));
    passTime(3 * UNIT_NS);

    assertEquals(
        Map.of(0L, Map.of(0, -1L), 1000L, Map.of(0, -1L)),
        new TreeMap<>(slices.lost).headMap(2000L));
  }

  @Test
  void shouldTellThatNobodyLookedBetweenTwoSourcesOfAPort() throws IOException {
    MadeSource first = attach(PORT_1);
    passTime(UNIT_NS);
    MadeSource second = new MadeSource();
    sources.add(second);
    orders.put(
        new CaptureOrder(
            nowNs,
            null,
            List.of(new CaptureOrder.PortSource(PORT_1, second)),
            List.of(first),
            List.of(),
            WatchedPorts.NONE,
            false));
    second.add(nowNs + MS, nowNs + MS);
    passTime(2 * UNIT_NS);

    assertEquals(Map.of(1000L, Map.of(0, -1L)), slices.lost);
    assertEquals(Map.of(0, 1L), slices.packets.get(1000L));
  }

  @Test
  void shouldNeitherLoseNorDoubleWhenTheClockIsSetBack() throws IOException {
    MadeSource source = attach(PORT_1);
    nowNs = START_NS + 2900 * MS;
    turn();
    source.add(nowNs, nowNs);
    source.add(START_NS + 3010 * MS, START_NS + 2950 * MS);
    tick(50 * MS);
    nowNs -= 2 * UNIT_NS;
    source.add(nowNs, nowNs);
    passTime(UNIT_NS);
    assertEquals(Map.of(0, 1L), slices.packets.get(2000L));
    passTime(4 * UNIT_NS);

    assertEquals(Map.of(0, 2L), slices.packets.get(3000L));
    assertFalse(slices.packets.containsKey(START_NS));
  }

  @Test
  void shouldNeitherLoseNorDoubleWhateverTheClockDoes() throws IOException {
    for (int seed = 1; seed <= 30; seed++) {
      new CaptureWorkerTest().checkRandomClock(new Random(seed));
    }
  }

  private void checkRandomClock(Random random) throws IOException {
    MadeSource source = attach(PORT_1);
    long added = 0;
    long lost = 0;
    long latestNs = nowNs;
    for (int i = 0; i < 600; i++) {
      if (random.nextInt(20) == 0) {
        nowNs += random.nextLong(-3 * UNIT_NS, 6 * UNIT_NS);
      }
      if (random.nextInt(3) == 0) {
        source.add(nowNs + 9 * MS, nowNs);
        added++;
      }
      if (random.nextInt(50) == 0) {
        source.lose(3);
        lost += 3;
      }
      tick(10 * MS);
      latestNs = Math.max(latestNs, nowNs);
    }
    nowNs = latestNs;
    passTime(3 * UNIT_NS);

    assertEquals(added, slices.packets.values().stream().mapToLong(Slices::sum).sum());
    assertEquals(lost, slices.lost.values().stream().mapToLong(Slices::sum).sum());
  }

  @Test
  void shouldTellTheSlicesThatTheClockLeapsOver() throws IOException {
    MadeSource source = attach(PORT_1);
    passTime(UNIT_NS);
    source.add(nowNs, nowNs);
    tick(10 * MS);
    nowNs += 10 * UNIT_NS;
    source.add(nowNs, nowNs);
    passTime(3 * UNIT_NS);

    for (long ms = 0; ms <= 13_000; ms += 1000) {
      assertTrue(slices.packets.containsKey(ms), ms + " " + slices.packets.keySet());
    }
    assertEquals(Map.of(0, 1L), slices.packets.get(1000L));
    assertEquals(Map.of(0, 1L), slices.packets.get(11_000L));
  }

  @Test
  void shouldCountWhatASourceSawBeforeItIsGivenUp() throws IOException {
    MadeSource source = attach(PORT_1);
    passTime(UNIT_NS);
    long lastNs = nowNs;
    source.add(lastNs - MS, lastNs + 110 * MS);
    source.lose(3);
    orders.put(CaptureOrder.toStop(nowNs, List.of(source)));
    passTime(UNIT_NS);

    assertTrue(worker.isDone());
    assertTrue(source.closed);
    assertEquals(Map.of(0, 1L), slices.packets.get(1000L));
    assertEquals(Map.of(1000L, Map.of(0, 3L)), slices.lost);
  }

  @Test
  void shouldHaveWhatASourceSawThatIsGivenUpWhileAnotherIsCrowded() throws IOException {
    MadeSource ending = attach(PORT_1);
    MadeSource crowded = attach(PORT_2, PORT_1);
    passTime(UNIT_NS);
    ending.add(nowNs - MS, nowNs + 60 * MS);
    crowded.add(nowNs + MS, nowNs + MS);
    crowded.crowded = true;
    orders.put(
        new CaptureOrder(
            nowNs,
            new CapturePlan(List.of(LOGGER), List.of(PORT_2)),
            List.of(),
            List.of(ending),
            List.of(),
            WatchedPorts.NONE,
            false));
    passTime(2 * UNIT_NS);

    assertTrue(ending.closed);
    assertEquals(2, slices.packets.values().stream().mapToLong(Slices::sum).sum());
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldPutEachFrameInTheSliceOfItsTimeWhateverTheRingsDo() throws IOException {
    for (int seed = 1; seed <= 30; seed++) {
      new CaptureWorkerTest().checkRandomFrames(new Random(seed));
    }
  }

  private void checkRandomFrames(Random random) throws IOException {
    List<MadeSource> rings = List.of(attach(PORT_1), attach(PORT_2, PORT_1));
    nowNs = START_NS + 2 * UNIT_NS;
    turn();
    Map<Long, Map<Integer, Long>> expected = new TreeMap<>();
    for (int port = 0; port < rings.size(); port++) {
      long timeNs = nowNs;
      long handedOverNs = 0;
      int[] gapsMs = {1, 30, 700};
      int gapMs = gapsMs[random.nextInt(gapsMs.length)];
      for (; timeNs < nowNs + 8 * UNIT_NS; timeNs += 1 + random.nextLong(gapMs * MS)) {
        handedOverNs = Math.max(handedOverNs, timeNs + random.nextLong(130 * MS));
        rings.get(port).add(timeNs, handedOverNs);
        long slice = Math.floorDiv(timeNs, UNIT_NS) * UNIT_NS;
        expected
            .computeIfAbsent((slice - START_NS) / MS, ms -> new TreeMap<>())
            .merge(port, 1L, Long::sum);
      }
    }
    passTime(12 * UNIT_NS);
    slices.packets.values().removeIf(Map::isEmpty);
    assertEquals(expected, slices.packets);
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }
}
