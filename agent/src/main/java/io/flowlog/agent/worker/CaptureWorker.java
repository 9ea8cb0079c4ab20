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

  /** Evidence that is later than this is too late, which is told: who collects it is in trouble. */
  private static final long EVIDENCE_PATIENCE_NS = 1_000_000_000;

  /** After a longer leap of the clock it is clear enough that nothing is known. */
  private static final int MARKED_SLICES_MAX = 1500;

  private final Pipeline pipeline;
  private final OrderSlot orders;
  private final @Nullable DropVerdicts drops;
  private final @Nullable ConntrackIntake conntrack;
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
   * @param drops null if nobody tells what the host drops
   * @param conntrack null if nobody tells what connections the host tracks
   * @param lastAliveNs until when an earlier life of the agent counted
   */
  CaptureWorker(
      Pipeline pipeline,
      OrderSlot orders,
      @Nullable DropVerdicts drops,
      @Nullable ConntrackIntake conntrack,
      OptionalLong lastAliveNs) {
    this.pipeline = pipeline;
    this.orders = orders;
    this.drops = drops;
    this.conntrack = conntrack;
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
    boolean drained = reached;
    boolean passed = reached;
    for (int i = 0; i < sources.size(); i++) {
      int taken = capture(sources.get(i), barrierNs, tickNs);
      frames += taken;
      drained &= taken < FRAMES_PER_TURN;
      passed &= isPast(sources.get(i).source(), tickNs);
    }
    passed &= isConntrackPast(barrierNs, nowNs, tickNs);
    boolean dropsPast = areDropsPast(barrierNs, tickNs);
    boolean busy = pipeline.tend(nowNs);
    boolean framesPast = passed || (isCrowded() && !isOneAwaited(order, tickNs));
    if (drained && dropsPast && framesPast) {
      pass(barrierNs, order, nowNs, tickNs);
      busy = true;
    }
    return frames > 0 || busy;
  }

  private long barrierNs(@Nullable CaptureOrder order, long nowNs) {
    long endNs = pipeline.sliceEndNs();
    return order == null ? endNs : Math.min(endNs, order.momentNs(nowNs));
  }

  private int capture(SourceLosses at, long barrierNs, long tickNs) throws IOException {
    return at.skipOlder(FRAMES_PER_TURN, tickNs)
        ? 0
        : pipeline.captureBefore(at.source(), FRAMES_PER_TURN, barrierNs);
  }

  /**
   * Counts drops, too; tells whether those before the barrier are there. A crowded ring waits for
   * them as well: what it loses meanwhile is counted as its own, but a drop that counts in a later
   * slice than its packet leaves both slices wrong, whosever it is.
   */
  private boolean areDropsPast(long barrierNs, long tickNs) throws IOException {
    if (drops == null) {
      return true;
    }
    drops.takeBefore(barrierNs);
    long sinceNs = tickNs - reachedAtNs;
    boolean past = areDropsComplete(barrierNs);
    if (!past && reached && sinceNs >= ARRIVAL_NS) {
      drops.hurry();
    }
    return past || sinceNs >= EVIDENCE_PATIENCE_NS;
  }

  /** Hears of connections, too; tells whether all is known of those before the barrier. */
  private boolean isConntrackPast(long barrierNs, long nowNs, long tickNs) {
    if (conntrack == null) {
      return true;
    }
    conntrack.take(nowNs);
    long sinceNs = tickNs - reachedAtNs;
    boolean past = conntrack.isCompleteUntil(barrierNs + ARRIVAL_NS);
    if (!past && reached && sinceNs >= ARRIVAL_NS) {
      conntrack.hurry();
    }
    return past || sinceNs >= EVIDENCE_PATIENCE_NS;
  }

  private boolean areDropsComplete(long barrierNs) {
    return drops == null || drops.isCompleteUntil(barrierNs + ARRIVAL_NS);
  }

  private void lookAtClock(long barrierNs, long nowNs, long tickNs) throws IOException {
    boolean now = nowNs >= barrierNs || isAnyHolding();
    if (now && !reached) {
      reachedAtNs = tickNs;
      for (SourceLosses at : sources) {
        // The clock may have been set back since the frames came that say that it is time.
        at.count(Math.max(nowNs, barrierNs + 1));
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

  /** What a source that is given up has not handed over would be late for ever. */
  private boolean isOneAwaited(@Nullable CaptureOrder order, long tickNs) {
    return order != null && order.removed().stream().anyMatch(source -> !isPast(source, tickNs));
  }

  private void pass(long barrierNs, @Nullable CaptureOrder order, long nowNs, long tickNs)
      throws IOException {
    for (SourceLosses at : sources) {
      at.tellBefore(pipeline);
    }
    boolean dropsComplete = areDropsComplete(barrierNs);
    tellDropsUnknownUnless(dropsComplete);
    if (order != null && order.momentNs(nowNs) <= barrierNs) {
      follow(order, barrierNs, tickNs);
    }
    // An order may be of the very moment at which a slice ends.
    if (pipeline.sliceEndNs() <= barrierNs) {
      passSlices(Math.max(barrierNs, knownUntilNs(nowNs)));
    } else {
      mark(barrierNs);
    }
    tellDropsUnknownUnless(dropsComplete);
    reached = false;
  }

  /** Drops that come too late count in the next slice: neither is what it seems. */
  private void tellDropsUnknownUnless(boolean complete) {
    if (drops != null && !complete) {
      drops.onLostAnywhere(0);
    }
  }

  /** Of slices that nobody has anything of any more, each must say what it may lack. */
  private void passSlices(long untilNs) throws IOException {
    int marked = 0;
    boolean marks = true;
    for (long endNs = pipeline.sliceEndNs(); endNs <= untilNs; endNs = pipeline.sliceEndNs()) {
      long passedNs = marks && marked < MARKED_SLICES_MAX ? endNs : untilNs;
      pipeline.passBoundary(passedNs);
      marks = mark(passedNs);
      marked++;
    }
  }

  /** Marks the running slice, which began at a time, for all that is not known of it. */
  private boolean mark(long startNs) {
    boolean marks = !blind.isEmpty();
    for (SourceLosses at : sources) {
      if (at.isUncertainAt(startNs)) {
        at.markUncertain(pipeline);
        marks = true;
      }
    }
    for (LoggingPort port : blind) {
      pipeline.lost(port, FlowRecord.UNKNOWN);
    }
    return marks;
  }

  /** After a leap of the clock many slices are over of which nobody has anything. */
  private long knownUntilNs(long nowNs) {
    long untilNs = nowNs - HAND_OVER_NS;
    for (SourceLosses at : sources) {
      untilNs = Math.min(untilNs, at.source().nextNs());
    }
    return drops == null ? untilNs : Math.min(untilNs, drops.quietUntilNs());
  }

  private void follow(CaptureOrder order, long asOfNs, long tickNs) throws IOException {
    List<LoggingPort> unseen = new ArrayList<>(blind);
    for (LiveSource source : order.removed()) {
      unseen.addAll(retire(source, asOfNs));
    }
    CapturePlan plan = order.plan();
    if (plan != null) {
      orders.refuse(follow(plan, asOfNs));
    }
    blind = order.blind();
    if (drops != null) {
      drops.know(order.watched());
    }
    if (conntrack != null) {
      conntrack.know(order.watched());
    }
    for (CaptureOrder.PortSource added : order.added()) {
      add(added, asOfNs, tickNs);
    }
    unseen.forEach(this::tellIfSeenAgain);
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

  private void add(CaptureOrder.PortSource added, long asOfNs, long tickNs) {
    int number = pipeline.numberOf(added.port());
    if (number < 0) {
      orders.retire(added.source());
    } else {
      added.source().assignPort(number);
      sources.add(new SourceLosses(added.port(), added.source(), asOfNs, tickNs));
    }
  }

  /** Nobody looked until the port's new source was there. */
  private void tellIfSeenAgain(LoggingPort port) {
    if (sources.stream().anyMatch(at -> at.port().portId().equals(port.portId()))) {
      pipeline.lost(port, FlowRecord.UNKNOWN);
    }
  }

  /** Gives a source up; returns whose it was. */
  private List<LoggingPort> retire(LiveSource source, long asOfNs) throws IOException {
    List<LoggingPort> ports = new ArrayList<>();
    for (SourceLosses at : sources) {
      if (at.source().equals(source)) {
        at.count(asOfNs);
        at.tellBefore(pipeline);
        ports.add(at.port());
      }
    }
    if (sources.removeIf(at -> at.source().equals(source))) {
      orders.retire(source);
    }
    return ports;
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
