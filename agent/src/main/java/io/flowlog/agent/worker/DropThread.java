package io.flowlog.agent.worker;

import io.flowlog.agent.capture.drops.DropBatch;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.capture.drops.HostBridges;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that collects what the host drops: owns the {@link DropSource}. To collect takes
 * hundredths of a second, for which no frame should have to wait.
 */
final class DropThread {
  static final String NAME = "drops-0";
  private static final int FULL_MS = 2;
  private static final long WATCH_PATIENCE_NS = TimeUnit.SECONDS.toNanos(2);

  private final DropSource drops;
  private final HostBridges bridges = new HostBridges(HostBridges.INTERFACES);
  private final DropQueue queue;
  private final Heartbeat heartbeat;
  private final CounterSet counters;
  private final Thread thread = new Thread(this::run, NAME);

  /** A batch that was not needed when it was last looked; the capture thread hears of none. */
  private @Nullable DropBatch spare;

  private volatile Set<Integer> wanted = Set.of();
  private volatile Set<Integer> watched = Set.of();
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;

  private DropThread(DropSource drops, DropQueue queue, Heartbeat heartbeat, CounterSet counters) {
    this.drops = drops;
    this.queue = queue;
    this.heartbeat = heartbeat;
    this.counters = counters;
  }

  /** Starts the thread, whose own the drops and the counters are from now on. */
  static DropThread start(
      DropSource drops, DropQueue queue, Heartbeat heartbeat, CounterSet counters) {
    DropThread collecting = new DropThread(drops, queue, heartbeat, counters);
    collecting.thread.start();
    return collecting;
  }

  private void run() {
    try (drops) {
      while (!stopping) {
        heartbeat.beat();
        watch();
        collect();
        queue.awaitWish(drops.pauseMs());
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void watch() throws IOException {
    Set<Integer> now = wanted;
    if (!now.equals(watched)) {
      drops.watch(now);
      watched = now;
    }
  }

  private void collect() throws IOException, InterruptedException {
    long beforeNs = TimeOfDay.nowNs();
    drops.collect();
    bridges.startCollection(beforeNs);
    DropBatch batch = awaitEmpty();
    while (!stopping && !drops.fill(batch)) {
      bridges.mark(batch, beforeNs);
      queue.put(batch);
      batch = awaitEmpty();
    }
    if (batch.isEmpty()) {
      spare = batch;
    } else {
      bridges.mark(batch, beforeNs);
      queue.put(batch);
    }
    queue.completeUntil(drops.completeUntilNs(beforeNs));
  }

  private DropBatch awaitEmpty() throws InterruptedException {
    DropBatch batch = spare == null ? queue.pollEmpty() : spare;
    spare = null;
    if (batch == null) {
      counters.increment(AgentCounter.DROP_QUEUE_FULL);
    }
    while (batch == null) {
      heartbeat.beat();
      if (stopping) {
        return new DropBatch();
      }
      Thread.sleep(FULL_MS);
      batch = queue.pollEmpty();
    }
    return batch;
  }

  /**
   * Has the drops at some interfaces collected, and no others; returns when that is so. Of the
   * control thread.
   */
  void watch(Set<Integer> interfaces) throws InterruptedException {
    Set<Integer> now = Set.copyOf(interfaces);
    if (now.equals(wanted)) {
      return;
    }
    wanted = now;
    queue.wish();
    long endNs = System.nanoTime() + WATCH_PATIENCE_NS;
    // if it lasts, drops are told late: the supervisor sees whether the thread is well
    while (!now.equals(watched) && failure == null && System.nanoTime() < endNs) {
      Thread.sleep(1);
    }
  }

  /** Returns why the thread ended without being asked, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Ends the thread; nobody wants drops any more. */
  void close() throws InterruptedException {
    stopping = true;
    queue.wish();
    thread.join();
  }
}
