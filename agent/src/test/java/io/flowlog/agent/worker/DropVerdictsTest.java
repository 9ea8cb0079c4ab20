package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.drops.DropBatch;
import io.flowlog.agent.capture.drops.DropEntry;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What a capture worker makes of frames of a port and of drops among them, which somebody collects
 * now and then, on a clock that the test turns.
 */
class DropVerdictsTest {
  private static final long MS = 1_000_000;
  private static final long UNIT_NS = 1000 * MS;
  private static final long START_NS = 1_800_000_000L * UNIT_NS;
  private static final LoggingPort PORT = ReplayFixture.port(1, "02:00:00:00:00:01");
  private static final int TAP = 11;

  private final CounterSet counters = new CounterSet();
  private final Verdicts rows = new Verdicts();
  private final OrderSlot orders = new OrderSlot();
  private final DropQueue queue = new DropQueue();
  private final MadeSource source = new MadeSource();
  private final CaptureWorker worker = worker();
  private long nowNs = START_NS + 500 * MS;
  private long tickNs;

  /** What the kernel has dropped and nobody has collected, by the time of each packet. */
  private final ArrayDeque<Long> dropped = new ArrayDeque<>();

  /** Whether whoever collects does so. */
  private boolean collecting = true;

  /** Notes for each slice, by its start in milliseconds, packets of each verdict and losses. */
  private static final class Verdicts implements SliceSink {
    final Map<Long, Long> accepted = new TreeMap<>();
    final Map<Long, Long> dropped = new TreeMap<>();
    final Map<Long, Long> lost = new TreeMap<>();
    private final FlowRecord row = new FlowRecord();
    private long startMs;

    @Override
    public void onPlan(NumberedPlan plan) {}

    @Override
    public void onDropPoint(String name) {
      assertEquals("REASON 7", name);
    }

    @Override
    public void onSliceStart(long startNs, long endNs) {
      startMs = (startNs - START_NS) / MS;
    }

    @Override
    public void onBatch(RecordBatch batch) {
      for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
        row.at(batch.data(), at);
        if (row.ipVersion() == 0) {
          lost.merge(startMs, row.lostPackets(), Long::sum);
        } else if (row.packets() > 0) {
          (row.dropPoint() == 0 ? accepted : dropped).merge(startMs, row.packets(), Long::sum);
        }
      }
    }

