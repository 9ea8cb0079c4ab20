package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordSink;
import io.flowlog.agent.spool.JournalFile;
import io.flowlog.agent.spool.RowFilter;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes records to the journal of their interval, and makes sealed files of complete journals.
 *
 * <p>One thread owns it, with the spool.
 */
final class SpoolWorker implements RecordSink, AutoCloseable {
  private final Spool spool;
  private final Sealer sealer;
  private final List<Destination> destinations;
  private final RecordDictionary ports;
  private final CounterSet counters;
  private @Nullable RowJournal journal;

  /** A logger and the rows that it wants. */
  record Destination(FlowLogger logger, RowFilter filter) {}

  SpoolWorker(
      Spool spool,
      Sealer sealer,
      List<Destination> destinations,
      RecordDictionary ports,
      CounterSet counters) {
    this.spool = spool;
    this.sealer = sealer;
    this.destinations = List.copyOf(destinations);
    this.ports = ports;
    this.counters = counters;
  }

  @Override
  public void onIntervalStart(long startNs, long endNs) throws SpoolException {
    RowJournal started = spool.beginInterval(startNs, endNs);
    journal = started;
    for (int portIndex = 0; portIndex < ports.size(); portIndex++) {
      if (ports.find(portIndex) != null) {
        started.definePort(portIndex, ports);
      }
    }
  }

  @Override
  public void onBatch(RecordBatch batch) throws SpoolException {
    running().append(batch);
    counters.add(AgentCounter.RECORDS, batch.rows());
  }

  @Override
  public void onIntervalComplete(long packets) throws SpoolException {
    running().complete(packets);
    journal = null;
  }

  private RowJournal running() {
    if (journal == null) {
      throw new IllegalStateException("rows came outside an interval");
    }
    return journal;
  }

  /** Encodes one journal that is complete, for every logger; returns how many there were. */
  int sealNext() throws SpoolException {
    List<JournalFile> complete = spool.journals();
    if (complete.isEmpty()) {
      return 0;
    }
    JournalFile next = complete.get(0);
    for (Destination destination : destinations) {
      sealer.seal(next, destination.logger(), destination.filter());
    }
    spool.retire(next);
    return 1;
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
