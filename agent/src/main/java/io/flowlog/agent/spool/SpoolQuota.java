package io.flowlog.agent.spool;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.Discard.Reason;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Keeps a spool within its bounds. Owned by the spool thread.
 *
 * <p>While more waits than may, the oldest file of the logger goes that is furthest above its equal
 * share. What waits is sealed files, each at its size but at least 32 KiB, and the row journals of
 * slices, which belong to no logger. When journals alone are too much, the oldest complete one
 * goes. A file that is being stored stays, and so does the slice that is being written.
 *
 * <p>The listener hears of everything before it goes: a kill may have it told twice, never not.
 */
public final class SpoolQuota {
  private static final Map<Reason, AgentCounter> FILES =
      Map.of(
          Reason.QUOTA, AgentCounter.FILES_DISCARDED_QUOTA,
          Reason.DISK_FULL, AgentCounter.FILES_DISCARDED_QUOTA,
          Reason.AGE, AgentCounter.FILES_DISCARDED_AGE,
          Reason.DISABLED, AgentCounter.FILES_DISCARDED_DISABLED);

  private static final Map<Reason, AgentCounter> ROWS =
      Map.of(
          Reason.QUOTA, AgentCounter.ROWS_DISCARDED_QUOTA,
          Reason.DISK_FULL, AgentCounter.ROWS_DISCARDED_QUOTA,
          Reason.AGE, AgentCounter.ROWS_DISCARDED_AGE,
          Reason.DISABLED, AgentCounter.ROWS_DISCARDED_DISABLED);

  private static final Map<Reason, AgentCounter> BYTES =
      Map.of(
          Reason.QUOTA, AgentCounter.BYTES_DISCARDED_QUOTA,
          Reason.DISK_FULL, AgentCounter.BYTES_DISCARDED_QUOTA,
          Reason.AGE, AgentCounter.BYTES_DISCARDED_AGE,
          Reason.DISABLED, AgentCounter.BYTES_DISCARDED_DISABLED);

  private final Spool spool;
  private final SpoolConfig bounds;
  private final CounterSet counters;
  private final Discard.Listener listener;

  /** Makes the quota of a spool. */
  public SpoolQuota(
      Spool spool, SpoolConfig bounds, CounterSet counters, Discard.Listener listener) {
    this.spool = spool;
    this.bounds = bounds;
    this.counters = counters;
    this.listener = listener;
  }

  /**
   * Discards what is over the bounds.
   *
   * @return how many files and slices went
   */
  public int enforce() throws SpoolException {
    int gone = 0;
    for (SealedFile file : spool.waiting().waitingOver(bounds.ageMax().toNanos())) {
      discard(file, Reason.AGE);
      gone++;
    }
    while (spool.bytes() > bounds.bytesMax() && discardOne(Reason.QUOTA)) {
      gone++;
    }
    while (spool.bytes() > bounds.bytesMax() && discardSlice()) {
      gone++;
    }
    return gone;
  }

  /**
   * Discards files because the disk is full, those first that would go first beyond the bounds.
   *
   * @return whether there was any
   */
  public boolean makeRoom(long roomBytes) throws SpoolException {
    long untilBytes = spool.waiting().bytes() - roomBytes;
    boolean gone = false;
    while (spool.waiting().bytes() > untilBytes && discardOne(Reason.DISK_FULL)) {
      gone = true;
    }
    return gone;
  }

  /** Discards everything of a logger that nobody stores right now. */
  public void discardDisabled(UUID loggerId) throws SpoolException {
    for (SealedFile file : spool.waiting().idleOf(loggerId)) {
      discard(file, Reason.DISABLED);
    }
  }

  private boolean discardOne(Reason reason) throws SpoolException {
    SealedFile next = spool.waiting().nextToGo();
    if (next != null) {
      discard(next, reason);
    }
    return next != null;
  }

  private void discard(SealedFile file, Reason reason) throws SpoolException {
    listener.onDiscard(
        new Discard(file.loggerId(), file.intervalStartNs(), file.rows(), file.bytes(), reason));
    spool.release(file);
    count(reason, file.rows(), file.bytes());
  }

  private void count(Reason reason, long rows, long bytes) {
    counters.increment(FILES.getOrDefault(reason, AgentCounter.FILES_DISCARDED_QUOTA));
    counters.add(ROWS.getOrDefault(reason, AgentCounter.ROWS_DISCARDED_QUOTA), rows);
    counters.add(BYTES.getOrDefault(reason, AgentCounter.BYTES_DISCARDED_QUOTA), bytes);
  }

  private boolean discardSlice() throws SpoolException {
    List<JournalFile> slices = spool.journals();
    if (slices.isEmpty()) {
      return false;
    }
    JournalFile oldest = slices.get(0);
    long bytes = spool.bytesOf(oldest);
    long rows = tellOf(oldest, bytes);
    spool.retire(oldest);
    count(Reason.QUOTA, rows, bytes);
    return true;
  }

  /** Tells every logger that wants the slice's rows; returns how many these are. */
  private long tellOf(JournalFile slice, long bytes) throws SpoolException {
    SlicePlan plan = SlicePlan.NONE;
    long rows = 0;
    try (JournalReader reader = JournalReader.open(slice.path())) {
      RecordBatch batch = reader.next();
      while (batch != null) {
        batch = reader.next();
      }
      plan = reader.plan();
      rows = reader.rows();
    } catch (SpoolException e) {
      // one that cannot be read goes all the same; it is counted as a file
      if (e.code() != SpoolException.Code.DAMAGED) {
        throw e;
      }
    }
    for (FlowLogger logger : plan.loggers()) {
      long startNs = plan.intervalOf(logger, slice.interval()).startNs();
      listener.onDiscard(new Discard(logger.id(), startNs, rows, bytes, Reason.QUOTA));
    }
    return rows;
  }
}
