package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.capture.ring.RingSource;
import io.flowlog.agent.capture.ring.RingWait;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that captures: owns a {@link CaptureWorker} and its sources, and sleeps while they
 * have nothing. Made by the supervisor; it ends with the last order, or when it fails.
 */
final class CaptureThread {
  static final String NAME = "capture-0";

  /** How soon an order is seen on a host where nothing goes on. */
  private static final int IDLE_MS = 100;

  /** How soon it is seen that another source has come to the barrier. */
  private static final int BARRIER_MS = 2;

  private static final long LOSSES_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

  private final CaptureWorker worker;
  private final Heartbeat heartbeat;
  private final RingWait wait = new RingWait();
  private final Thread thread = new Thread(this::run, NAME);
  private List<LiveSource> watched = List.of();
  private long lossesCountedNs;
  private volatile @Nullable Throwable failure;

  private CaptureThread(CaptureWorker worker, Heartbeat heartbeat) {
    this.worker = worker;
    this.heartbeat = heartbeat;
  }

  /** Starts the thread, whose own the worker is from now on. */
  static CaptureThread start(CaptureWorker worker, Heartbeat heartbeat) {
    CaptureThread capture = new CaptureThread(worker, heartbeat);
    capture.thread.start();
    return capture;
  }

  private void run() {
    try {
      while (!worker.isDone()) {
        turn();
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** A method of its own: the JVM compiles what is called often sooner than a loop's body. */
  private void turn() throws IOException, InterruptedException {
    heartbeat.beat();
    long tickNs = System.nanoTime();
    boolean busy = worker.doWork(TimeOfDay.nowNs(), tickNs);
    watchSources();
    countLosses(tickNs);
    if (!busy) {
      rest();
    }
  }

  @SuppressWarnings("ReferenceEquality") // the worker makes another list for other sources
  private void watchSources() {
    if (worker.sources() != watched) {
      watched = worker.sources();
      wait.watch(watched.stream().map(RingSource.class::cast).toList());
    }
  }

  /** Also when there is no rest: that is when frames are lost. */
  private void countLosses(long tickNs) throws IOException {
    if (tickNs - lossesCountedNs >= LOSSES_EVERY_NS) {
      lossesCountedNs = tickNs;
      worker.countLosses();
    }
  }

  private void rest() throws IOException, InterruptedException {
    // At a barrier some rings have frames that are not wanted yet: they would not let us sleep.
    if (worker.isAtBarrier()) {
      Thread.sleep(BARRIER_MS);
    } else {
      wait.await(IDLE_MS);
    }
  }

  /** Returns why the thread ended before its last order, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Waits for the thread's end for at most so long; tells whether it came. */
  boolean awaitEnd(long timeoutMs) throws InterruptedException {
    thread.join(timeoutMs);
    return !thread.isAlive();
  }
}
