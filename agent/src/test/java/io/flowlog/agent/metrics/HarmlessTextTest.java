package io.flowlog.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What tenants write comes into the log as text and nothing else. */
class HarmlessTextTest {
  @Test
  void shouldLeaveWordsAsTheyAre() {
    String words = "tap1: \"naïve\" 日本語 😀 <b>100 %</b> \\ \u00a0 /var/lib";
    assertEquals(words, HarmlessText.of(words));
    assertEquals("", HarmlessText.of(""));
  }

  @Test
  void shouldShowWhatSteersByItsNumber() {
    assertEquals("a\\u000a<0>b", HarmlessText.of("a\n<0>b"));
    assertEquals("\\u000d\\u0009\\u0000\\u007f", HarmlessText.of("\r\t\0\u007f"));
    assertEquals("\\u001b[2J\\u009b2J", HarmlessText.of("\u001b[2J\u009b2J"));
    assertEquals("\\u0085\\u2028\\u2029", HarmlessText.of("\u0085\u2028\u2029"));
    assertEquals("\\u202ex\\u2066\\ufeff", HarmlessText.of("\u202ex\u2066\ufeff"));
  }

  @Test
  void shouldShowWhatIsNoCharacterByItsNumber() {
    assertEquals("\\ud83dx\\ude00", HarmlessText.of("\ud83dx\ude00"));
    assertEquals("\\ue000\\uffff", HarmlessText.of("\ue000\uffff"));
    assertEquals("\\ue0001", HarmlessText.of("\udb40\udc01"));
  }

  @Test
  void shouldCutALongText() {
    String longest = "x".repeat(HarmlessText.LENGTH_MAX);
    assertEquals(longest, HarmlessText.of(longest));
    assertEquals(longest + "...", HarmlessText.of(longest + "y".repeat(1 << 20)));
  }

  @Test
  void shouldBearAnyText() {
    Random random = new Random(20261120);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(40); i > 0; i--) {
        text.append((char) random.nextInt(1 << (4 + random.nextInt(13))));
      }
      String harmless = HarmlessText.of(text.toString());
      assertTrue(harmless.matches("[\\P{C}]*"), harmless);
      assertTrue(harmless.lines().count() <= 1, harmless);
    }
  }
}
