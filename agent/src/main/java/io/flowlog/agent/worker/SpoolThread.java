package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.store.Uploader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The thread that owns the spool: takes rows out of the queue, has files made of slices that are
 * complete, and stores them. Made and closed by whoever owns the capture threads.
 *
 * <p>Rows come first: they are taken out also while a large file is being made. A full disk makes
 * everything wait but the stores, which make room.
 */
final class SpoolThread implements AutoCloseable {
  private static final long DISK_PATIENCE_MS = 1000;

  private final SpoolQueue queue;
  private final SpoolWorker worker;
  private final Uploader uploader;
  private final Thread thread = new Thread(this::run, "spool");
  private volatile boolean ending;
  private volatile @Nullable IOException waitingFor;

  private SpoolThread(SpoolQueue queue, SpoolWorker worker, Uploader uploader) {
    this.queue = queue;
    this.worker = worker;
    this.uploader = uploader;
    worker.interruptFor(this::takeRows);
  }

  /** Starts the thread; worker, spool and uploader are its own from now on. */
  static SpoolThread start(SpoolQueue queue, SpoolWorker worker, Uploader uploader) {
    SpoolThread spool = new SpoolThread(queue, worker, uploader);
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
    } catch (Throwable e) {
      // Whatever it is, the capture thread must not wait for somebody who is no more.
      queue.fail(e);
    }
  }

  /**
   * Does what there is.
   *
   * @param last whether nothing is put in any more
   * @return whether there may be more to do
   */
  private boolean cycle(long nowNs, boolean last) throws IOException, InterruptedException {
    try {
      boolean busy = queue.drainTo(worker) > 0 || worker.sealNext();
      waitingFor = null;
      busy |= uploader.doWork(nowNs) > 0;
      if (!busy && !last) {
        queue.await();
        return true;
      }
      return busy;
    } catch (SpoolException e) {
      if (e.code() != SpoolException.Code.DISK_FULL || last) {
        throw e;
      }
      waitingFor = e;
      if (uploader.doWork(nowNs) == 0) {
        Thread.sleep(DISK_PATIENCE_MS);
      }
      return true;
    }
  }

  private void takeRows() throws SpoolException {
    try {
      queue.drainTo(worker);
    } catch (SpoolException e) {
      throw e;
    } catch (IOException e) {
      throw new IllegalStateException("the spool fails by its own exceptions only", e);
    }
  }

  /** Returns why rows wait, or null while they do not. */
  @Nullable IOException waitingFor() {
    return waitingFor;
  }

  /**
   * Returns when everything that was put in is in files, and storing these was tried.
   *
   * @throws IOException when that could not be done; what is on disk is found at the next start
   */
  @Override
  public void close() throws IOException {
    ending = true;
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
