package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.SealedFiles;
import io.flowlog.agent.store.Destination;
import io.flowlog.agent.store.LoggerLife;
import io.flowlog.agent.store.LoggerRecord;
import io.flowlog.agent.store.LoggerStanding;
import io.flowlog.agent.store.LoggerStanding.Status;
import io.flowlog.agent.store.StoreOpener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to stores and what is under way: between the spool thread, which posts
 * files and takes outcomes, and the upload threads, which take tasks. Any thread may call; it holds
 * no more than the spool does.
 *
 * <p>The files of a logger go in order, one at a time; the loggers take turns.
 */
final class UploadBoard implements SealedFiles {
  private final StoreOpener stores;
  private final UploadSlots slots;
  private final int failuresUntilError;
  private final RandomGenerator random;

  /** The loggers; who comes first has waited longest for its turn. */
  private final Map<UUID, UploadLane> lanes = new LinkedHashMap<>();

  private final Set<UUID> changed = new LinkedHashSet<>();
  private List<UploadOutcome> outcomes = new ArrayList<>();
  private int waitingThreads;
  private boolean held;
  private boolean closed;

  UploadBoard(
      StoreOpener stores, UploadSlots slots, int failuresUntilError, RandomGenerator random) {
    this.stores = stores;
    this.slots = slots;
    this.failuresUntilError = failuresUntilError;
    this.random = random;
  }

  /** Takes over what an earlier life remembered. */
  synchronized void remember(List<LoggerRecord> records) {
    for (LoggerRecord record : records) {
      LoggerLife life = new LoggerLife(record.standing(), failuresUntilError, random);
      UploadLane lane = new UploadLane(record.loggerId(), life, record.createdAt());
      lane.remember(record, stores.open(record.destination()));
      lanes.put(record.loggerId(), lane);
    }
  }

  /** Follows which loggers there are. */
  synchronized void declare(List<FlowLogger> loggers, Instant now) {
    Set<UUID> declared = new HashSet<>();
    for (FlowLogger logger : loggers) {
      Destination destination = Destination.of(logger);
      declared.add(logger.id());
      if (lane(logger.id(), now)
          .declare(destination, logger.adminStateUp(), stores.open(destination), now)) {
        changed.add(logger.id());
      }
    }
    lanes.forEach(
        (id, lane) -> {
          if (!declared.contains(id) && lane.undeclare(now)) {
            changed.add(id);
          }
        });
    notifyAll();
  }

  private UploadLane lane(UUID loggerId, Instant now) {
    return lanes.computeIfAbsent(
        loggerId,
        id ->
            new UploadLane(
                id, new LoggerLife(LoggerStanding.BUILD, failuresUntilError, random), now));
  }

  @Override
  public synchronized void onSealed(SealedFile file) {
    lane(file.loggerId(), Instant.now()).add(file);
    notifyAll();
  }

  @Override
  public synchronized void onGone(SealedFile file) {
    UploadLane lane = lanes.get(file.loggerId());
    if (lane != null) {
      lane.remove(file);
    }
  }

  /** Returns what is to be done next, which the caller does then; null if there is nothing now. */
  synchronized @Nullable UploadTask poll(long nowNs) {
    UploadTask task = next(nowNs);
    if (task != null) {
      UploadLane lane = laneOf(task);
      lanes.remove(task.loggerId());
      lanes.put(task.loggerId(), lane);
      lane.begin(task);
      slots.take(task.place().endpoint(), task.isTrusted());
    }
    return task;
  }

  private @Nullable UploadTask next(long nowNs) {
    for (UploadLane lane : held ? List.<UploadLane>of() : lanes.values()) {
      UploadTask task = lane.task(nowNs);
      if (task != null && slots.isFree(task.place().endpoint(), task.isTrusted())) {
        return task;
      }
    }
    return null;
  }

  private UploadLane laneOf(UploadTask task) {
    return Objects.requireNonNull(lanes.get(task.loggerId()), "a lane stays while it is busy");
  }

  /** Waits for something to do; null if nothing came for so long, or nothing will. */
  synchronized @Nullable UploadTask take(long patienceNs) throws InterruptedException {
    long endNs = System.nanoTime() + patienceNs;
    UploadTask task = null;
    for (long nowNs = System.nanoTime();
        !closed && task == null && endNs - nowNs > 0;
        nowNs = System.nanoTime()) {
      task = poll(nowNs);
      if (task == null) {
        await(Math.min(endNs - nowNs, waitNs(nowNs)));
      }
    }
    return task;
  }

