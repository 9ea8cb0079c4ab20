package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.capture.OlderConnection;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.flow.CutTarget;
import io.flowlog.agent.flow.IntervalSchedule;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.AddressTranslation;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordBuilder;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The stages of one capture worker, from frames to rows, and the plan that they follow.
 *
 * <p>Owned by one capture thread; in a replay that is the caller's. It is made with its own
 * connection table, record builder, numbers of ports and {@link PacketIntake}, and nobody else has
 * these. Sources stay their owner's: they are lent for a call. So does the sink, through which rows
 * leave; behind a {@link SpoolQueue} they go to another thread.
 */
final class Pipeline {
  private static final int SWEEP_UNITS = 1024;
  private static final int EXPIRY_UNITS = 64;

  /** The idle hand goes once round a full table in seconds. */
  private static final long EXPIRY_PERIOD_NS = 10_000_000;

  private static final int EXPIRY_PARTS = 512;

  private final PipelineSettings settings;
  private final PortNumbers numbers = new PortNumbers(PacketBatch.PORTS_MAX);

  /** The drop point of number n is at n - 1. */
  private final List<String> dropPoints = new ArrayList<>();

  private final SliceSink sink;
  private final CounterSet counters;
  private final RecordBuilder builder;
  private final ConnectionTable table;
  private final PacketIntake intake;
  private long expiredAtNs;
  private boolean showsTranslations;

  /** Makes a pipeline that has nothing to do yet. */
  Pipeline(PipelineSettings settings, SliceSink sink, CounterSet counters) {
    this.settings = settings;
    this.sink = sink;
    this.counters = counters;
    long seed = settings.tableSize().hashSeed();
    builder = new RecordBuilder(sink, new RecordBatch(), false, seed);
    table =
        new ConnectionTable(
            settings.tableSize(),
            settings.timeouts(),
            IntervalSchedule.whole(),
            new CutTarget(builder, counters));
    intake = new PacketIntake(table, counters, settings.excluded());
  }

  /** Follows a plan from the first packet on, whose time begins the first slice. */
  List<String> begin(CapturePlan plan) throws IOException {
    SlicePlan slices = slicesOf(plan);
    prepare(slices);
    // Nothing but the boundaries of several lengths will ever part an interval here.
    builder.keepStates(lengthsNs(slices).length > 1);
    return follow(plan, slices);
  }

  /**
   * Follows a plan from a moment on, which begins the first slice.
   *
   * @param lastAliveNs when another life of the agent ended: nobody knows what passed since then
   */
  List<String> begin(CapturePlan plan, long nowNs, OptionalLong lastAliveNs) throws IOException {
    List<String> refusals = change(plan, nowNs);
    lastAliveNs.ifPresent(sinceNs -> tellGap(sinceNs, nowNs));
    return refusals;
  }

  private void tellGap(long sinceNs, long nowNs) {
    for (int number : numbers.all()) {
      if (sinceNs < nowNs) {
        builder.gap(number, sinceNs, nowNs);
      } else {
        // The clock was set back meanwhile: how long it was is not known either.
        builder.lost(number, FlowRecord.UNKNOWN);
      }
    }
  }

  /**
   * Follows another plan from a moment on. Loggers that are in both miss nothing and get nothing
   * twice; others have rows until then, or from then on.
   *
   * @return what could not be done, in words
   */
  List<String> change(CapturePlan plan, long nowNs) throws IOException {
    advanceTo(nowNs);
    SlicePlan slices = slicesOf(plan);
    prepare(slices);
    unwrapped(() -> table.cutAt(nowNs));
    builder.keepStates(true);
    return follow(plan, slices);
  }

  private SlicePlan slicesOf(CapturePlan plan) {
    return new SlicePlan(settings.intervalUnitNs(), settings.dropEvidence(), plan.loggers());
  }

  /** Tells the table what holds from the next slice on. */
  private void prepare(SlicePlan slices) {
    table.changeSchedule(new IntervalSchedule(lengthsNs(slices)));
    table.collectSetup(slices.collectsSetup());
  }

  private static long[] lengthsNs(SlicePlan slices) {
    return slices.loggers().stream()
        .mapToLong(slices::lengthNs)
        .filter(lengthNs -> lengthNs > 0)
        .distinct()
        .toArray();
  }

  /** Tells everybody behind the table, whose last slice under the old plan is being cut. */
  private List<String> follow(CapturePlan plan, SlicePlan slices) throws IOException {
    builder.splitIcmp(slices.splitsIcmp());
    showsTranslations = slices.showsTranslations();
    builder.translate(showsTranslations);
    PortNumbers.Change change = numbers.assign(plan.ports(), table::isPortGone);
    change.removed().forEach(table::removePort);
    change.removed().forEach(builder::forgetLosses);
    change.added().forEach(table::addPort);
    List<NumberedPort> ports = new ArrayList<>();
    for (LoggingPort port : plan.ports()) {
      int number = numbers.of(port);
      if (number >= 0) {
        ports.add(new NumberedPort(number, port));
      }
    }
    if (settings.ownership() == Ownership.BY_ADDRESS) {
      intake.match(ports);
    }
    sink.onPlan(new NumberedPlan(slices, ports));
    return change.refused().stream().map(Pipeline::refusal).toList();
  }

