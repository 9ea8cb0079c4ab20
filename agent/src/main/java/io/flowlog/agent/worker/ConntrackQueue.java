package io.flowlog.agent.worker;

import io.flowlog.agent.capture.conntrack.ConnectionNews;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes news of connections from the thread that asks conntrack to the capture thread. There are
 * only so many batches on the way: if the capture thread is behind, the news wait in the kernel.
 */
final class ConntrackQueue extends EvidenceQueue {
  static final int BATCH_NEWS = 1024;
  static final int BATCHES = 32;

  private final Queue<List<ConnectionNews>> batches = new ConcurrentLinkedQueue<>();
  private final Semaphore places = new Semaphore(BATCHES);

  /** Puts news in; returns false if there is no room for at most so long. */
  boolean put(List<ConnectionNews> news, long timeoutMs) throws InterruptedException {
    if (!places.tryAcquire(timeoutMs, TimeUnit.MILLISECONDS)) {
      return false;
    }
    batches.add(new ArrayList<>(news));
    return true;
  }

  /** Takes news, or returns null. Of the capture thread. */
  @Nullable List<ConnectionNews> poll() {
    List<ConnectionNews> news = batches.poll();
    if (news != null) {
      places.release();
    }
    return news;
  }
}