    @Override
    public void onSliceComplete(long packets) {}
  }

  private CaptureWorker worker() {
    PipelineSettings settings =
        new PipelineSettings(
            UNIT_NS,
            TableSize.growing(1 << 20, 7),
            FlowConfig.Timeouts.defaults(),
            new ExcludedNetworks(List.of()),
            Ownership.BY_SOURCE,
            true);
    Pipeline pipeline = new Pipeline(settings, rows, counters);
    DropVerdicts drops =
        new DropVerdicts(queue, number -> "REASON " + number, Set.of(), pipeline, counters);
    return new CaptureWorker(pipeline, orders, drops, null, OptionalLong.empty());
  }

  private void attach() throws IOException {
    orders.put(
        new CaptureOrder(
            CaptureOrder.momentAfter(nowNs),
            new CapturePlan(List.of(new ReplayFixture(Path.of("")).logger()), List.of(PORT)),
            List.of(new CaptureOrder.PortSource(PORT, source)),
            List.of(),
            List.of(),
            new WatchedPorts(List.of(new AttachedPort(PORT, TAP, "tap1")), Set.of()),
            false));
    passTime(500 * MS, 10);
    assertTrue(orders.isFree());
  }

  /** Lets time pass; drops are collected every so often. */
  private void passTime(long ns, int collectMs) throws IOException {
    for (long until = tickNs + ns; tickNs < until; ) {
      nowNs += 10 * MS;
      tickNs += 10 * MS;
      if (collecting && tickNs / MS % collectMs == 0) {
        collect();
      }
      boolean busy;
      do {
        source.at(nowNs);
        busy = worker.doWork(nowNs, tickNs);
      } while (busy);
    }
  }

  private void collect() {
    DropBatch batch = Objects.requireNonNull(queue.pollEmpty());
    while (!dropped.isEmpty() && dropped.element() <= nowNs) {
      fill(batch.append(), dropped.remove());
    }
    queue.put(batch);
    queue.completeUntil(nowNs);
  }

  /** Describes a packet such as the source has. */
  private static void fill(DropEntry entry, long timestampNs) {
    entry.granuleStartNs = CaptureOrder.momentBefore(timestampNs);
    entry.reason = 7;
    entry.inputInterface = TAP;
    entry.ipVersion = 4;
    entry.protocol = 17;
    entry.sourceLow = 0x0a000001;
    entry.destinationLow = 0x0a000002;
    entry.sourcePort = 1000;
    entry.destinationPort = 53;
    entry.packets = 1;
    entry.bytes = 88;
    entry.firstNs = timestampNs;
    entry.lastNs = timestampNs;
  }

  private void send(long timestampNs, boolean drops) {
    source.add(timestampNs, timestampNs);
    if (drops) {
      dropped.add(timestampNs);
    }
  }

  @Test
  void shouldSettleEachSliceWithItsOwnDrops() throws IOException {
    for (int seed = 1; seed <= 20; seed++) {
      new DropVerdictsTest().checkRandomDrops(new Random(seed));
    }
  }

  private void checkRandomDrops(Random random) throws IOException {
    attach();
    Map<Long, Long> accepted = new TreeMap<>();
    Map<Long, Long> droppedPackets = new TreeMap<>();
    // the first whole slice, so that no row is of the time before
    long timeNs = START_NS + 2 * UNIT_NS;
    for (; timeNs < START_NS + 8 * UNIT_NS; timeNs += 1 + random.nextLong(20 * MS)) {
      boolean drops = random.nextInt(3) > 0;
      send(timeNs, drops);
      long sliceMs = (timeNs - START_NS) / UNIT_NS * 1000;
      (drops ? droppedPackets : accepted).merge(sliceMs, 1L, Long::sum);
    }
    passTime(10 * UNIT_NS, 10 * (1 + random.nextInt(30)));

    assertEquals(accepted, rows.accepted);
    assertEquals(droppedPackets, rows.dropped);
    assertEquals(Map.of(), rows.lost);
    assertEquals(0, counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN));
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldCountDropsLateThatComeAfterASecondAndSaySo() throws IOException {
    attach();
    send(START_NS + 2500 * MS, true);
    passTime(1400 * MS, 10);
    collecting = false;
    passTime(2 * UNIT_NS, 10);
    assertEquals(Map.of(2000L, 1L), rows.accepted);
    collecting = true;
    passTime(3 * UNIT_NS, 10);

    assertEquals(1, rows.dropped.values().stream().mapToLong(Long::longValue).sum());
    assertEquals(1, counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN));
    assertEquals(1, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
    List<Long> wrong = List.of(2000L, List.copyOf(rows.dropped.keySet()).get(0));
    assertTrue(rows.lost.keySet().containsAll(wrong), rows.lost + " without " + wrong);
    assertEquals(Set.of(-1L), Set.copyOf(rows.lost.values()));
    assertFalse(rows.lost.containsKey(1000L));
  }

  @Test
  void shouldWaitForDropsAlsoWhileARingIsCrowded() throws IOException {
    attach();
    send(START_NS + 2900 * MS, true);
    send(START_NS + 3001 * MS, false);
    source.crowded = true;
    passTime(4 * UNIT_NS, 250);

    assertEquals(Map.of(2000L, 1L), rows.dropped);
    assertEquals(Map.of(3000L, 1L), rows.accepted);
    assertEquals(Map.of(), rows.lost);
    assertEquals(0, counters.get(AgentCounter.PACKETS_OUT_OF_ORDER));
  }

  @Test
  void shouldNotCallLostWhatTheCaptureLostAndTheHostDropped() throws IOException {
    attach();
    passTime(UNIT_NS, 10);
    send(nowNs + 10 * MS, true);
    for (int i = 20; i < 25; i++) {
      dropped.add(nowNs + i * MS);
    }
    source.lose(8);
    passTime(3 * UNIT_NS, 10);

    assertEquals(Map.of(2000L, 6L), rows.dropped);
    assertEquals(Map.of(), rows.accepted);
    assertEquals(Map.of(2000L, 3L, 3000L, 0L), rows.lost);
    assertEquals(5, counters.get(AgentCounter.PACKETS_DROPPED_UNSEEN));
  }

  @Test
  void shouldNotCountWhatWasBeforeAPortsOrder() throws IOException {
    nowNs += 10 * MS;
    send(nowNs, true);
    send(nowNs + 80 * MS, true);
    send(nowNs + 95 * MS, true);
    attach();
    passTime(2 * UNIT_NS, 10);

    assertEquals(Map.of(600L, 1L), rows.dropped);
    assertEquals(Map.of(), rows.accepted);
    assertEquals(2, counters.get(AgentCounter.DROPS_OF_NO_PORT));
  }

  @Test
  void shouldMarkAllPortsWhenPacketsAreLostOfWhichNothingIsKnown() throws IOException {
    attach();
    passTime(UNIT_NS, 10);
    DropBatch batch = Objects.requireNonNull(queue.pollEmpty());
    batch.addLost(9);
    queue.put(batch);
    passTime(2 * UNIT_NS, 10);

    assertEquals(Map.of(1000L, -1L), rows.lost);
  }

  @Test
  void shouldSayHowMuchIsMissingInItsOwnSliceWhereThereIsOnePort() throws IOException {
    attach();
    DropBatch batch = Objects.requireNonNull(queue.pollEmpty());
    LoggedDrop.describeLost(batch.append(), 9, START_NS + 2500 * MS);
    LoggedDrop.describeLost(batch.append(), 0, START_NS + 3500 * MS);
    queue.put(batch);
    passTime(4 * UNIT_NS, 10);

    assertEquals(Map.of(2000L, 9L, 3000L, -1L), rows.lost);
  }
}
