package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
  private static final long S = 1_000_000_000L;
  private static final long NOW_NS = 1_800_000_000L * S;

  private final ClockWatch watch = new ClockWatch();

  @Test
  void shouldSayNothingOfAClockThatRuns() {
    for (int i = 0; i < 10; i++) {
      // slewed by half a millisecond a second
      assertEquals(Optional.empty(), watch.look(NOW_NS + i * S + i * S / 2000, i * S));
    }
    assertEquals(List.of(), watch.problems(NOW_NS));
  }

  @Test
  void shouldTellOnceThatItWasSetForward() {
    watch.look(NOW_NS, 0);
    assertEquals(
        Optional.of("the clock was set forward by 1 min 30 s"), watch.look(NOW_NS + 91 * S, S));
    assertEquals(Optional.empty(), watch.look(NOW_NS + 92 * S, 2 * S));
    assertEquals(List.of(), watch.problems(NOW_NS + 92 * S));
  }

  @Test
  void shouldSayUntilWhenIntervalsLastLongerBecauseItWasSetBack() {
    watch.look(NOW_NS, 0);
    assertEquals(
        Optional.of("the clock was set back by 2 h 0 min: running intervals last that much longer"),
        watch.look(NOW_NS + S - 7200 * S, S));
    assertEquals(
        List.of(
            "the clock was set back: for another 1 h 30 min packets count in intervals that began"
                + " before; a restart begins new ones"),
        watch.problems(NOW_NS + S - 5400 * S));
    assertEquals(List.of(), watch.problems(NOW_NS + S));
  }
}
