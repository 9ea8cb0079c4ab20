package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The index beside a map from units to hashes. */
class ConnectionIndexTest {
  private static final int UNITS_MAX = 1 << 14;
  private static final int STEPS = 150_000 * Integer.getInteger("flowlog.soak", 1);

  private final Random random = new Random(31337);
  private final ConnectionIndex index = new ConnectionIndex(UNITS_MAX, 1);
  private final Map<Integer, Long> hashes = new HashMap<>();
  private final List<Integer> units = new ArrayList<>();

  @Test
  void shouldFindWhatWasEnteredAndNothingElse() {
    for (int step = 0; step < STEPS; step++) {
      boolean entering = random.nextInt(100) < (step / 10_000 % 2 == 0 ? 75 : 25);
      if (entering && units.size() < UNITS_MAX / 2) {
        enter();
      } else if (!units.isEmpty()) {
        if (random.nextInt(4) == 0) {
          rename(units.get(random.nextInt(units.size())));
        } else {
          remove(random.nextInt(units.size()));
        }
      }
      if (step % 5_000 == 0) {
        checkAll();
      }
    }
    checkAll();
    assertTrue(index.slotCount() > 1 << 10);
  }

  private void enter() {
    int unit = freeUnit();
    // Few home slots at both ends of the index, so that runs are long and go round its end.
    long home = random.nextInt(300) == 0 ? random.nextInt(20) - 10 : random.nextInt();
    long hash = (long) random.nextInt() << 32 | (home & 0xffff_ffffL);
    assertTrue(index.insert(hash, unit));
    hashes.put(unit, hash);
    units.add(unit);
    while (index.isCrowded()) {
      index.grow();
      hashes.forEach((each, hashOfEach) -> assertTrue(index.insert(hashOfEach, each)));
    }
  }

  private int freeUnit() {
    int unit;
    do {
      unit = 2 + random.nextInt(UNITS_MAX - 2);
    } while (hashes.containsKey(unit));
    return unit;
  }

  private void rename(int unit) {
    int other = freeUnit();
    long hash = hashOf(unit);
    hashes.remove(unit);
    index.rename(index.slotOf(hash, unit), hash, other);
    hashes.put(other, hash);
    units.set(units.indexOf(unit), other);
  }

  private void remove(int at) {
    int unit = units.get(at);
    units.set(at, units.get(units.size() - 1));
    units.subList(units.size() - 1, units.size()).clear();
    long hash = hashOf(unit);
    index.remove(index.slotOf(hash, unit), this::hashOf);
    hashes.remove(unit);
    assertFalse(isFound(hash, unit));
  }

  private long hashOf(int unit) {
    return Objects.requireNonNull(hashes.get(unit));
  }

  private void checkAll() {
    hashes.forEach((unit, hash) -> assertTrue(isFound(hash, unit)));
    int used = 0;
    for (int slot = 0; slot < index.slotCount(); slot++) {
      used += index.content(slot) == ConnectionIndex.EMPTY ? 0 : 1;
    }
    assertEquals(hashes.size(), used);
  }

  /** Searches as the store does. */
  private boolean isFound(long hash, int unit) {
    int slot = index.firstSlot(hash);
    for (int probe = 0; probe < ConnectionIndex.PROBES_MAX; probe++) {
      int content = index.content(slot);
      if (content == ConnectionIndex.EMPTY) {
        return false;
      }
      if (index.mayBe(content, hash) && index.unitOf(content) == unit) {
        return true;
      }
      slot = index.nextSlot(slot);
    }
    return false;
  }

  @Test
  void shouldRefuseWhatNoSearchWouldReach() {
    for (int unit = 2; unit < 2 + ConnectionIndex.PROBES_MAX; unit++) {
      assertTrue(index.insert(7, unit));
    }

    assertFalse(index.insert(7, 2000));
  }

  @Test
  void shouldBeLargeFromTheStartWhereNoPauseIsAllowed() {
    ConnectionIndex large = new ConnectionIndex(100_000, 100_000);
    int slots = large.slotCount();
    KeyedHash hash = new KeyedHash(1);
    for (int unit = 2; unit < 100_000; unit++) {
      assertTrue(large.insert(hash.of(unit, 0), unit));
      assertFalse(large.isCrowded());
    }
    assertEquals(slots, large.slotCount());
  }
}
