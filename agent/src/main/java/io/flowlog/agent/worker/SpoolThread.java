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
      boolean idle = false;
      while (!(idle && ending)) {
        idle = !cycle(System.nanoTime());
      }
    } catch (InterruptedException | IOException | RuntimeException e) {
      queue.fail(e);
    }
  }

  /** Does what there is; tells whether there was anything. */
  private boolean cycle(long nowNs) throws IOException, InterruptedException {
    try {
      boolean busy = queue.drainTo(worker) > 0 || worker.sealNext();
      waitingFor = null;
      busy |= uploader.doWork(nowNs) > 0;
      if (!busy && !ending) {
        queue.await();
        return true;
      }
      return busy;
    } catch (SpoolException e) {
      if (e.code() != SpoolException.Code.DISK_FULL || ending) {
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

  /** Returns when everything that was put in is in files, and storing these was tried. */
  @Override
  public void close() throws IOException {
    ending = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    worker.close();
  }
}
