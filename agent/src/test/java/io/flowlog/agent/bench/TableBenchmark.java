package io.flowlog.agent.bench;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketView;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.flow.ConnectionView;
import io.flowlog.agent.flow.CutHandler;
import io.flowlog.agent.flow.CutTarget;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.IntervalSchedule;
import io.flowlog.agent.flow.OverflowView;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Nanoseconds per packet of counting in the connection table, beside a {@link HashMap} whose keys
 * are objects.
 *
 * <p>Hot: sixteen packets of a connection in a row. Cold: every packet of another connection than
 * the last, in random order.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(TableBenchmark.PACKETS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 2, jvmArgs = "-Xmx1500m")
public class TableBenchmark {
  static final int PACKETS = 1 << 20;

  private static final int BATCH_PACKETS = 64;
  private static final int RUN_PACKETS = 16;
  private static final int PROTOCOL_UDP_SHIFT = 24;

  /** How many connections there are. */
  @Param({"1000", "1000000"})
  public int connections;

  /** In what order their packets come. */
  @Param({"hot", "cold"})
  public String order = "";

  /** Whose packet comes when. */
  private final int[] sequence = new int[PACKETS];

  /** Filled again and again, as a decoder does: it stays in the first cache. */
  private final PacketBatch batch = new PacketBatch(BATCH_PACKETS);

  private final CounterSet counters = new CounterSet();
  private final Map<Flow, long[]> map = new HashMap<>();
  private ConnectionTable table = makeTable();

  private record Flow(long source, long destination, long key) {}

  /** Decides whose packets come when, and makes one connection of each. */
  @Setup(Level.Trial)
  public void makeSequence() {
    Random random = new Random(20_260_211);
    int connection = 0;
    for (int i = 0; i < PACKETS; i++) {
      if (order.equals("cold") || i % RUN_PACKETS == 0) {
        connection = random.nextInt(connections);
      }
      sequence[i] = connection;
    }
    table = makeTable();
    PacketBatch each = new PacketBatch(1);
    for (int i = 0; i < connections; i++) {
      put(each, i);
      table.apply(each);
      count(new PacketView(each));
      each.clear();
    }
    // A packet that is folded costs something else than one that is counted.
    if (map.size() != connections || counters.get(AgentCounter.PACKETS_FOLDED) != 0) {
      throw new IllegalStateException("the table must hold all connections");
    }
  }

  private ConnectionTable makeTable() {
    TableSize size = TableSize.fixed(256L << 20, 20_260_212);
    CutTarget target = new CutTarget(new Nobody(), counters);
    ConnectionTable made =
        new ConnectionTable(size, FlowConfig.Timeouts.defaults(), IntervalSchedule.whole(), target);
    made.addPort(0);
    return made;
  }

  private void fill(int first) {
    batch.clear();
    for (int i = 0; i < BATCH_PACKETS; i++) {
      put(batch, sequence[first + i]);
    }
  }

  /** Baseline of both: makes the packets and counts none. */
  @Benchmark
  public long makePacketsOnly() {
    long sum = 0;
    for (int first = 0; first < PACKETS; first += BATCH_PACKETS) {
      fill(first);
      sum += batch.words()[PacketBatch.KEY];
    }
    return sum;
  }

  private static void put(PacketBatch target, int connection) {
    long[] words = target.words();
    int base = target.size() * PacketBatch.STRIDE;
    words[base + PacketBatch.TIMESTAMP] = 1;
    words[base + PacketBatch.SOURCE_LOW] = 0x0a00_0000L | connection >>> 8;
    words[base + PacketBatch.DESTINATION_LOW] = 0xc000_0201L;
    long ports = (1024L + (connection & 0xff)) << 48 | 53L << 32;
    words[base + PacketBatch.KEY] = ports | 17L << PROTOCOL_UDP_SHIFT;
    words[base + PacketBatch.SIZE] = 1L << 34 | 100;
    target.append();
  }

  /** Counts in the table. */
  @Benchmark
  public void connectionTable() {
    for (int first = 0; first < PACKETS; first += BATCH_PACKETS) {
      fill(first);
      table.apply(batch);
    }
  }

  /** Baseline: counts in a map, one key object a packet. */
  @Benchmark
  public void hashMap() {
    PacketView packet = new PacketView(batch);
    for (int first = 0; first < PACKETS; first += BATCH_PACKETS) {
      fill(first);
      for (int i = 0; i < batch.size(); i++) {
        count(packet.at(i));
      }
    }
  }

  private void count(PacketView packet) {
    long ports = (long) packet.sourcePort() << 32 | packet.destinationPort();
    long key = ports << 8 | packet.protocol();
    Flow flow = new Flow(packet.sourceLow(), packet.destinationLow(), key);
    long[] sums = map.computeIfAbsent(flow, f -> new long[] {0, 0, packet.timestampNs(), 0});
    sums[0] += packet.packets();
    sums[1] += packet.bytes();
    sums[3] = packet.timestampNs();
  }

  /** Takes no interval: none ends. */
  private static final class Nobody implements CutHandler {
    @Override
    public void onCutStart(long startNs, long endNs) {}

    @Override
    public void onConnection(ConnectionView connection) {}

    @Override
    public void onOverflow(OverflowView overflow) {}

    @Override
    public void onCutComplete() {}
  }
}
