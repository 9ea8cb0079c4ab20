package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A capture worker that has begun makes no object: not per frame, and not while nothing comes. */
class CaptureAllocationTest {
  private static final int PORTS = 100;
  private static final int CONNECTIONS = 256;
  private static final int WARM_UP_TURNS = 10_000;
  private static final int TURNS = 10_000;
  private static final int FRAMES_PER_TURN = 100;
  private static final long TURN_NS = 100_000;
  private static final long UNIT_NS = 3600 * 1_000_000_000L;
  private static final long START_NS = 500_000 * UNIT_NS;

  /** What the question itself may cost. */
  private static final long BYTES_MAX = 200;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final CounterSet counters = new CounterSet();
  private final OrderSlot orders = new OrderSlot();
  private final List<EndlessSource> sources = new ArrayList<>();
  private final CaptureWorker worker =
      new CaptureWorker(
          new Pipeline(
              new PipelineSettings(
                  UNIT_NS,
                  TableSize.fixed(8 << 20, 7),
                  FlowConfig.Timeouts.defaults(),
                  new ExcludedNetworks(List.of("169.254.169.0/24")),
                  Ownership.BY_SOURCE,
                  false),
              new NoSink(),
              counters),
          orders,
          null,
          null,
          OptionalLong.empty());
  private long nowNs = START_NS;

  /** Rows go nowhere: what they are made of is tested where they are made. */
  private static final class NoSink implements SliceSink {
    @Override
    public void onPlan(NumberedPlan plan) {}

    @Override
    public void onDropPoint(String name) {}

    @Override
    public void onSliceStart(long startNs, long endNs) {}

    @Override
    public void onBatch(RecordBatch batch) {}

    @Override
    public void onSliceComplete(long packets) {}
  }

  /** A live source that has the same few frames again and again, when a test lets them come. */
  private static final class EndlessSource implements LiveSource {
    private final Frame[] made = new Frame[CONNECTIONS];
    private int next;
    private int waiting;
    private long nowNs;
    private long frames;

    EndlessSource(int number) {
      for (int i = 0; i < CONNECTIONS; i++) {
        FrameBuilder frame =
            i % 4 == 0
                ? FrameBuilder.ethernet().ipv6("fd00::1", "fd00::" + (i + 2)).udp(1000 + i, 53)
                : FrameBuilder.ethernet()
                    .ipv4("10.0.0." + (1 + number), "10.0.1." + i)
                    .tcp(1000 + i, 443, FrameBuilder.ACK);
        made[i] = frame.toFrame(0);
        made[i].direction = i % 2 == 0 ? Direction.EGRESS : Direction.INGRESS;
      }
    }

    @Override
    public void assignPort(int portIndex) {
      for (Frame frame : made) {
        frame.portIndex = portIndex;
      }
    }

    @Override
    public int pollBefore(FrameHandler handler, int frameLimit, long beforeNs) {
      int count = 0;
      for (; waiting > 0 && count < frameLimit; waiting--, count++) {
        Frame frame = made[next];
        next = (next + 1) % CONNECTIONS;
        frame.timestampNs = nowNs;
        handler.onFrame(frame);
      }
      frames += count;
      return count;
    }

    @Override
    public long nextNs() {
      return NOTHING_HELD;
    }

    @Override
    public boolean isEmpty() {
      return waiting == 0;
    }

    @Override
    public boolean isCrowded() {
      return false;
    }

    @Override
    public long frames() {
      return frames;
    }

    @Override
    public long lostFrames() {
      return 0;
    }

    @Override
    public long countLost() {
      return 0;
    }

    @Override
    public boolean isExhausted() {
      return false;
    }

    @Override
    public void close() {}
  }

  private void begin() throws IOException {
    FlowLogger logger = new ReplayFixture(Path.of("")).logger();
    List<LoggingPort> ports = new ArrayList<>();
    List<CaptureOrder.PortSource> added = new ArrayList<>();
    for (int i = 0; i < PORTS; i++) {
      LoggingPort port = ReplayFixture.port(i, "02:00:00:00:00:" + String.format("%02x", i));
      EndlessSource source = new EndlessSource(i);
      ports.add(port);
      sources.add(source);
      added.add(new CaptureOrder.PortSource(port, source));
    }
    CapturePlan plan = new CapturePlan(List.of(logger), ports);
    orders.put(
        new CaptureOrder(nowNs, plan, added, List.of(), List.of(), WatchedPorts.NONE, false));
    while (!orders.isFree()) {
      turn(0);
    }
  }

  private void turns(int count, int framesPerTurn) throws IOException {
    for (int i = 0; i < count; i++) {
      turn(framesPerTurn);
    }
  }

  private void turn(int frames) throws IOException {
    nowNs += TURN_NS;
    for (int i = 0; i < frames; i++) {
      EndlessSource source = sources.get(i % PORTS);
      source.waiting++;
      source.nowNs = nowNs;
    }
    worker.doWork(nowNs, nowNs);
    worker.countLosses();
  }

  private long allocatedIn(int turns, int framesPerTurn) throws IOException {
    long before = threads.getCurrentThreadAllocatedBytes();
    turns(turns, framesPerTurn);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void shouldAllocateNothingPerFrame() throws IOException {
    begin();
    turns(WARM_UP_TURNS, FRAMES_PER_TURN);
    long packets = counters.get(AgentCounter.PACKETS);
    long allocated = allocatedIn(TURNS, FRAMES_PER_TURN);

    assertEquals((long) TURNS * FRAMES_PER_TURN, counters.get(AgentCounter.PACKETS) - packets);
    assertTrue(allocated <= BYTES_MAX, allocated + " bytes");
  }

  @Test
  void shouldAllocateNothingWhileNothingComes() throws IOException {
    begin();
    turns(WARM_UP_TURNS, 0);
    long allocated = allocatedIn(TURNS, 0);

    assertTrue(allocated <= BYTES_MAX, allocated + " bytes");
    assertEquals(0, counters.get(AgentCounter.PACKETS));
  }

  /** Before anything is compiled there is nobody who finds out that an object is not needed. */
  @Test
  void shouldAllocateNothingWhileNothingComesNotEvenAtFirst() throws IOException {
    begin();
    turns(2, 0);
    long allocated = allocatedIn(100, 0);

    assertTrue(allocated <= BYTES_MAX, allocated + " bytes");
  }
}
