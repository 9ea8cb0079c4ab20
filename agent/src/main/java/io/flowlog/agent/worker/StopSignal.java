package io.flowlog.agent.worker;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hears that the process is asked to end (SIGINT, SIGTERM) and holds the end back until the work in
 * hand is put away, for a bounded time.
 *
 * <p>Made and closed by the thread that does the work; the signal comes on a thread of the JVM's.
 */
public final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch raising = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onShutdown, "stop-signal");
  private volatile boolean raised;

  private StopSignal() {}

  /** Listens from now on. */
  public static StopSignal listen() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** Tells whether it is time to come to an end. */
  public boolean isRaised() {
    return raised;
  }

  /** Waits for at most so long; tells whether it is time to come to an end. */
  public boolean isRaisedWithin(long timeoutMs) throws InterruptedException {
    return raising.await(timeoutMs, TimeUnit.MILLISECONDS);
  }

  private void onShutdown() {
    raised = true;
    raising.countDown();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        // It is stuck, or reads from somebody who says nothing: let the process go.
        raised = true;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The work is put away: the process may end. */
  @Override
  public void close() {
    done.countDown();
    if (!raised) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came this very moment, and has nothing to wait for any more.
        raised = true;
      }
    }
  }
}
