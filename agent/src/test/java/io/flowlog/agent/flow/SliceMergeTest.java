package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordBuilder;
import io.flowlog.agent.record.RecordSink;
import io.flowlog.agent.record.RowMerger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rows of slices, merged, are the rows of a table that is cut at the interval's end only. */
class SliceMergeTest {
  private static final int PACKETS = 100_000;
  private static final int PORTS = 4;

  /** One that knows directions. */
  private static final int PORT_NO_DROPS = 2;

  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);
  private static final long MINUTE_NS = Duration.ofMinutes(1).toNanos();
  private static final long INTERVAL_NS = 6 * MINUTE_NS;

  /** Rows of one cut. */
  private record Slice(long startNs, long endNs, List<byte[]> rows) {}

  /** A table with its builder, which keeps all rows. Owned by one test. */
  private static final class Line implements RecordSink {
    final List<Slice> slices = new ArrayList<>();
    final CounterSet counters = new CounterSet();
    final RecordBuilder builder;
    final ConnectionTable table;
    private final FlowRecord row = new FlowRecord();

    Line(IntervalSchedule schedule, boolean splitIcmp, boolean keepStates) {
      builder = new RecordBuilder(this, new RecordBatch(4096), splitIcmp, 20260131);
      builder.keepStates(keepStates);
      table =
          new ConnectionTable(
              new TableSize(1 << 16, 1, 5),
              RandomTraffic.TIMEOUTS,
              schedule,
              new CutTarget(builder, counters));
      table.collectSetup(true);
      for (int port = 0; port < PORTS; port++) {
        table.addPort(port);
      }
    }

    @Override
    public void onIntervalStart(long startNs, long endNs) {
      slices.add(new Slice(startNs, endNs, new ArrayList<>()));
    }

    @Override
    public void onBatch(RecordBatch batch) {
      for (int i = 0, offset = 0; i < batch.rows(); i++) {
        byte[] copy = new byte[FlowRecord.BYTES_MAX];
        offset += row.at(batch.data(), offset).copyTo(copy, 0);
        slices.get(slices.size() - 1).rows().add(copy);
      }
    }

    @Override
    public void onIntervalComplete(long packets) {
      long sum = 0;
      for (byte[] data : slices.get(slices.size() - 1).rows()) {
        row.at(data, 0);
        sum += (row.audience() & FlowRecord.FOR_ALL_TRAFFIC) != 0 ? row.packets() : 0;
      }
      assertEquals(sum, packets);
    }
  }

  @Test
  void shouldEqualTheRowsOfTheWholeInterval() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(500 + round), true);
    }
  }

  @Test
  void shouldEqualTheRowsOfTheWholeIntervalWithoutIcmpTypes() {
    for (int round = 0; round < ROUNDS; round++) {
      compare(new Random(600 + round), false);
    }
  }

  private static void compare(Random random, boolean splitIcmp) {
    Line sliced = new Line(new IntervalSchedule(2 * MINUTE_NS, 3 * MINUTE_NS), true, true);
    Line whole = new Line(new IntervalSchedule(INTERVAL_NS), splitIcmp, false);
    drive(random, sliced, whole);
    assertTrue(sliced.slices.size() > 2 * whole.slices.size());
    assertEquals(
        sliced.counters.get(AgentCounter.PACKETS), whole.counters.get(AgentCounter.PACKETS));
    Set<Long> intervals = new HashSet<>();
    for (Slice interval : whole.slices) {
      intervals.add(interval.startNs());
      for (int audience : new int[] {FlowRecord.FOR_ALL_TRAFFIC, FlowRecord.FOR_SETUP_ONLY}) {
        assertSame(
            texts(interval, audience), merged(sliced, interval.startNs(), audience, splitIcmp));
      }
    }
    for (Slice slice : sliced.slices) {
      assertTrue(intervals.contains(Math.floorDiv(slice.startNs(), INTERVAL_NS) * INTERVAL_NS));
    }
  }

  private static void drive(Random random, Line sliced, Line whole) {
    RandomTraffic traffic = new RandomTraffic(random, 2, 3);
    PacketBatch batch = new PacketBatch(64);
    for (int left = PACKETS; left > 0; left -= batch.size()) {
      if (random.nextInt(60) == 0) {
        traffic.nextBurst();
      }
      batch.clear();
      for (int count = random.nextInt(64) + 1; count > 0; count--) {
        traffic.next(random.nextInt(PORTS)).appendTo(batch);
      }
      sliced.table.apply(batch);
      whole.table.apply(batch);
      disturb(random, traffic, List.of(sliced, whole));
      if (random.nextInt(100) == 0) {
        sliced.table.cutAt(sliced.table.latestNs());
      }
      for (Line line : List.of(sliced, whole)) {
        line.table.sweep(random.nextInt(500));
        line.table.expire(traffic.nowNs(), random.nextInt(200));
      }
    }
    sliced.table.finish();
    whole.table.finish();
  }

  /**
   * Reports losses and drops to both: of packets that were just seen, lest more are dropped than
   * seen, and none that may have opened a connection, of which its drop knows nothing.
   */
  private static void disturb(Random random, RandomTraffic traffic, List<Line> lines) {
    DropReport drop = traffic.drop();
    drop.packets = traffic.packet.packets;
    drop.bytes = traffic.packet.bytes;
    boolean dropped =
        traffic.packet.fragment == PacketMaker.WHOLE && traffic.packet.portIndex != PORT_NO_DROPS;
    dropped &= traffic.packet.protocol != 6 || traffic.packet.tcpFlags == 2;
    boolean lost = random.nextInt(50) == 0;
    long lostPackets = random.nextInt(40) - 1L;
    for (Line line : lines) {
      if (dropped) {
        line.table.apply(drop);
      }
      if (lost) {
        line.builder.lost(drop.portIndex, lostPackets);
      }
    }
  }

  private static Map<String, String> texts(Slice interval, int audience) {
    Map<String, String> texts = new TreeMap<>();
    FlowRecord row = new FlowRecord();
    for (byte[] data : interval.rows()) {
      if ((row.at(data, 0).audience() & audience) != 0) {
        assertEquals(null, texts.put(key(row), text(row)), "a row stands twice");
      }
    }
    return texts;
  }

  private static Map<String, String> merged(
      Line sliced, long startNs, int audience, boolean splitIcmp) {
    RowMerger merger = new RowMerger(77);
    FlowRecord row = new FlowRecord();
    for (Slice slice : sliced.slices) {
      if (Math.floorDiv(slice.startNs(), INTERVAL_NS) * INTERVAL_NS == startNs) {
        merger.startSlice(slice.startNs());
        for (byte[] data : slice.rows()) {
          byte[] copy = data.clone();
          if ((row.at(copy, 0).audience() & audience) != 0) {
            merger.add((splitIcmp ? row : row.forgetIcmp()).audience(audience));
          }
        }
      }
    }
    Map<String, String> texts = new TreeMap<>();
    merger.drainSettled(
        startNs + INTERVAL_NS,
        (data, offset, length) ->
            assertEquals(null, texts.put(key(row.at(data, offset)), text(row))));
    return texts;
  }

  private static void assertSame(Map<String, String> expected, Map<String, String> actual) {
    expected.forEach((key, text) -> assertEquals(text, actual.get(key), key));
    assertEquals(expected.keySet(), actual.keySet());
  }

  private static String key(FlowRecord row) {
    boolean icmp = (row.known() & FlowRecord.ICMP_KNOWN) != 0;
    return "port %d, IPv%d, protocol %d, direction %d, verdict %d, %s to %s%s"
        .formatted(
            row.portIndex(),
            row.ipVersion(),
            row.protocol(),
            row.direction(),
            row.verdict(),
            end(row, true),
            end(row, false),
            icmp ? ", type " + row.icmpType() + ", code " + row.icmpCode() : "");
  }

  private static String end(FlowRecord row, boolean source) {
    String address =
        switch (row.ipVersion()) {
          case 4 -> Integer.toHexString(source ? row.source4() : row.destination4());
          case 6 ->
              Long.toHexString(source ? row.source6High() : row.destination6High())
                  + ":"
                  + Long.toHexString(source ? row.source6Low() : row.destination6Low());
          default -> "";
        };
    return address + "/" + (source ? row.sourcePort() : row.destinationPort());
  }

  private static String text(FlowRecord row) {
    if (row.ipVersion() == 0) {
      return "lost %d, known %d".formatted(row.lostPackets(), row.known());
    }
    String sums =
        "%d packets, %d bytes, status %d, drop point %d"
            .formatted(row.packets(), row.bytes(), row.status(), row.dropPoint());
    return sums + times(row) + state(row);
  }

  /** Times and flags; of what was sent they are also those of packets that were dropped. */
  private static String times(FlowRecord row) {
    boolean ofAcceptedOnly =
        row.portIndex() == PORT_NO_DROPS || row.direction() != Direction.EGRESS.ordinal();
    return !ofAcceptedOnly
        ? ""
        : ", %d to %d, flags %d of %d"
            .formatted(row.firstNs(), row.lastNs(), row.tcpFlag(), row.tcpFlagsAll());
  }

  /**
   * Where the connection stands. A row of drops tells no news of an entry that was made anew, and
   * one of many ICMP types none of those of which nothing came this way.
   */
  private static String state(FlowRecord row) {
    boolean manyTypes = Icmp.is(row.protocol()) && (row.known() & FlowRecord.ICMP_KNOWN) == 0;
    return row.verdict() == FlowRecord.DROP || manyTypes
        ? ""
        : ", state %d, end %d, set-up %d, known %d, expires %d"
            .formatted(
                row.tcpState(), row.endReason(), row.setupUs(), row.known(), row.expiresNs());
  }
}