  private void await(long waitNs) throws InterruptedException {
    waitingThreads++;
    try {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(waitNs, TimeUnit.MILLISECONDS.toNanos(1)));
    } finally {
      waitingThreads--;
    }
  }

  private long waitNs(long nowNs) {
    long waitNs = Long.MAX_VALUE;
    for (UploadLane lane : lanes.values()) {
      long ownNs = lane.waitNs(nowNs);
      // what is due and waits for a slot is woken by whoever gives one back
      waitNs = ownNs > 0 ? Math.min(waitNs, ownNs) : waitNs;
    }
    return waitNs;
  }

  /** Tells whether there is something to do that no thread waits for. */
  synchronized boolean wantsThread(long nowNs) {
    return waitingThreads == 0 && !closed && next(nowNs) != null;
  }

  /** Tells whether nothing is under way, nor can be begun. */
  synchronized boolean isQuiet(long nowNs) {
    return slots.used() == 0 && next(nowNs) == null;
  }

  /** Returns how many threads can have something to do at once. */
  int threadsMax() {
    return slots.total();
  }

  /**
   * Lets nothing begin from now on.
   *
   * @return the files that are under way, or were and nobody has taken notice of it
   */
  synchronized List<SealedFile> holdStill() {
    held = true;
    List<SealedFile> files = new ArrayList<>();
    lanes.values().stream().map(UploadLane::underWay).filter(Objects::nonNull).forEach(files::add);
    outcomes.stream().map(UploadOutcome::file).filter(Objects::nonNull).forEach(files::add);
    return files;
  }

  /** Lets things begin again. */
  synchronized void goOn() {
    held = false;
    notifyAll();
  }

  /** Says what came of a task; tells whether it is the first that nobody has taken notice of. */
  synchronized boolean finish(UploadTask task, UploadOutcome outcome, long nowNs, Instant now) {
    slots.giveBack(task.place().endpoint(), task.isTrusted());
    if (laneOf(task).finish(task, outcome.failure(), nowNs, now)) {
      changed.add(task.loggerId());
    }
    notifyAll();
    outcomes.add(outcome);
    return outcomes.size() == 1;
  }

  /** Says that a task was given up. */
  synchronized void abandon(UploadTask task) {
    slots.giveBack(task.place().endpoint(), task.isTrusted());
    laneOf(task).abandon();
    notifyAll();
  }

  /** Ends the wait of all threads; nothing is begun any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Returns what came of tasks, each outcome once. */
  synchronized List<UploadOutcome> takeOutcomes() {
    List<UploadOutcome> taken = outcomes;
    outcomes = new ArrayList<>();
    return taken;
  }

  /** Returns what is to be remembered and was not yet. */
  synchronized List<LoggerRecord> takeChanges() {
    List<LoggerRecord> records =
        changed.stream()
            .map(lanes::get)
            .filter(Objects::nonNull)
            .map(UploadLane::record)
            .filter(Objects::nonNull)
            .toList();
    changed.clear();
    return records;
  }

  /** Forgets the loggers that ended long ago, and returns them. */
  synchronized List<UUID> takeForgotten(Instant now) {
    List<UUID> forgotten = new ArrayList<>();
    lanes
        .entrySet()
        .removeIf(
            entry -> {
              UploadLane lane = entry.getValue();
              boolean isGone = !lane.isDeclared() && lane.isOver(now) && lane.isEmpty();
              return isGone && forgotten.add(entry.getKey());
            });
    return forgotten;
  }

  /** Returns how a logger stands, or null if it is not known. */
  synchronized @Nullable LoggerRecord recordOf(UUID loggerId) {
    UploadLane lane = lanes.get(loggerId);
    return lane == null ? null : lane.record();
  }

  /** Returns why a logger's files wait, in words; nothing if they need not. */
  synchronized List<String> problemsOf(UUID loggerId) {
    UploadLane lane = lanes.get(loggerId);
    String problem = lane == null ? null : lane.problem();
    return problem == null ? List.of() : List.of(problem);
  }

  /** Returns why files wait, one line for each logger. */
  synchronized List<String> problems() {
    List<String> lines = new ArrayList<>();
    lanes.forEach(
        (id, lane) -> {
          String problem = lane.problem();
          if (problem != null) {
            lines.add("logger " + id + ": " + problem);
          }
        });
    lines.sort(null);
    return lines;
  }

  /** Returns how many of the declared loggers stand like that. */
  synchronized long count(Status status) {
    return lanes.values().stream()
        .filter(lane -> lane.isDeclared() && lane.standing().status() == status)
        .count();
  }

  /** Returns when the interval of the oldest file began; none if no file waits. */
  synchronized OptionalLong oldestStartNs() {
    return lanes.values().stream()
        .map(UploadLane::oldest)
        .filter(Objects::nonNull)
        .mapToLong(SealedFile::intervalStartNs)
        .min();
  }
}
