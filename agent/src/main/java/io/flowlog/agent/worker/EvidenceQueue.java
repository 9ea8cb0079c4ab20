package io.flowlog.agent.worker;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Leads from a thread that collects evidence to the capture thread, which sees here how far that
 * one is, and may want it to hurry.
 */
abstract class EvidenceQueue {
  private final Semaphore wishes = new Semaphore(0);
  private volatile long completeUntilNs = Long.MIN_VALUE;

  /** Says that all is in that happened before a time of day. Of the collecting thread. */
  final void completeUntil(long timeNs) {
    completeUntilNs = timeNs;
  }

  /** Returns until when all is in that happened; to be asked before it is polled. */
  final long completeUntilNs() {
    return completeUntilNs;
  }

  /** Waits until somebody wants more, for at most so long. Of the collecting thread. */
  final void awaitWish(long timeoutMs) throws InterruptedException {
    if (wishes.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
      wishes.drainPermits();
    }
  }

  /** Wants more at once; any thread may. */
  final void wish() {
    if (wishes.availablePermits() == 0) {
      wishes.release();
    }
  }
}
