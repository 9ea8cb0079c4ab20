package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.flowlog.agent.logger.FlowLogger;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SlicePlanTest {
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final Charset ISO = StandardCharsets.ISO_8859_1;

  private final Random random = new Random(20260201);

  @Test
  void shouldGiveBackEveryPlan() throws IOException {
    for (int round = 0; round < 500; round++) {
      SlicePlan plan = RandomPlans.plan(random);
      assertEquals(plan, SlicePlan.decode(ByteBuffer.wrap(plan.encode())));
    }
    assertEquals(SlicePlan.NONE, SlicePlan.decode(ByteBuffer.wrap(SlicePlan.NONE.encode())));
  }

  @Test
  void shouldRefuseEveryCutOfAPlanAndEveryByteBehindIt() {
    SlicePlan plan = new SlicePlan(MINUTE_NS, true, List.of(RandomPlans.logger(random)));
    byte[] encoded = plan.encode();
    for (int length = 0; length < encoded.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(encoded, 0, length);
      assertThrows(IOException.class, () -> SlicePlan.decode(cut));
    }
    ByteBuffer longer = ByteBuffer.wrap(Arrays.copyOf(encoded, encoded.length + 1));
    assertThrows(IOException.class, () -> SlicePlan.decode(longer));
  }

  @Test
  void shouldRefuseNumbersThatNobodyCanCalculateWith() throws IOException {
    assertRefused("3600000000001", "true", "0");
    assertRefused("-1", "true", "0");
    assertRefused("60", "yes", "0");
    assertRefused("60", "true", "-1");
    assertRefused("60", "true", "99999999999");
    assertRefused("60", "true", "2147483647");
    FlowLogger logger = RandomPlans.logger(random);
    while (logger.filter() != FlowLogger.TrafficFilter.ALL) {
      logger = RandomPlans.logger(random);
    }
    String plan = new String(new SlicePlan(60, true, List.of(logger)).encode(), ISO);
    String interval = interval(Integer.toString(logger.aggregationInterval()));
    assertTrue(plan.contains(interval));
    for (String wrong : List.of("0", "16", "-1", "2000000000")) {
      byte[] bad = plan.replace(interval, interval(wrong)).getBytes(ISO);
      assertThrows(IOException.class, () -> SlicePlan.decode(ByteBuffer.wrap(bad)));
    }
    byte[] good = plan.replace(interval, interval("15")).getBytes(ISO);
    assertEquals(
        15, SlicePlan.decode(ByteBuffer.wrap(good)).loggers().get(0).aggregationInterval());
  }

  /** An interval stands between the filter and a truth. */
  private static String interval(String number) {
    return text("ALL") + text(number);
  }

  private static String text(String text) {
    return (char) text.length() + "\0" + text;
  }

  private static void assertRefused(String... texts) {
    StringBuilder plan = new StringBuilder();
    Arrays.stream(texts).forEach(text -> plan.append(text(text)));
    byte[] bytes = plan.toString().getBytes(ISO);
    assertThrows(IOException.class, () -> SlicePlan.decode(ByteBuffer.wrap(bytes)));
  }

  @Test
  void shouldNeverThrowAnythingElseNorTakeMuchMemoryForAnyBytes() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = round % 2 == 0 ? noise() : mutant();
      long before = threads.getCurrentThreadAllocatedBytes();
      refused += isRefused(bytes) ? 1 : 0;
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < 200L * bytes.length + 200_000, allocated + " for " + bytes.length);
    }
    assertTrue(refused > 15_000, "damage must be noticed: " + refused);
  }

  private static boolean isRefused(byte[] bytes) {
    try {
      SlicePlan plan = SlicePlan.decode(ByteBuffer.wrap(bytes));
      for (FlowLogger logger : plan.loggers()) {
        plan.intervalOf(logger, new Interval(random(bytes), random(bytes) + 1));
      }
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static long random(byte[] bytes) {
    return Arrays.hashCode(bytes) * MINUTE_NS;
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    for (int i = 1; i < bytes.length && random.nextBoolean(); i += 2) {
      bytes[i] = 0;
    }
    return bytes;
  }

  private byte[] mutant() {
    byte[] bytes = RandomPlans.plan(random).encode();
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  @Test
  void shouldPutEverySliceIntoTheIntervalThatBeginsAtAMultipleOfItsLength() {
    for (int round = 0; round < 2000; round++) {
      FlowLogger logger = RandomPlans.logger(random);
      long unitNs = (1 + random.nextInt(3600)) * 1_000_000_000L;
      SlicePlan plan = new SlicePlan(unitNs, true, List.of(logger));
      long sliceNs = random.nextLong() / 4;
      Interval interval = plan.intervalOf(logger, new Interval(sliceNs, sliceNs + 1));
      assertEquals(logger.aggregationInterval() * unitNs, interval.endNs() - interval.startNs());
      assertEquals(0, interval.startNs() % (interval.endNs() - interval.startNs()));
      assertTrue(interval.startNs() <= sliceNs && sliceNs < interval.endNs());
      Interval last = new Interval(interval.endNs() - 1, interval.endNs());
      assertEquals(interval, plan.intervalOf(logger, last));
      Interval next = new Interval(interval.endNs(), interval.endNs() + 1);
      assertEquals(interval.endNs(), plan.intervalOf(logger, next).startNs());
    }
  }

  @Test
  void shouldMakeASliceTheWholeIntervalWhereThereAreNone() {
    Interval slice = new Interval(-77, 5);
    assertEquals(slice, SlicePlan.NONE.intervalOf(RandomPlans.logger(random), slice));
  }

  @Test
  void shouldFindALoggerByItsId() {
    FlowLogger one = RandomPlans.logger(random);
    FlowLogger other = RandomPlans.logger(random);
    SlicePlan plan = new SlicePlan(MINUTE_NS, true, List.of(one, other));
    assertEquals(other, plan.find(other.id()));
    assertNull(plan.find(new UUID(1, 2)));
  }
}
