package io.flowlog.agent.worker;

import io.flowlog.agent.capture.drops.DropBatch;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes drops from the thread that collects them to the capture thread, and empty batches back.
 * There are only so many batches: if the capture thread is behind, the drops wait in the kernel.
 */
final class DropQueue {
  /** Two full collections, and more. */
  static final int BATCHES = 80;

  private final Queue<DropBatch> full = new ConcurrentLinkedQueue<>();
  private final Queue<DropBatch> empty = new ConcurrentLinkedQueue<>();
  private final Semaphore wishes = new Semaphore(0);
  private int batches;
  private volatile long completeUntilNs;

  /** Returns an empty batch, or null if there is none now. Of the drops thread. */
  @Nullable DropBatch pollEmpty() {
    DropBatch batch = empty.poll();
    if (batch == null && batches < BATCHES) {
      batches++;
      return new DropBatch();
    }
    return batch;
  }

  /** Puts a batch in. Of the drops thread. */
  void put(DropBatch batch) {
    full.add(batch);
  }

  /** Says that all is in that was dropped before a time of day. Of the drops thread. */
  void completeUntil(long timeNs) {
    completeUntilNs = timeNs;
  }

  /** Waits until somebody wants drops collected, for at most so long. Of the drops thread. */
  void awaitWish(long timeoutMs) throws InterruptedException {
    if (wishes.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
      wishes.drainPermits();
    }
  }

  /** Wants drops collected at once; any thread may. */
  void wish() {
    if (wishes.availablePermits() == 0) {
      wishes.release();
    }
  }

  /** Returns until when all is in that was dropped; to be asked before {@link #poll}. */
  long completeUntilNs() {
    return completeUntilNs;
  }

  /** Takes a batch, or returns null. Of the capture thread. */
  @Nullable DropBatch poll() {
    return full.poll();
  }

  /** Gives a batch back that is empty. Of the capture thread. */
  void giveBack(DropBatch batch) {
    empty.add(batch);
  }
}
