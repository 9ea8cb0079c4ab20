package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketMaker;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing is allocated per packet, per connection, or per connection of a cut. */
class NoAllocationTest {
  private static final int PACKETS = 1_000_000;

  /** The few folded rows of each cut are objects; all else is the test's own: below a byte each. */
  private static final long BYTES_MAX = PACKETS;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final CounterSet counters = new CounterSet();
  private final PacketBatch batch = new PacketBatch(64);
  private final PacketMaker packet = new PacketMaker();
  private final DropReport drop = new DropReport();
  private long rows;
  private long setupPackets;
  private boolean collects;

  private final ConnectionTable table =
      new ConnectionTable(
          new TableSize(1 << 15, 1 << 15, 1),
          FlowConfig.Timeouts.defaults(),
          new IntervalSchedule(Duration.ofMinutes(1).toNanos()),
          new CutTarget(new CountingHandler(), counters));

  /** Looks at every row and keeps none. */
  private final class CountingHandler implements CutHandler {
    @Override
    public void onCutStart(long startNs, long endNs) {}

    @Override
    public void onConnection(ConnectionView connection) {
      rows += connection.seen(0).packets() + connection.seen(1).packets() > 0 ? 1 : 0;
      setupPackets += connection.setup(0).packets() + connection.setup(1).packets();
    }

    @Override
    public void onOverflow(OverflowView overflow) {}

    @Override
    public void onCutComplete() {}
  }

  @Test
  void shouldAllocateNothingPerPacketOrConnection() {
    table.addPort(0);
    // Also the memory of fragments, and the overflow rows of a full table.
    run(200_000);
    long evicted = counters.get(AgentCounter.CONNECTIONS_EVICTED);
    long expired = counters.get(AgentCounter.CONNECTIONS_EXPIRED);
    long folded = counters.get(AgentCounter.PACKETS_FOLDED);
    long connections = counters.get(AgentCounter.CONNECTIONS);
    long cutRows = rows;
    long before = threads.getCurrentThreadAllocatedBytes();
    run(PACKETS);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertTrue(allocated < BYTES_MAX, allocated + " bytes");
    assertTrue(counters.get(AgentCounter.CONNECTIONS) - connections > PACKETS / 4);
    assertTrue(rows - cutRows > PACKETS / 4);
    assertTrue(counters.get(AgentCounter.CONNECTIONS_EVICTED) > evicted);
    assertTrue(counters.get(AgentCounter.CONNECTIONS_EXPIRED) > expired);
    assertTrue(counters.get(AgentCounter.PACKETS_FOLDED) > folded);
  }

  private void run(int packets) {
    long nowNs = packet.timestampNs;
    for (int i = 0; i < packets; i++) {
      nowNs += 2_000_000;
      fill(i, nowNs);
      packet.appendTo(batch);
      if (batch.isShortOf(1)) {
        table.apply(batch);
        batch.clear();
        if (collects) {
          dropLast();
        }
        table.sweep(256);
        table.expire(nowNs, 64);
      }
    }
    table.apply(batch);
    batch.clear();
  }

  /** Every second packet opens a connection, every fourth of them of IPv6. */
  private void fill(int i, long nowNs) {
    packet.timestampNs = nowNs;
    packet.ipv6 = i % 8 == 0;
    packet.sourceHigh = packet.ipv6 ? 1 : 0;
    packet.protocol = i % 4 == 0 ? 6 : 17;
    packet.tcpFlags = packet.protocol == 6 ? 2 : 0;
    packet.sourceLow = i % 2 == 0 ? nowNs & 0xffff_ffffL : i % 1000;
    packet.destinationLow = 0xffff_ffffL;
    packet.destinationPort = i % 2 == 0 ? 443 : i % 200;
    packet.bytes = 60;
    packet.fragment = i % 16 == 5 ? PacketMaker.FIRST_FRAGMENT : PacketMaker.WHOLE;
    packet.sequence = i;
  }

  @Test
  void shouldAllocateNothingPerSetUpOrDrop() {
    table.addPort(0);
    table.collectSetup(true);
    collects = true;
    run(200_000);
    long cutRows = rows;
    long setupBefore = setupPackets;
    long droppedBefore = counters.get(AgentCounter.PACKETS_DROPPED);
    long before = threads.getCurrentThreadAllocatedBytes();
    run(PACKETS);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertTrue(allocated < BYTES_MAX, allocated + " bytes");
    assertTrue(rows - cutRows > PACKETS / 4);
    assertTrue(setupPackets - setupBefore > PACKETS / 4);
    assertTrue(counters.get(AgentCounter.PACKETS_DROPPED) - droppedBefore >= PACKETS / 64);
  }

  /** Reports the last packet as dropped. */
  private void dropLast() {
    drop.direction = packet.direction;
    drop.ipv6 = packet.ipv6;
    drop.sourceHigh = packet.sourceHigh;
    drop.sourceLow = packet.sourceLow;
    drop.destinationLow = packet.destinationLow;
    drop.protocol = packet.protocol;
    drop.destinationPort = packet.destinationPort;
    drop.tcpFlags = packet.tcpFlags;
    drop.packets = 1;
    drop.bytes = packet.bytes;
    drop.firstNs = packet.timestampNs;
    drop.lastNs = packet.timestampNs;
    drop.dropPoint = 1;
    table.apply(drop);
  }

  @Test
  void shouldAllocateNothingWhenDecoding() {
    List<Frame> frames =
        List.of(
            FrameBuilder.ethernet().vlan(5).ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, 2).toFrame(1),
            FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2").hopByHop().udp(1, 2).toFrame(1),
            FrameBuilder.ethernet().arp("10.0.0.1", "10.0.0.2").toFrame(1));
    FrameDecoder decoder = new FrameDecoder();
    decode(decoder, frames, 20_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    int decoded = decode(decoder, frames, PACKETS / 10);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertEquals(PACKETS / 10 * 2, decoded);
    assertTrue(allocated < BYTES_MAX, allocated + " bytes");
  }

  private int decode(FrameDecoder decoder, List<Frame> frames, int times) {
    int packets = 0;
    for (int i = 0; i < times; i++) {
      batch.clear();
      for (int frame = 0; frame < frames.size(); frame++) {
        decoder.decode(frames.get(frame), batch);
      }
      packets += batch.size();
    }
    return packets;
  }
}
