package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Bursts and their ends. */
class QuietTimeTest {
  private static final int STEPS = 200_000 * Integer.getInteger("flowlog.soak", 1);
  private static final long QUIET = 200;
  private static final long LONGEST = 2000;

  private final QuietTime burst = new QuietTime(QUIET, LONGEST);

  @Test
  void shouldSayNothingWhenNothingHappens() {
    assertFalse(burst.isOver(0));
    assertFalse(burst.isOver(1_000_000));
  }

  @Test
  void shouldSayOnceThatABurstIsOver() {
    burst.note(1000);
    burst.note(1150);
    assertFalse(burst.isOver(1349));
    assertTrue(burst.isOver(1350));
    assertFalse(burst.isOver(5000));
  }

  @Test
  void shouldNotWaitForEverForAQuietTime() {
    for (long now = 0; now < LONGEST; now += 100) {
      burst.note(now);
      assertFalse(burst.isOver(now));
    }
    burst.note(LONGEST);
    assertTrue(burst.isOver(LONGEST));
  }

  @Test
  void shouldNotWaitForAClockThatWasSetBack() {
    burst.note(1_000_000);
    assertTrue(burst.isOver(5));
  }

  @Test
  void shouldAgreeWithAListOfAllEvents() {
    Random random = new Random(20261120);
    List<Long> events = new ArrayList<>();
    long now = 0;
    int bursts = 0;
    for (int step = 0; step < STEPS; step++) {
      now += random.nextInt(step % 20_000 < 10_000 ? 60 : 300);
      if (random.nextBoolean()) {
        events.add(now);
        burst.note(now);
      }
      boolean expected =
          !events.isEmpty()
              && (now - events.get(events.size() - 1) >= QUIET || now - events.get(0) >= LONGEST);
      assertEquals(expected, burst.isOver(now));
      if (expected) {
        events.clear();
        bursts++;
      }
    }
    assertTrue(bursts > STEPS / 100, "bursts: " + bursts);
  }
}
