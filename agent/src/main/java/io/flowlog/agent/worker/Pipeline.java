package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.flow.CutTarget;
import io.flowlog.agent.flow.IntervalSchedule;
import io.flowlog.agent.format.RecordEncoders;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordBuilder;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.IntervalSealer;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The stages from frames to sealed files, run inline by one thread, and the plan that they follow.
 * Owned by that thread.
 */
final class Pipeline implements AutoCloseable {
  private static final int BATCH_BYTES = 1 << 18;

  private final PipelineSettings settings;
  private final RecordDictionary dictionary = new RecordDictionary();
  private final PortNumbers numbers = new PortNumbers(ConnectionTable.PORTS_MAX);
  private final SpoolWorker spoolWorker;
  private final RecordBuilder builder;
  private final ConnectionTable table;
  private final CaptureWorker captureWorker;

  /** Makes a pipeline that has nothing to do yet. */
  Pipeline(PipelineSettings settings, Spool spool, Coverage coverage, CounterSet counters) {
    this.settings = settings;
    Sealer sealer =
        new Sealer(
            spool,
            new RecordEncoders(settings.encoding()),
            new ObjectNames(settings.zone(), settings.encoding().host()),
            settings.rowsPerFile());
    IntervalSealer intervals = new IntervalSealer(spool, sealer, coverage);
    spoolWorker = new SpoolWorker(spool, intervals, dictionary, counters);
    long seed = settings.tableSize().hashSeed();
    builder = new RecordBuilder(spoolWorker, new RecordBatch(BATCH_BYTES), seed);
    table =
        new ConnectionTable(
            settings.tableSize(),
            settings.timeouts(),
            IntervalSchedule.whole(),
            new CutTarget(builder, counters));
    captureWorker = new CaptureWorker(table, counters, settings.excluded());
  }

  /** Follows a plan from the first packet on; nothing has been counted yet. */
  List<String> begin(CapturePlan plan) {
    return follow(plan);
  }

  /**
   * Follows another plan from a moment on. Loggers that are in both miss nothing and get nothing
   * twice; others have rows until then, or from then on.
   *
   * @return what could not be done, in words
   */
  List<String> change(CapturePlan plan, long nowNs) throws IOException {
    try {
      table.cutAt(nowNs);
      table.sweep(Integer.MAX_VALUE);
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
    return follow(plan);
  }

  private List<String> follow(CapturePlan plan) {
    PortNumbers.Change change = numbers.assign(plan.ports(), table::isFree);
    change.removed().forEach(table::removePort);
    change.added().forEach(table::addPort);
    List<NumberedPort> ports = new ArrayList<>();
    for (LoggingPort port : plan.ports()) {
      int number = numbers.of(port);
      if (number >= 0) {
        dictionary.define(number, port);
        ports.add(new NumberedPort(number, port));
      }
    }
    if (!settings.singlePort()) {
      captureWorker.match(ports);
    }
    tell(plan.loggers(), ports);
    return change.refused().stream().map(Pipeline::refusal).toList();
  }

  private static String refusal(LoggingPort port) {
    return "logging port "
        + port.portId()
        + " is not captured: a worker takes "
        + ConnectionTable.PORTS_MAX
        + " ports: cover fewer ports on this host";
  }

  private void tell(List<FlowLogger> loggers, List<NumberedPort> ports) {
    SlicePlan slices = new SlicePlan(settings.intervalUnitNs(), settings.dropEvidence(), loggers);
    long[] lengthsNs =
        loggers.stream()
            .mapToLong(logger -> logger.aggregationInterval() * settings.intervalUnitNs())
            .filter(lengthNs -> lengthNs > 0)
            .distinct()
            .toArray();
    table.schedule(new IntervalSchedule(lengthsNs));
    table.collectSetup(slices.collectsSetup());
    builder.splitIcmp(slices.splitsIcmp());
    builder.accumulates(lengthsNs.length > 1);
    spoolWorker.onPlan(new NumberedPlan(slices, ports));
  }

  /** Takes at most so many frames; returns how many there were. */
  int capture(CaptureSource source, int frameLimit) throws IOException {
    try {
      return captureWorker.doWork(source, frameLimit);
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  /** Lets time pass for ports that are silent. */
  void advanceTo(long nowNs) throws IOException {
    try {
      table.advanceTo(nowNs);
      table.sweep(Integer.MAX_VALUE);
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
  }

  /** Cuts the running slice where its interval ends: nothing comes any more. */
  void finish() throws IOException {
    try {
      table.finish();
    } catch (UncheckedIOException e) {
      throw causeOf(e);
    }
    spoolWorker.onLastSlice();
  }

  /** Stops at a moment: what was counted until then goes into files at once. */
  void stop(long nowNs) throws IOException {
    change(CapturePlan.NOTHING, nowNs);
  }

  private static IOException causeOf(UncheckedIOException e) {
    return Objects.requireNonNull(e.getCause());
  }

  /** Makes the files of one logger and interval that is over; tells whether there was one. */
  boolean sealNext() throws SpoolException {
    return spoolWorker.sealNext();
  }

  /** Returns how many rows were written so far. */
  long rows() {
    return builder.rows();
  }

  @Override
  public void close() throws SpoolException {
    spoolWorker.close();
  }
}
