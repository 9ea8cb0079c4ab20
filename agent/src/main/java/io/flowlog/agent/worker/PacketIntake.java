package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames from a source through the decoder into the connection table, each packet under the
 * number of its logging port.
 *
 * <p>Owned by one {@link Pipeline}, to whom the table belongs, too. Its own are the decoder, the
 * batch and the {@link PortMatcher}.
 */
final class PacketIntake implements FrameHandler {
  /** Enough to overlap the memory accesses of a batch, few enough to stay in the first cache. */
  private static final int BATCH_PACKETS = 64;

  /** A packet between two logging ports is counted at both. */
  private static final int PACKETS_OF_A_FRAME = 2;

  /** Kept, as each call of values() makes another array. */
  private static final FrameOutcome[] OUTCOMES = FrameOutcome.values();

  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(BATCH_PACKETS);
  private final long[] outcomes = new long[OUTCOMES.length];
  private final ConnectionTable table;
  private final CounterSet counters;
  private final ExcludedNetworks excluded;

  /** Null when sources know whose their frames are. */
  private @Nullable PortMatcher matcher;

  /** Whether every packet goes to the table as the decoder made it. */
  private boolean plain;

  /** Makes an intake for sources that know whose their frames are, until it is told of ports. */
  PacketIntake(ConnectionTable table, CounterSet counters, ExcludedNetworks excluded) {
    this.table = table;
    this.counters = counters;
    this.excluded = excluded;
    plain = excluded.isEmpty();
  }

  /** Tells packets of some ports apart from now on. */
  void match(List<NumberedPort> ports) {
    matcher = new PortMatcher(ports, batch);
    plain = false;
  }

  /** Takes at most so many frames; returns how many there were. */
  int take(CaptureSource source, int frameLimit) throws IOException {
    try {
      return source.poll(this, frameLimit);
    } finally {
      // What came before any damage counts.
      flush();
    }
  }

  /** Takes at most so many frames that are older than a time; returns how many there were. */
  int takeBefore(LiveSource source, int frameLimit, long beforeNs) throws IOException {
    try {
      return source.pollBefore(this, frameLimit, beforeNs);
    } finally {
      flush();
    }
  }

  @Override
  public void onFrame(Frame frame) {
    if (batch.isShortOf(PACKETS_OF_A_FRAME)) {
      table.apply(batch);
      batch.clear();
    }
    FrameOutcome outcome = decoder.decode(frame, batch);
    outcomes[outcome.ordinal()]++;
    if (!plain && outcome.isPacket()) {
      assign(frame);
    }
  }

  private void assign(Frame frame) {
    if (excluded.containLast(batch)) {
      batch.removeLast();
      counters.increment(AgentCounter.FRAMES_EXCLUDED);
    } else if (matcher != null && matcher.match(frame, batch) == 0) {
      batch.removeLast();
      counters.increment(AgentCounter.FRAMES_OF_NO_PORT);
    }
  }

  private void flush() {
    table.apply(batch);
    batch.clear();
    for (FrameOutcome outcome : OUTCOMES) {
      long count = outcomes[outcome.ordinal()];
      outcomes[outcome.ordinal()] = 0;
      FrameOutcomes.count(outcome, count, counters);
    }
  }
}
