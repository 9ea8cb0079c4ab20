package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.spool.SpoolQuota;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Has the spool discard what is over its bounds and what nobody wants any more, and tells people
 * what that costs. Owned by the spool thread; any thread may ask for problems and figures.
 */
final class SpoolBounds {
  private static final long LOOK_EVERY_NS = TimeUnit.SECONDS.toNanos(10);

  /** So much room a full disk gets at a time, or this part of what there is. */
  private static final long ROOM_BYTES_MIN = 4 << 20;

  private static final int ROOM_PART = 32;

  private final Spool spool;
  private final SpoolConfig bounds;
  private final SpoolQuota quota;
  private final LossReport losses;
  private final DisabledLoggers disabled;
  private long lookedNs;
  private boolean looked;
  private volatile List<String> noteProblems = List.of();
  private volatile long bytes;

  /** Makes the bounds of a spool; time begins now. */
  SpoolBounds(Spool spool, Means means, long tickNs, long nowNs) throws IOException {
    this.spool = spool;
    bounds = means.bounds();
    losses = new LossReport(means.log());
    quota = new SpoolQuota(spool, bounds, means.counters(), losses);
    disabled = new DisabledLoggers(means.state(), tickNs, nowNs);
    losses.tick(tickNs);
    spool.beginTime(tickNs, nowNs);
  }

  /** What the bounds are made of. */
  record Means(SpoolConfig bounds, StateFolder state, EventLog log, CounterSet counters) {}

  /**
   * Discards what is over the bounds.
   *
   * @return whether there was anything
   */
  boolean keep(long tickNs, long nowNs) throws SpoolException {
    losses.tick(tickNs);
    spool.tellTime(tickNs, nowNs);
    int gone = quota.enforce();
    if (gone > 0) {
      losses.publish();
    }
    bytes = spool.bytes();
    return gone > 0;
  }

  /** Discards, now and then, the files of loggers that have not collected for a day. */
  void keepDisabled(Set<UUID> collecting, long tickNs, long nowNs) throws SpoolException {
    if (looked && tickNs - lookedNs < LOOK_EVERY_NS) {
      return;
    }
    looked = true;
    lookedNs = tickNs;
    List<UUID> due;
    try {
      due = disabled.look(spool.loggersWaiting(), collecting, tickNs, nowNs);
      noteProblems = List.of();
    } catch (IOException e) {
      noteProblems =
          List.of(
              "since when loggers are switched off cannot be noted: "
                  + e.getMessage()
                  + ": make room on the disk of state_dir, and let the agent's user write there");
      return;
    }
    for (UUID loggerId : due) {
      quota.discardDisabled(loggerId);
      losses.publish();
    }
  }

  /** Discards something because the disk is full; tells whether there was anything. */
  boolean makeRoom() throws SpoolException {
    boolean gone = quota.makeRoom(Math.max(ROOM_BYTES_MIN, spool.bytes() / ROOM_PART));
    losses.publish();
    return gone;
  }

  /** Tells what was not told yet. */
  void end() {
    losses.end();
  }

  /** Returns what is lost, and what is wrong, in words. */
  List<String> problems() {
    List<String> problems = new ArrayList<>(noteProblems);
    problems.addAll(losses.problems());
    return problems;
  }

  /** Returns what waited when it was last looked. */
  long bytes() {
    return bytes;
  }

  /** Returns how much that may be. */
  long bytesMax() {
    return bounds.bytesMax();
  }
}
