package io.flowlog.agent.worker;

import io.flowlog.agent.capture.drops.DropBatch;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Takes drops from the thread that collects them to the capture thread, and empty batches back.
 * There are only so many batches: if the capture thread is behind, the drops wait in the kernel.
 */
final class DropQueue extends EvidenceQueue {
  /** Two full collections, and more. */
  static final int BATCHES = 80;

  private final Queue<DropBatch> full = new ConcurrentLinkedQueue<>();
  private final Queue<DropBatch> empty = new ConcurrentLinkedQueue<>();
  private int batches;

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

  /** Takes a batch, or returns null. Of the capture thread. */
  @Nullable DropBatch poll() {
    return full.poll();
  }

  /** Gives a batch back that is empty. Of the capture thread. */
  void giveBack(DropBatch batch) {
    empty.add(batch);
  }
}
