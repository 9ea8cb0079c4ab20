package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordSink;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.IntervalSealer;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolException;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to the journal of their slice, and has files made of slices that are complete.
 *
 * <p>One thread owns it, with the spool.
 */
final class SpoolWorker implements RecordSink, AutoCloseable {
  private final Spool spool;
  private final IntervalSealer sealer;
  private final RecordDictionary dictionary;
  private final CounterSet counters;
  private NumberedPlan plan = NumberedPlan.NOTHING;

  /** The plan of the slice whose rows are being written. */
  private SlicePlan writing = SlicePlan.NONE;

  private @Nullable RowJournal journal;
  private long newestStartNs = Long.MIN_VALUE;

  /** Makes a worker; the dictionary is the one that the records' numbers come from. */
  SpoolWorker(
      Spool spool, IntervalSealer sealer, RecordDictionary dictionary, CounterSet counters) {
    this.spool = spool;
    this.sealer = sealer;
    this.dictionary = dictionary;
    this.counters = counters;
  }

  /** Takes the plan of all slices that have not ended yet. */
  void onPlan(NumberedPlan next) {
    plan = next;
  }

  @Override
  public void onIntervalStart(long startNs, long endNs) throws SpoolException {
    RowJournal started = spool.beginInterval(startNs, endNs);
    journal = started;
    newestStartNs = Math.max(newestStartNs, startNs);
    writing = plan.slices();
    started.declare(writing);
    for (NumberedPort port : plan.ports()) {
      started.definePort(port.number(), dictionary);
    }
  }

  @Override
  public void onBatch(RecordBatch batch) throws SpoolException {
    RowJournal open = running();
    open.defineDropPoints(dictionary);
    open.append(batch);
    counters.add(AgentCounter.RECORDS, batch.rows());
  }

  @Override
  public void onIntervalComplete(long packets) throws SpoolException {
    running().complete(packets);
    journal = null;
    writing = SlicePlan.NONE;
  }

  private RowJournal running() {
    if (journal == null) {
      throw new IllegalStateException("rows came outside an interval");
    }
    return journal;
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

  /** Lets go of a journal that a failure left open. */
  @Override
  public void close() throws SpoolException {
    if (journal != null) {
      journal.close();
      journal = null;
    }
  }
}
