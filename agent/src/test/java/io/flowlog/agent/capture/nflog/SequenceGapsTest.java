package io.flowlog.agent.capture.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** How many numbers are missing between those that came. */
class SequenceGapsTest {
  private final SequenceGaps gaps = new SequenceGaps();

  @Test
  void shouldCountEachMissingNumberOnce() {
    gaps.pass(0);
    gaps.pass(1);
    assertEquals(0, gaps.takeLost());
    gaps.pass(4);
    gaps.pass(6);
    assertEquals(3, gaps.takeLost());
    assertEquals(0, gaps.takeLost());
  }

  @Test
  void shouldMissWhatWasBeforeTheFirstThatCame() {
    gaps.pass(5);
    assertEquals(5, gaps.takeLost());
  }

  @Test
  void shouldGoOnWhereNumbersBeginAgain() {
    gaps.pass(0);
    gaps.takeLost();
    gaps.pass(Integer.MAX_VALUE);
    assertEquals(Integer.MAX_VALUE - 1L, gaps.takeLost());
    gaps.pass(-1);
    gaps.takeLost();
    gaps.pass(1);
    assertEquals(1, gaps.takeLost());
  }
}
