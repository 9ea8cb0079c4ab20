package io.flowlog.agent.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that goes on when a test says so; owned by that test. */
final class ManualTicks implements LongSupplier {
  // near the end, so that a comparison instead of a difference is found out
  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 1000);

  @Override
  public long getAsLong() {
    return nowNs.get();
  }

  void pass(Duration time) {
    nowNs.addAndGet(time.toNanos());
  }
}
