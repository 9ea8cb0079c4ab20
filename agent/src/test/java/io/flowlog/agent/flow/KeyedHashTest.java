package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
  private static final int BUCKETS = 1024;
  private static final int KEYS = BUCKETS * 64;

  @Test
  void shouldAgreeWithAnotherOfTheSameSeedOnly() {
    assertEquals(new KeyedHash(1).of(3, 4), new KeyedHash(1).of(3, 4));
    assertNotEquals(new KeyedHash(1).of(3, 4), new KeyedHash(2).of(3, 4));
    assertNotEquals(new KeyedHash(1).of(3, 4), new KeyedHash(1).of(4, 3));
    assertEquals(
        new KeyedHash(1).ofAddresses(1, 2, 3, 4), new KeyedHash(1).ofAddresses(1, 2, 3, 4));
    assertNotEquals(
        new KeyedHash(1).ofAddresses(1, 2, 3, 4), new KeyedHash(1).ofAddresses(3, 4, 1, 2));
  }

  @Test
  void shouldSpreadKeysThatDifferInAnyFewBits() {
    for (long seed = 0; seed < 4; seed++) {
      KeyedHash hash = new KeyedHash(seed);
      for (int shift = 0; shift < 48; shift += 8) {
        int[] low = new int[BUCKETS];
        int[] high = new int[BUCKETS];
        for (long key = 0; key < KEYS; key++) {
          long value = hash.of(0x0a00_0001_0a00_0002L, key << shift);
          low[(int) value & BUCKETS - 1]++;
          high[(int) (value >>> 54)]++;
        }
        expectEven(low);
        expectEven(high);
      }
    }
  }

  /** The sum of squared deviations is near the number of buckets where chance rules. */
  private static void expectEven(int[] buckets) {
    double expected = (double) KEYS / BUCKETS;
    double sum = 0;
    for (int count : buckets) {
      sum += (count - expected) * (count - expected) / expected;
    }
    assertTrue(sum < BUCKETS * 1.35, "too uneven: " + sum);
  }

  @Test
  void shouldScatterUnderAnotherSeedWhatCollidesUnderOne() {
    KeyedHash known = new KeyedHash(1);
    KeyedHash secret = new KeyedHash(2);
    Random random = new Random(9);
    Set<Integer> slots = new HashSet<>();
    int found = 0;
    while (found < 200) {
      long addresses = random.nextLong();
      if (((int) known.of(addresses, 7) & BUCKETS - 1) == 0) {
        found++;
        slots.add((int) secret.of(addresses, 7) & BUCKETS - 1);
      }
    }
    assertTrue(slots.size() > 150, "still colliding: " + slots.size());
  }

  /** With a linear hash the difference of two keys alone would say whether they collide. */
  @Test
  void shouldNotLetDifferencesDecideOverCollisions() {
    KeyedHash hash = new KeyedHash(3);
    Random random = new Random(10);
    for (int bit = 0; bit < 64; bit++) {
      Set<Long> differences = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        long addresses = random.nextLong();
        long key = random.nextLong();
        differences.add(hash.of(addresses, key) ^ hash.of(addresses, key ^ 1L << bit));
        differences.add(hash.of(addresses, key) ^ hash.of(addresses ^ 1L << bit, key));
      }
      assertEquals(200, differences.size());
    }
  }

  @Test
  void shouldGiveDistantFingerprintsToCloseIpv6Addresses() {
    KeyedHash hash = new KeyedHash(4);
    Set<Long> fingerprints = new HashSet<>();
    for (long local = 0; local < 300; local++) {
      for (long remote = 0; remote < 300; remote++) {
        fingerprints.add(hash.ofAddresses(0xfd00L << 48, local, 0xfd00L << 48, remote));
      }
    }
    assertEquals(90_000, fingerprints.size());
  }
}
