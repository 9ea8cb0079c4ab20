package io.flowlog.agent.capture.replay;

/**
 * How a pcapng interface counts time: ticks of 10^-n or 2^-n seconds since 1970, plus an offset in
 * seconds. Exact for every resolution, with no overflow on the way.
 */
final class TickScale {
  /** The resolution of an interface that does not say: microseconds. */
  static final int DEFAULT_RESOLUTION = 6;

  private static final int BINARY = 0x80;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int NANOS_EXPONENT = 9;
  private static final int LONG_DIGITS_MAX = 19;
  private static final long SECONDS_MAX = Long.MAX_VALUE / NANOS_PER_SECOND;

  private final boolean binary;
  private final int exponent;
  private final long offsetSeconds;

  /** For ticks of a nanosecond or a power of 10 of them and no offset: how many; otherwise 0. */
  private final long nanosPerTick;

  private final long fastTicksMax;

  /** Takes the value of the option if_tsresol and that of if_tsoffset. */
  TickScale(int resolution, long offsetSeconds) {
    binary = (resolution & BINARY) != 0;
    exponent = resolution & ~BINARY;
    this.offsetSeconds = offsetSeconds;
    boolean fast = !binary && exponent <= NANOS_EXPONENT && offsetSeconds == 0;
    nanosPerTick = fast ? powerOf10(NANOS_EXPONENT - exponent) : 0;
    fastTicksMax = fast ? Long.MAX_VALUE / nanosPerTick : -1;
  }

  /**
   * Returns the time in nanoseconds since 1970. A time that does not fit is moved to the nearest
   * end of [0, Long.MAX_VALUE] and returned as its one's complement, which is negative.
   *
   * @param ticks an unsigned number
   */
  long toNs(long ticks) {
    if (ticks >= 0 && ticks <= fastTicksMax) {
      return ticks * nanosPerTick;
    }
    long seconds = binary ? binarySeconds(ticks) : decimalSeconds(ticks);
    long nanos = binary ? binaryNanos(ticks) : decimalNanos(ticks);
    return withOffset(seconds, nanos);
  }

  private long decimalSeconds(long ticks) {
    return exponent > LONG_DIGITS_MAX ? 0 : Long.divideUnsigned(ticks, powerOf10(exponent));
  }

  private long decimalNanos(long ticks) {
    long rest =
        exponent > LONG_DIGITS_MAX ? ticks : Long.remainderUnsigned(ticks, powerOf10(exponent));
    int digits = exponent - NANOS_EXPONENT;
    if (digits <= 0) {
      return rest * powerOf10(-digits);
    }
    return digits > LONG_DIGITS_MAX ? 0 : Long.divideUnsigned(rest, powerOf10(digits));
  }

  private long binarySeconds(long ticks) {
    return exponent >= Long.SIZE ? 0 : ticks >>> exponent;
  }

  /** Computes (ticks mod 2^n) * 10^9 / 2^n in 128 bits. */
  private long binaryNanos(long ticks) {
    if (exponent == 0) {
      return 0;
    }
    long fraction = exponent >= Long.SIZE ? ticks : ticks & (1L << exponent) - 1;
    long low = fraction * NANOS_PER_SECOND;
    // multiplyHigh is signed; a fraction with the top bit set is 2^64 more than it takes it for
    long correction = fraction >> (Long.SIZE - 1) & NANOS_PER_SECOND;
    long high = Math.multiplyHigh(fraction, NANOS_PER_SECOND) + correction;
    if (exponent >= Long.SIZE) {
      return high >>> (exponent - Long.SIZE);
    }
    return high << (Long.SIZE - exponent) | low >>> exponent;
  }

  /** Adds the offset to the unsigned seconds and clamps. */
  private long withOffset(long seconds, long nanos) {
    long sum = seconds + offsetSeconds;
    boolean below = offsetSeconds < 0 && Long.compareUnsigned(seconds, -offsetSeconds) < 0;
    if (below) {
      return ~0L;
    }
    boolean wrapped = offsetSeconds > 0 && Long.compareUnsigned(sum, seconds) < 0;
    if (wrapped || Long.compareUnsigned(sum, SECONDS_MAX) > 0) {
      return ~Long.MAX_VALUE;
    }
    long sumNs = sum * NANOS_PER_SECOND + nanos;
    return sumNs < 0 ? ~Long.MAX_VALUE : sumNs;
  }

  private static long powerOf10(int power) {
    long result = 1;
    for (int i = 0; i < power; i++) {
      result *= 10;
    }
    return result; // 10^19 is right as an unsigned number
  }
}
