package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the sources of many logging ports see, each packet in the interval of its own time.
 *
 * <p>Owned by one capture thread, with its {@link Pipeline} and the sources that it was given. At
 * each <em>barrier</em>, which is the end of a slice or the moment of an order, no source gets past
 * before all others are there: a source whose next frame is newer waits, and one that is silent is
 * given the time that the kernel takes to hand its frames over.
 */
final class CaptureWorker {
  /** The kernel may have a frame's time, and not yet the frame where we see it. */
  static final long ARRIVAL_NS = 20_000_000;

  /** After so long the kernel has handed over any frame: two time-outs of a ring, and some. */
  static final long HAND_OVER_NS = 200_000_000;

  /** A packet's worth of work is small: other sources, too, get their turn within milliseconds. */
  private static final int FRAMES_PER_TURN = 8192;

  private final Pipeline pipeline;
  private final OrderSlot orders;
  private final OptionalLong lastAliveNs;
  private final List<SourceLosses> sources = new ArrayList<>();
  private List<LiveSource> current = List.of();
  private List<LoggingPort> blind = List.of();
  private boolean begun;
  private boolean done;

  /** Whether the time of the barrier has come. */
  private boolean reached;

  /** When the barrier was reached, on the clock that nobody sets. */
  private long reachedAtNs;

  /**
   * Makes a worker without sources.
   *
   * @param lastAliveNs until when an earlier life of the agent counted
   */
  CaptureWorker(Pipeline pipeline, OrderSlot orders, OptionalLong lastAliveNs) {
    this.pipeline = pipeline;
    this.orders = orders;
    this.lastAliveNs = lastAliveNs;
  }

  /**
   * Does what there is to do now.
   *
   * @param nowNs the time of day
   * @param tickNs a clock that nobody sets
   * @return whether there may be more to do at once
   */
  boolean doWork(long nowNs, long tickNs) throws IOException {
    CaptureOrder order = orders.waiting();
    long barrierNs = barrierNs(order, nowNs);
    lookAtClock(barrierNs, nowNs, tickNs);
    int frames = 0;
    boolean passed = reached;
    for (int i = 0; i < sources.size(); i++) {
      LiveSource source = sources.get(i).source();
      int taken = pipeline.captureBefore(source, FRAMES_PER_TURN, barrierNs);
      frames += taken;
      passed &= taken < FRAMES_PER_TURN && isPast(source, tickNs);
    }
    boolean busy = pipeline.tend(nowNs);
    if (passed || (reached && isCrowded())) {
      pass(barrierNs, order, nowNs);
      busy = true;
    }
    return frames > 0 || busy;
  }

  private long barrierNs(@Nullable CaptureOrder order, long nowNs) {
    long endNs = pipeline.sliceEndNs();
    // The clock may have been set back since the order was given.
    return order == null ? endNs : Math.min(endNs, Math.min(order.asOfNs(), nowNs));
  }

  private void lookAtClock(long barrierNs, long nowNs, long tickNs) throws IOException {
    boolean now = nowNs >= barrierNs || isAnyHolding();
    if (now && !reached) {
      reachedAtNs = tickNs;
      for (SourceLosses at : sources) {
        at.count();
      }
    }
    reached = now;
  }

  private boolean isAnyHolding() {
    for (int i = 0; i < sources.size(); i++) {
      if (isHolding(sources.get(i).source())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHolding(LiveSource source) {
    return source.nextNs() != LiveSource.NOTHING_HELD;
  }

  private boolean isPast(LiveSource source, long tickNs) {
    long sinceNs = tickNs - reachedAtNs;
    return isHolding(source)
        || source.isExhausted()
        || sinceNs >= HAND_OVER_NS
        || (sinceNs >= ARRIVAL_NS && source.isEmpty());
  }

  /** Better a few late packets of a quiet port, which are counted as such, than lost ones. */
  private boolean isCrowded() {
    for (int i = 0; i < sources.size(); i++) {
      LiveSource source = sources.get(i).source();
      if (isHolding(source) && source.isCrowded()) {
        return true;
      }
    }
    return false;
  }

  private void pass(long barrierNs, @Nullable CaptureOrder order, long nowNs) throws IOException {
    for (SourceLosses at : sources) {
      at.tellBefore(pipeline);
    }
    if (order != null && Math.min(order.asOfNs(), nowNs) <= barrierNs) {
      follow(order, barrierNs);
    }
    // An order may be of the very moment at which a slice ends.
    if (pipeline.sliceEndNs() <= barrierNs) {
      pipeline.passBoundary(Math.max(barrierNs, knownUntilNs(nowNs)));
    }
    for (SourceLosses at : sources) {
      at.tellAfter(pipeline);
    }
    for (LoggingPort port : blind) {
      pipeline.lost(port, FlowRecord.UNKNOWN);
    }
    reached = false;
  }

  /** After a leap of the clock many slices are over of which nobody has anything. */
  private long knownUntilNs(long nowNs) {
    long untilNs = nowNs - HAND_OVER_NS;
    for (SourceLosses at : sources) {
      untilNs = Math.min(untilNs, at.source().nextNs());
    }
    return untilNs;
  }

  private void follow(CaptureOrder order, long asOfNs) throws IOException {
    for (LiveSource source : order.removed()) {
      retire(source);
    }
    CapturePlan plan = order.plan();
    if (plan != null) {
      orders.refuse(follow(plan, asOfNs));
    }
    blind = order.blind();
    for (CaptureOrder.PortSource added : order.added()) {
      add(added);
    }
    current = sources.stream().map(SourceLosses::source).toList();
    if (order.isLast()) {
      pipeline.stop(asOfNs);
      done = true;
    }
    orders.done();
  }

  private List<String> follow(CapturePlan plan, long asOfNs) throws IOException {
    if (begun) {
      return pipeline.change(plan, asOfNs);
    }
    begun = true;
    return pipeline.begin(plan, asOfNs, lastAliveNs);
  }

  private void add(CaptureOrder.PortSource added) {
    int number = pipeline.numberOf(added.port());
    if (number < 0) {
      orders.retire(added.source());
    } else {
      added.source().assignPort(number);
      sources.add(new SourceLosses(added.port(), added.source()));
    }
  }

  private void retire(LiveSource source) throws IOException {
    for (SourceLosses at : sources) {
      if (at.source() == source) {
        at.count();
        at.tellBefore(pipeline);
      }
    }
    if (sources.removeIf(at -> at.source() == source)) {
      orders.retire(source);
    }
  }

  /** Finds out what was lost until now, for those who ask for figures. */
  void countLosses() throws IOException {
    for (int i = 0; i < sources.size(); i++) {
      sources.get(i).source().countLost();
    }
  }

  /** Returns the sources that are read: the same list until they are others. */
  List<LiveSource> sources() {
    return current;
  }

  /** Tells whether a barrier was reached that not all sources have passed. */
  boolean isAtBarrier() {
    return reached;
  }

  /** Tells whether the last order was done. */
  boolean isDone() {
    return done;
  }
}
