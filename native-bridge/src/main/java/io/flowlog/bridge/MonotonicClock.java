package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's CLOCK_MONOTONIC, for those who compare with other programs' readings of it. What
 * {@link System#nanoTime} counts from is left open. Owned by one thread.
 */
public final class MonotonicClock {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ByteBuffer time =
      ByteBuffer.allocateDirect(Abi.TIME_BYTES).order(ByteOrder.nativeOrder());

  /** Returns the time since about the host's start. */
  public long readNs() throws NativeException {
    return readNs(Abi.CLOCK_MONOTONIC);
  }

  /** Returns what has to be added to it for the time of day, as it is now, since 1970. */
  long offsetNs() throws NativeException {
    long beforeNs = readNs();
    long timeNs = readNs(Abi.CLOCK_REALTIME);
    return timeNs - (beforeNs + readNs()) / 2;
  }

  private long readNs(int clock) throws NativeException {
    if (LibC.get().clock_gettime(clock, time) != 0) {
      throw NativeException.ofLastCall("read clock " + clock);
    }
    return time.getLong(Abi.TIME_SECONDS_AT) * NANOS_PER_SECOND
        + time.getLong(Abi.TIME_NANOSECONDS_AT);
  }
}
