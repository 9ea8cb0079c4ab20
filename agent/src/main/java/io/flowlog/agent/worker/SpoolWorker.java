package io.flowlog.agent.worker;

import io.flowlog.agent.format.RecordEncoders;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.IntervalSealer;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.spool.UrgentWork;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to the journal of their slice, and has files made of slices that are complete.
 *
 * <p>Owned by the spool thread, as are the spool and the sealer that it works with; in a replay by
 * the one thread that there is.
 */
final class SpoolWorker implements SliceSink, AutoCloseable {
  private static final long PART_NUMBERS_KEPT_NS = TimeUnit.HOURS.toNanos(48);

  private final Spool spool;
  private final IntervalSealer sealer;
  private final RecordDictionary dictionary = new RecordDictionary();
  private final CounterSet counters;
  private NumberedPlan plan = NumberedPlan.NOTHING;
  private boolean planKnown;

  /** The plan of the slice whose rows are being written. */
  private SlicePlan writing = SlicePlan.NONE;

  private @Nullable RowJournal journal;
  private long newestStartNs = Long.MIN_VALUE;
  private long runningEndNs = Long.MIN_VALUE;
  private long completeUntilNs = Long.MIN_VALUE;

  SpoolWorker(Spool spool, IntervalSealer sealer, CounterSet counters) {
    this.spool = spool;
    this.sealer = sealer;
    this.counters = counters;
  }

  /** Makes a worker with all that it takes to make files. */
  static SpoolWorker of(Spool spool, FileSettings files, Coverage coverage, CounterSet counters) {
    Sealer sealer =
        new Sealer(spool, new RecordEncoders(files.encoding()), files.names(), files.rowsPerFile());
    return new SpoolWorker(spool, new IntervalSealer(spool, sealer, coverage), counters);
  }

  @Override
  public void onPlan(NumberedPlan next) {
    plan = next;
    planKnown = true;
  }

  /** Tells whether it was told yet what is captured in this life. */
  boolean knowsPlan() {
    return planKnown;
  }

  /** Returns the loggers that collect; empty until {@link #knowsPlan}. */
  Set<UUID> collecting() {
    return plan.slices().loggers().stream().map(FlowLogger::id).collect(Collectors.toSet());
  }

  @Override
  public void onDropPoint(String name) {
    dictionary.numberOfDropPoint(name);
  }

  @Override
  public void onSliceStart(long startNs, long endNs) throws SpoolException {
    RowJournal started = spool.beginSlice(startNs, endNs);
    try {
      started.declare(plan.slices());
      for (NumberedPort port : plan.ports()) {
        dictionary.define(port.number(), port.port());
        started.definePort(port.number(), dictionary);
      }
    } catch (SpoolException e) {
      started.abandon(e);
      throw e;
    }
    journal = started;
    runningEndNs = endNs;
    writing = plan.slices();
    newestStartNs = Math.max(newestStartNs, startNs);
  }

  @Override
  public void onBatch(RecordBatch batch) throws SpoolException {
    RowJournal open = running();
    open.defineDropPoints(dictionary);
    open.append(batch);
    counters.add(AgentCounter.RECORDS, batch.rows());
  }

  @Override
  public void onSliceComplete(long packets) throws SpoolException {
    running().complete(packets);
    completeUntilNs = runningEndNs;
    journal = null;
    writing = SlicePlan.NONE;
  }

  private RowJournal running() {
    if (journal == null) {
      throw new IllegalStateException("rows came outside a slice");
    }
    return journal;
  }

  /** Has something done again and again while files are made. */
  void interruptFor(UrgentWork work) {
    sealer.interruptFor(work);
  }

  /** Tells that no rows come any more: what is there is the whole of every interval. */
  void onLastSlice() {
    newestStartNs = Long.MAX_VALUE;
  }

  /** Makes the files of one logger and interval that is over; tells whether there was one. */
  boolean sealNext() throws SpoolException {
    return sealer.sealNext(newestStartNs, this::hasRowsToCome);
  }

  private boolean hasRowsToCome(FlowLogger logger) {
    return isIn(plan.slices(), logger) || isIn(writing, logger);
  }

  private static boolean isIn(SlicePlan slices, FlowLogger logger) {
    FlowLogger found = slices.find(logger.id());
    return found != null && found.makesSameFilesAs(logger);
  }

  /** Returns the end of the last slice whose rows are all on disk; early in time if none is. */
  long completeUntilNs() {
    return completeUntilNs;
  }

  /** Forgets which parts files of old intervals were, once nothing of those can come any more. */
  void forgetOldPartNumbers(long nowNs) throws SpoolException {
    spool.forgetPartNumbers(nowNs - PART_NUMBERS_KEPT_NS);
  }

  /** Returns how many files wait to be stored. */
  int filesWaiting() {
    return spool.filesWaiting();
  }

  /** Lets go of a journal that a failure left open. */
  @Override
  public void close() throws SpoolException {
    if (journal != null) {
      journal.close();
      journal = null;
    }
  }
}
