package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line that somebody watches while a long replay runs. */
class ProgressBarTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private long nowNs = -5;

  @BeforeEach
  void watch() {
    System.setErr(new PrintStream(shown, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(realErr);
  }

  private ProgressBar bar(long totalBytes, boolean watched) {
    return new ProgressBar(totalBytes, watched, () -> nowNs);
  }

  private void assertShown(String text) {
    assertEquals(text, shown.toString(StandardCharsets.UTF_8));
  }

  @Test
  void shouldShowShareRateAndTimeLeft() {
    ProgressBar bar = bar(4000, true);
    nowNs += 3 * SECOND_NS;
    bar.update(1000, 6_000_000);
    assertShown(
        "\r[#######-----------------------]  25 %  6.0 M packets  2.0 M/s  9 s left\u001b[K");
  }

  @Test
  void shouldShowNoShareOfAStreamWhoseEndNobodyKnows() {
    ProgressBar bar = bar(0, true);
    nowNs += 2 * SECOND_NS;
    bar.update(1000, 3_000_000);
    assertShown("\r3.0 M packets  1.5 M/s\u001b[K");
  }

  @Test
  void shouldNotGoBeyondTheEndOfAFileThatGrows() {
    ProgressBar bar = bar(10, true);
    nowNs += SECOND_NS;
    bar.update(1000, 0);
    assertShown(
        "\r[##############################] 100 %  0.0 M packets  0.0 M/s  0 s left\u001b[K");
  }

  @Test
  void shouldDrawTenTimesASecondAtMostAndTakeTheLineAway() {
    ProgressBar bar = bar(0, true);
    for (int i = 0; i < 1000; i++) {
      nowNs += SECOND_NS / 1000;
      bar.update(i, 0);
    }
    bar.clear();
    String text = shown.toString(StandardCharsets.UTF_8);
    assertEquals(10 + 1, text.chars().filter(c -> c == '\r').count());
    assertEquals(999, bar.doneBytes());
    assertEquals("\r\u001b[K", text.substring(text.length() - 4));
  }

  @Test
  void shouldBeSilentWhereNobodyWatches() {
    ProgressBar bar = bar(10, false);
    nowNs += SECOND_NS;
    bar.update(5, 5);
    bar.clear();
    assertShown("");
  }
}