  private static String refusal(LoggingPort port) {
    return "logging port "
        + port.portId()
        + " is not captured: a worker takes "
        + PacketBatch.PORTS_MAX
        + " ports: cover fewer ports on this host";
  }

  /** Takes at most so many frames; returns how many there were. */
  int capture(CaptureSource source, int frameLimit) throws IOException {
    try {
      int frames = intake.take(source, frameLimit);
      tend(table.latestNs(), EXPIRY_UNITS);
      return frames;
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  /** Takes at most so many frames that are older than a time; returns how many there were. */
  int captureBefore(LiveSource source, int frameLimit, long beforeNs) throws IOException {
    try {
      return intake.takeBefore(source, frameLimit, beforeNs);
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  /** Does a little of what the table has to do besides; tells whether rows are left to collect. */
  boolean tend(long nowNs) throws IOException {
    try {
      boolean expiryIsDue = Math.abs(nowNs - expiredAtNs) >= EXPIRY_PERIOD_NS;
      expiredAtNs = expiryIsDue ? nowNs : expiredAtNs;
      int part = table.usedUnits() / EXPIRY_PARTS;
      return tend(nowNs, expiryIsDue ? EXPIRY_UNITS + part : 0);
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  private boolean tend(long nowNs, int expiryUnits) {
    boolean done = table.sweep(SWEEP_UNITS) > 0;
    if (expiryUnits > 0) {
      table.expire(nowNs, expiryUnits);
    }
    return !done;
  }

  /** Returns when the running slice ends by itself. */
  long sliceEndNs() {
    return table.sliceEndNs();
  }

  /** Ends the running slice at its boundary: nothing comes any more that is older than this. */
  void passBoundary(long toNs) throws IOException {
    unwrapped(() -> table.advanceTo(toNs));
  }

  /** Asks somebody what packets carry behind an address translation; before the first plan. */
  void askForTranslations(AddressTranslation translation) {
    builder.askForTranslations(translation);
  }

  /** Tells whether anybody shows what packets carry behind an address translation. */
  boolean showsTranslations() {
    return showsTranslations;
  }

  /** Takes what is known of a connection of a port that is older than the capture there. */
  void know(int number, OlderConnection older, long nowNs) {
    if (numbers.isInUse(number)) {
      table.know(number, older, nowNs);
    }
  }

  /** Takes a report of packets that the host dropped, in the slice in which they were seen. */
  void drop(DropReport report) {
    if (settings.excluded().contain(report)) {
      return;
    }
    // A row of a port that is not in the plan would make its slice unreadable.
    if (numbers.isInUse(report.portIndex)) {
      table.apply(report);
    } else {
      counters.add(AgentCounter.DROPS_OF_NO_PORT, report.packets);
    }
  }

  /** Takes the news that packets of a port were lost on the way to us, if it is captured. */
  void lost(LoggingPort port, long lostPackets) {
    lost(numbers.of(port), lostPackets);
  }

  /** Takes the same news of the port with a number, which may be -1. */
  void lost(int number, long lostPackets) {
    if (numbers.isInUse(number)) {
      builder.lost(number, lostPackets);
    }
  }

  /** Returns the number by which reports know a port; -1 if it is not captured. */
  int numberOf(LoggingPort port) {
    return numbers.of(port);
  }

  /** Returns the number by which reports know a drop point. */
  int numberOfDropPoint(String name) throws IOException {
    int known = dropPoints.indexOf(name);
    if (known >= 0) {
      return known + 1;
    }
    sink.onDropPoint(name);
    dropPoints.add(name);
    return dropPoints.size();
  }

  /** Lets time pass for ports that are silent. */
  void advanceTo(long nowNs) throws IOException {
    unwrapped(() -> table.advanceTo(nowNs));
    sweep();
  }

  private void sweep() throws IOException {
    unwrapped(() -> table.sweep(Integer.MAX_VALUE));
  }

  /** Cuts the running slice where its interval ends: nothing comes any more. */
  void finish() throws IOException {
    unwrapped(table::finish);
  }

  /** Stops at a moment: what was counted until then goes into files at once. */
  void stop(long nowNs) throws IOException {
    change(CapturePlan.NOTHING, nowNs);
    sweep();
  }

  /** Lets the sink's exceptions, which pass through the table unchecked, out as they were. */
  private static void unwrapped(Runnable work) throws IOException {
    try {
      work.run();
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  private static IOException causeOf(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause());
  }

  /** Returns how many places the connection table has. */
  int tableUnits() {
    return table.unitsMax();
  }

  /** Returns how many of them are taken; any thread may ask. */
  int tableUnitsUsed() {
    return table.usedUnits();
  }

  /** Returns how many rows were written so far. */
  long rows() {
    return builder.rows();
  }
}
