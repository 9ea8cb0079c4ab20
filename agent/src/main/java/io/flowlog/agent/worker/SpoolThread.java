package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SpoolException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that owns the spool: takes rows out of the queue, has files made of slices that are
 * complete, and releases those that are stored. Made and closed by whoever owns the capture
 * threads.
 *
 * <p>Rows come first: they are taken out also while a large file is being made. A full disk makes
 * everything wait but the stores, which make room; if they do not, old files go.
 */
final class SpoolThread implements AutoCloseable {
  static final String NAME = "spool";
  private static final long DISK_PATIENCE_MS = 1000;
  private static final long TIDY_EVERY_NS = TimeUnit.HOURS.toNanos(1);

  private final SpoolQueue queue;
  private final SpoolWorker worker;
  private final Uploads uploads;
  private final SpoolBounds bounds;
  private final StateFolder state;
  private final Heartbeat heartbeat;
  private final Thread thread = new Thread(this::run, NAME);
  private long aliveUntilNs = Long.MIN_VALUE;
  private long tidiedNs = System.nanoTime();

  /** Whether the last turn ended so, and waited. */
  private boolean diskWasFull;

  private volatile boolean ending;
  private volatile @Nullable Throwable failure;
  private volatile List<String> diskProblems = List.of();
  private volatile int filesWaiting;

  private SpoolThread(Parts parts, Heartbeat heartbeat) {
    queue = parts.queue();
    worker = parts.worker();
    uploads = parts.uploads();
    bounds = parts.bounds();
    state = parts.state();
    this.heartbeat = heartbeat;
    worker.interruptFor(this::takeRows);
  }

  /** What a spool thread is made of: its own but for the queue. */
  record Parts(
      SpoolQueue queue,
      SpoolWorker worker,
      Uploads uploads,
      SpoolBounds bounds,
      StateFolder state) {}

  /** Starts the thread; its parts are its own from now on, and so is the spool. */
  static SpoolThread start(Parts parts, Heartbeat heartbeat) {
    SpoolThread spool = new SpoolThread(parts, heartbeat);
    spool.thread.start();
    return spool;
  }

  private void run() {
    try {
      boolean done = false;
      while (!done) {
        // Asked first: what was put in before the end is then there to be seen.
        boolean last = ending;
        done = !cycle(System.nanoTime(), last);
      }
      uploads.finish(heartbeat);
    } catch (Throwable e) {
      // Whatever it is, the capture thread must not wait for somebody who is no more.
      queue.fail(e);
      failure = e;
    } finally {
      uploads.end();
      bounds.end();
    }
  }

  /**
   * Does what there is.
   *
   * @param last whether nothing is put in any more
   * @return whether there may be more to do
   */
  private boolean cycle(long nowNs, boolean last) throws IOException, InterruptedException {
    heartbeat.beat();
    try {
      boolean busy = queue.drainTo(worker) > 0;
      // What an earlier life left may be of intervals that go on: only the plan tells.
      busy = busy || (worker.knowsPlan() && worker.sealNext());
      busy |= uploads.doWork(nowNs) > 0;
      keepBounds(nowNs, last);
      filesWaiting = worker.filesWaiting();
      diskProblems = noteAlive();
      tidy(nowNs);
      diskWasFull = false;
      if (!busy && !last) {
        queue.await();
        return true;
      }
      return busy;
    } catch (SpoolException e) {
      if (e.code() != SpoolException.Code.DISK_FULL || last) {
        throw e;
      }
      diskProblems = List.of("rows wait for room: " + e.getMessage());
      awaitRoom(nowNs);
      return true;
    }
  }

  /** What is being stored stays: nothing new is begun meanwhile. */
  private void keepBounds(long tickNs, boolean last) throws SpoolException {
    long nowNs = TimeOfDay.nowNs();
    uploads.holdStill();
    try {
      bounds.keep(tickNs, nowNs);
      if (worker.knowsPlan() && !last) {
        bounds.keepDisabled(worker.collecting(), tickNs, nowNs);
      }
    } finally {
      uploads.goOn();
    }
  }

  /** First the stores may make room, or somebody else; if nobody does, old files go. */
  private void awaitRoom(long nowNs) throws InterruptedException, SpoolException {
    boolean again = diskWasFull;
    diskWasFull = !again;
    boolean room = uploads.doWork(nowNs) > 0;
    uploads.holdStill();
    try {
      room |= bounds.keep(nowNs, TimeOfDay.nowNs());
      room = room || (again && bounds.makeRoom());
    } finally {
      uploads.goOn();
    }
    if (!room) {
      Thread.sleep(DISK_PATIENCE_MS);
    }
  }

  /** Until here all that was seen is on disk: what a sudden end would lose is later. */
  private List<String> noteAlive() {
    long untilNs = worker.completeUntilNs();
    if (untilNs <= aliveUntilNs) {
      return uploads.diskProblems();
    }
    try {
      state.alive(untilNs);
      aliveUntilNs = untilNs;
      return uploads.diskProblems();
    } catch (IOException e) {
      // No reason to end: the next life would tell of a gap that is longer than it was.
      return List.of(
          "until when the agent was alive cannot be noted: "
              + e.getMessage()
              + ": make room on the disk of state_dir, and let the agent's user write there");
    }
  }

  private void tidy(long tickNs) throws SpoolException {
    if (tickNs - tidiedNs >= TIDY_EVERY_NS) {
      tidiedNs = tickNs;
      worker.forgetOldPartNumbers(TimeOfDay.nowNs());
    }
  }

  private void takeRows() throws SpoolException {
    heartbeat.beat();
    try {
      queue.drainTo(worker);
    } catch (SpoolException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("the spool fails by its own exceptions only", e);
    }
  }

  /** Returns what is wrong with the disk, in words. */
  List<String> diskProblems() {
    return diskProblems;
  }

  /** Returns what is lost, and what is wrong with the bounds, in words. */
  List<String> lossProblems() {
    return bounds.problems();
  }

  /** Returns what waited when it was last looked. */
  long bytesWaiting() {
    return bounds.bytes();
  }

  /** Returns how much may wait. */
  long bytesMax() {
    return bounds.bytesMax();
  }

  /** Returns how many files waited to be stored when it was last looked. */
  int filesWaiting() {
    return filesWaiting;
  }

  /** Returns why the thread ended without being asked, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /**
   * Returns when everything that was put in is in files, and storing these was tried.
   *
   * @throws IOException when that could not be done; what is on disk is found at the next start
   */
  @Override
  public void close() throws IOException {
    ending = true;
    queue.wake();
    awaitEnd();
    worker.close();
    queue.checkSpool();
  }

  /** Waits however often it is interrupted: until the end, the spool is the thread's own. */
  private void awaitEnd() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
