package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.Destination;
import io.flowlog.agent.store.LoggerLife;
import io.flowlog.agent.store.LoggerLife.Turn;
import io.flowlog.agent.store.LoggerRecord;
import io.flowlog.agent.store.LoggerStanding;
import io.flowlog.agent.store.LoggerStanding.Status;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StorePlace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The files of one logger that wait, in the order of their intervals, and the logger's life. Owned
 * by the {@link UploadBoard}.
 */
final class UploadLane {
  /** So long the files of a logger that does not collect are still stored; the spool sees to it. */
  static final Duration GRACE = Duration.ofHours(24);

  private static final Comparator<SealedFile> OLDEST_FIRST =
      Comparator.comparingLong(SealedFile::intervalStartNs)
          .thenComparingInt(SealedFile::part)
          .thenComparing(SealedFile::path, Comparator.comparing(Path::toString));

  private final UUID loggerId;
  private final LoggerLife life;
  private final TreeSet<SealedFile> files = new TreeSet<>(OLDEST_FIRST);
  private @Nullable Destination destination;
  private @Nullable StorePlace place;
  private Instant createdAt;
  private Instant updatedAt;
  private @Nullable Instant endedAt;
  private boolean declared;
  private boolean busy;
  private @Nullable SealedFile underWay;
  private int era;

  UploadLane(UUID loggerId, LoggerLife life, Instant now) {
    this.loggerId = loggerId;
    this.life = life;
    createdAt = now;
    updatedAt = now;
  }

  /** Takes over what an earlier life remembered. */
  void remember(LoggerRecord record, StorePlace knownPlace) {
    destination = record.destination();
    place = knownPlace;
    createdAt = record.createdAt();
    updatedAt = record.updatedAt();
    endedAt = record.endedAt();
  }

  /** Follows the declaration; tells whether that changes anything. */
  boolean declare(Destination wanted, boolean isOn, StorePlace wantedPlace, Instant now) {
    boolean moved = !wanted.equals(destination);
    declared = true;
    if (moved) {
      destination = wanted;
      place = wantedPlace;
    }
    if (isOn && (moved || endedAt != null)) {
      life.begin();
      endedAt = null;
      changed(now);
      return true;
    }
    if (!isOn && (moved || endedAt == null)) {
      end(now);
      return true;
    }
    return false;
  }

  /** Follows that there is no declaration; tells whether that changes anything. */
  boolean undeclare(Instant now) {
    declared = false;
    if (endedAt != null) {
      return false;
    }
    end(now);
    return true;
  }

  private void end(Instant now) {
    life.end();
    endedAt = endedAt == null ? now : endedAt;
    changed(now);
  }

  private void changed(Instant now) {
    updatedAt = now;
    era++;
  }

  boolean isDeclared() {
    return declared;
  }

  /** Tells whether it ended so long ago that nothing can be left of it. */
  boolean isOver(Instant now) {
    return endedAt != null && now.isAfter(endedAt.plus(GRACE));
  }

  /** Tells whether nothing is left of it. */
  boolean isEmpty() {
    return files.isEmpty() && !busy;
  }

  void add(SealedFile file) {
    files.add(file);
  }

  void remove(SealedFile file) {
    files.remove(file);
  }

  @Nullable SealedFile oldest() {
    return files.isEmpty() ? null : files.first();
  }

  /** Returns the task that may be done now, if there is a slot for it, or null. */
  @Nullable UploadTask task(long nowNs) {
    Turn turn = life.turn(nowNs);
    if (busy || place == null || turn == Turn.WAIT || (turn == Turn.FILE && files.isEmpty())) {
      return null;
    }
    SealedFile file = turn == Turn.FILE ? files.first() : null;
    return new UploadTask(loggerId, file, place, life.isTrusted(), era);
  }

  /** Returns for how long there is surely nothing to do. */
  long waitNs(long nowNs) {
    boolean hasNothing = busy || place == null || (files.isEmpty() && life.isTrusted());
    return hasNothing ? Long.MAX_VALUE : life.waitNs(nowNs);
  }

  void begin(UploadTask task) {
    busy = true;
    underWay = task.file();
  }

  /** Returns the file that is being stored, or null. */
  @Nullable SealedFile underWay() {
    return underWay;
  }

  /** Notes that a task is over of which nothing is known. */
  void abandon() {
    busy = false;
    underWay = null;
  }

  /** Notes what came of a task; tells whether the logger stands otherwise now. */
  boolean finish(UploadTask task, @Nullable StoreException failure, long nowNs, Instant now) {
    abandon();
    if (failure == null && task.file() != null) {
      files.remove(task.file());
    }
    if (task.era() != era) {
      return false;
    }
    LoggerStanding before = life.standing();
    tell(task.file() == null, failure, nowNs);
    if (before.equals(life.standing())) {
      return false;
    }
    updatedAt = before.status() == life.standing().status() ? updatedAt : now;
    return true;
  }

  private void tell(boolean isProbe, @Nullable StoreException failure, long nowNs) {
    if (failure == null && isProbe) {
      life.onProbeSucceeded();
    } else if (failure == null) {
      life.onFileStored();
    } else if (isProbe) {
      life.onProbeFailed(failure, nowNs);
    } else {
      life.onFileFailed(failure, nowNs);
    }
  }

  LoggerStanding standing() {
    return life.standing();
  }

  /** Returns why files wait, in words, or null if they need not. */
  @Nullable String problem() {
    LoggerStanding standing = life.standing();
    StoreException failure = life.lastFailure();
    if (standing.status() == Status.ERROR) {
      return "ERROR " + standing.errorType() + ": " + standing.errorMessage();
    }
    if (place == null && !files.isEmpty()) {
      return "it is not declared any more, and nobody knows where its files go: declare it again,"
          + " or they are discarded after "
          + GRACE.toHours()
          + " hours";
    }
    // what failed may have been given up since
    return failure == null || files.isEmpty()
        ? null
        : failure.getMessage() + " (it is tried again)";
  }

  /** Returns what is worth to be remembered, or null if that is nothing. */
  @Nullable LoggerRecord record() {
    return destination == null
        ? null
        : new LoggerRecord(loggerId, destination, life.standing(), createdAt, updatedAt, endedAt);
  }
}
