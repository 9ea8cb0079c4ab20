package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that speak with stores: made when there is something to do, ended when there was
 * nothing for a while. Any thread may call.
 *
 * <p>Each may hang for as long as its store does. So they never keep the program from its end.
 */
final class UploadThreads {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private final UploadBoard board;
  private final StorageProbe probe;
  private final Runnable onOutcome;
  private final Map<Integer, Thread> threads = new TreeMap<>();
  private volatile boolean interrupted;
  private volatile @Nullable Throwable failure;

  /**
   * Makes no thread yet.
   *
   * @param onOutcome is called by upload threads when there is an outcome to be taken
   */
  UploadThreads(UploadBoard board, StorageProbe probe, Runnable onOutcome) {
    this.board = board;
    this.probe = probe;
    this.onOutcome = onOutcome;
  }

  /** Makes one more thread if there is something to do for it. */
  synchronized void grow() {
    if (threads.size() < board.threadsMax() && board.wantsThread(System.nanoTime())) {
      int number = 0;
      while (threads.containsKey(number)) {
        number++;
      }
      int own = number;
      Thread thread = new Thread(() -> run(own), "upload-" + own);
      thread.setDaemon(true);
      threads.put(own, thread);
      thread.start();
    }
  }

  private void run(int number) {
    try {
      UploadTask task = board.take(PATIENCE_NS);
      while (task != null) {
        grow();
        work(task);
        task = board.take(PATIENCE_NS);
      }
    } catch (InterruptedException e) {
      // asked to end: what was not done is done after the next start
    } catch (Throwable e) {
      failure = e;
      onOutcome.run();
    } finally {
      ended(number);
    }
  }

  private synchronized void ended(int number) {
    threads.remove(number);
    notifyAll();
  }

  private void work(UploadTask task) {
    SealedFile file = task.file();
    StoreException refusal = null;
    StoreException leftover = null;
    try {
      if (file == null) {
        leftover = probe.run(task.loggerId(), task.place().store());
      } else {
        task.place().store().put(file);
      }
    } catch (StoreException e) {
      refusal = e;
    }
    if (refusal != null && interrupted) {
      board.abandon(task);
      return;
    }
    UploadOutcome outcome = new UploadOutcome(task.loggerId(), file, refusal, leftover);
    if (board.finish(task, outcome, System.nanoTime(), Instant.now())) {
      onOutcome.run();
    }
  }

  /** Returns why a thread ended by a mistake, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Ends all threads; what they do is broken off. */
  synchronized void breakOff() {
    interrupted = true;
    board.close();
    threads.values().forEach(Thread::interrupt);
  }

  /**
   * Ends all threads: what they do is broken off, and they are waited for, but not for long.
   *
   * @return whether all have ended
   */
  synchronized boolean close(long patienceMs) throws InterruptedException {
    breakOff();
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
    long leftNs = endNs - System.nanoTime();
    while (!threads.isEmpty() && leftNs > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
      leftNs = endNs - System.nanoTime();
    }
    return threads.isEmpty();
  }
}
