package io.flowlog.agent.capture.nflog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.NflogConfig.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which pattern fits what a rule has written, and what rows call it. */
class LogPrefixesTest {
  private static List<Prefix> patterns(String... texts) {
    return Stream.of(texts).map(text -> new Prefix(text, Verdict.DROP, Direction.UNKNOWN)).toList();
  }

  private static int find(List<Prefix> patterns, String prefix) {
    byte[] bytes = ("before" + prefix + "behind").getBytes(StandardCharsets.UTF_8);
    int sizeBytes = prefix.getBytes(StandardCharsets.UTF_8).length;
    return new LogPrefixes(patterns).find(ByteBuffer.wrap(bytes), 6, sizeBytes);
  }

  @Test
  void shouldTakeTheFirstPatternThatFits() {
    List<Prefix> patterns = patterns("DROP", "DROP:in", "DROP:*", "ü: ", "x*");
    assertEquals(0, find(patterns, "DROP"));
    assertEquals(1, find(patterns, "DROP:in"));
    assertEquals(2, find(patterns, "DROP:inside"));
    assertEquals(2, find(patterns, "DROP:"));
    assertEquals(3, find(patterns, "ü: "));
    assertEquals(4, find(patterns, "x"));
    assertEquals(LogPrefixes.NONE, find(patterns, "DRO"));
    assertEquals(LogPrefixes.NONE, find(patterns, "drop"));
    assertEquals(LogPrefixes.NONE, find(patterns, ""));
    assertEquals(0, find(patterns("*"), ""));
  }

  @Test
  void shouldCompareEachByteOfALongPrefix() {
    String text = "DROP:ingress:tap-0123456789";
    for (int length = 1; length <= text.length(); length++) {
      List<Prefix> patterns = patterns(text.substring(0, length));
      assertEquals(0, find(patterns, text.substring(0, length)));
      for (int i = 0; i < length; i++) {
        String other = text.substring(0, i) + "_" + text.substring(i + 1, length);
        assertEquals(LogPrefixes.NONE, find(patterns, other), other);
      }
    }
  }

  @Test
  void shouldNotMindTheZeroAtTheEnd() {
    assertEquals(0, find(patterns("DROP"), "DROP\0"));
    assertEquals(LogPrefixes.NONE, find(patterns("DROP"), "DROP\0\0"));
  }

  @Test
  void shouldAgreeWithStringsOnAnyText() {
    Random random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      Prefix pattern = patterns(letters(random, 1) + (random.nextBoolean() ? "*" : "")).get(0);
      String prefix = letters(random, 0);
      boolean fits =
          pattern.isOpen() ? prefix.startsWith(pattern.text()) : prefix.equals(pattern.text());
      assertEquals(fits ? 0 : LogPrefixes.NONE, find(List.of(pattern), prefix));
    }
  }

  private static String letters(Random random, int least) {
    return random
        .ints(least + random.nextInt(4), 'a', 'c')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void shouldCallDropPointsWithoutTheEndOfThePattern() {
    List<Prefix> patterns = patterns("DROP:in", "DROP:*", "a b: *", "*", ": ");
    assertEquals(
        List.of("DROP:in", "DROP", "a b", "NFLOG", "NFLOG"),
        patterns.stream().map(Prefix::dropPoint).toList());
  }
}
