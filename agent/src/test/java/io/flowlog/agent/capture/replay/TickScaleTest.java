package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TickScaleTest {
  private static final BigInteger NANOS_PER_SECOND = BigInteger.valueOf(1_000_000_000);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int BINARY = 0x80;

  @Test
  void shouldConvertUsualResolutions() {
    assertEquals(1_700_000_000_123_456_000L, new TickScale(6, 0).toNs(1_700_000_000_123_456L));
    assertEquals(1_700_000_000_123_456_789L, new TickScale(9, 0).toNs(1_700_000_000_123_456_789L));
    assertEquals(7_000_000_000L, new TickScale(0, 0).toNs(7));
    assertEquals(1_500_000_000L, new TickScale(BINARY | 1, 0).toNs(3));
    assertEquals(3_000_000_001L, new TickScale(9, 3).toNs(1));
  }

  @Test
  void shouldTellClampedTimesByTheirComplement() {
    assertEquals(~0L, new TickScale(0, -5).toNs(4));
    assertEquals(0, new TickScale(0, -5).toNs(5));
    assertEquals(~Long.MAX_VALUE, new TickScale(9, 0).toNs(Long.MIN_VALUE));
    assertEquals(~Long.MAX_VALUE, new TickScale(0, Long.MAX_VALUE).toNs(-1));
    assertEquals(Long.MAX_VALUE, new TickScale(9, 0).toNs(Long.MAX_VALUE));
  }

  @Test
  void shouldAgreeWithExactArithmetic() {
    Random random = new Random(1);
    for (int i = 0; i < 300_000; i++) {
      int resolution = random.nextInt(256);
      long ticks = random.nextLong() >>> random.nextInt(64);
      long offset = random.nextInt(3) == 0 ? 0 : random.nextLong() >> random.nextInt(64);

      assertEquals(
          exactNs(resolution, offset, ticks),
          new TickScale(resolution, offset).toNs(ticks),
          () -> "resolution " + resolution + ", offset " + offset + ", ticks " + ticks);
    }
  }

  private static long exactNs(int resolution, long offset, long ticks) {
    int exponent = resolution & ~BINARY;
    BigInteger perSecond =
        resolution >= BINARY ? BigInteger.TWO.pow(exponent) : BigInteger.TEN.pow(exponent);
    BigInteger unsignedTicks = new BigInteger(Long.toUnsignedString(ticks));
    BigInteger ns =
        unsignedTicks
            .multiply(NANOS_PER_SECOND)
            .divide(perSecond)
            .add(BigInteger.valueOf(offset).multiply(NANOS_PER_SECOND));
    if (ns.signum() < 0) {
      return ~0L;
    }
    return ns.compareTo(MAX) > 0 ? ~Long.MAX_VALUE : ns.longValueExact();
  }
}
