package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The allocator beside a plain set of the units that are taken. */
class UnitAllocatorTest {
  private static final int STEPS = 30_000 * Integer.getInteger("flowlog.soak", 1);

  private final Random random = new Random(4711);

  @Test
  void shouldGiveOutEveryUnitOnceInTablesOfEverySize() {
    for (int unitsMax : new int[] {4, 5, 6, 64, 65, 200}) {
      exercise(unitsMax);
    }
  }

  private void exercise(int unitsMax) {
    TableMemory memory = new TableMemory(unitsMax);
    UnitAllocator allocator = new UnitAllocator(memory);
    List<Integer> singles = new ArrayList<>();
    List<Integer> pairs = new ArrayList<>();
    Set<Integer> taken = new HashSet<>();
    assertEquals(unitsMax / 2 * 2 - 2, allocator.capacityUnits());
    for (int step = 0; step < STEPS / 6; step++) {
      // Seasons in which more is taken, or more given back.
      boolean taking = random.nextInt(100) < (step / 500 % 2 == 0 ? 70 : 30);
      boolean pair = random.nextBoolean();
      List<Integer> kind = pair ? pairs : singles;
      if (taking) {
        take(allocator, memory, pair, kind, taken);
      } else if (!kind.isEmpty()) {
        int at = random.nextInt(kind.size());
        giveBack(allocator, pair, kind.get(at), taken);
        kind.subList(at, at + 1).clear();
      }
      assertEquals(taken.size(), allocator.usedUnits());
      checkHalf(allocator, taken);
    }
  }

  private static void take(
      UnitAllocator allocator,
      TableMemory memory,
      boolean pair,
      List<Integer> kind,
      Set<Integer> taken) {
    int unit = pair ? allocator.takePair() : allocator.takeUnit();
    if (unit == UnitAllocator.NONE) {
      // Single units are refused only when nothing is left, pairs when no pair is.
      assertTrue(
          pair ? isWithoutPair(allocator, taken) : taken.size() == allocator.capacityUnits());
      return;
    }
    assertTrue(unit >= 2 && unit < allocator.endUnit());
    assertTrue(taken.add(unit), "given out twice");
    expectZeroes(memory, unit);
    if (pair) {
      assertEquals(0, unit % 2);
      assertTrue(taken.add(unit + 1), "given out twice");
      expectZeroes(memory, unit + 1);
    }
    memory.hotWord(unit, Entry.STATE, pair ? Entry.IPV6 : Entry.IPV4);
    memory.hotWord(unit, Entry.BYTES, -1);
    memory.coldWord(unit, Entry.RARE, -1);
    kind.add(unit);
  }

  private static boolean isWithoutPair(UnitAllocator allocator, Set<Integer> taken) {
    for (int unit = 2; unit < allocator.capacityUnits() + 2; unit += 2) {
      if (!taken.contains(unit) && !taken.contains(unit + 1)) {
        return false;
      }
    }
    return true;
  }

  private static void expectZeroes(TableMemory memory, int unit) {
    for (int word = 0; word < TableMemory.HOT_WORDS; word++) {
      assertEquals(0, memory.hotWord(unit, word));
    }
    for (int word = 0; word < TableMemory.COLD_WORDS; word++) {
      assertEquals(0, memory.coldWord(unit, word));
    }
  }

  private static void giveBack(
      UnitAllocator allocator, boolean pair, int unit, Set<Integer> taken) {
    taken.remove(unit);
    if (pair) {
      taken.remove(unit + 1);
      allocator.releasePair(unit);
    } else {
      allocator.releaseUnit(unit);
    }
  }

  private static void checkHalf(UnitAllocator allocator, Set<Integer> taken) {
    int half = allocator.halfToEmpty();
    if (half != UnitAllocator.NONE) {
      assertTrue(!taken.contains(half) && taken.contains(half ^ 1));
    }
  }

  @Test
  void shouldMakePairsOutOfHalvesByMovingEntries() {
    ConnectionStore store = new ConnectionStore(new TableMemory(66), new KeyedHash(5), 1);
    store.shares().add(0);
    List<ConnectionStore.Lookup> lookups = new ArrayList<>();
    for (int flow = 0; flow < 64; flow++) {
      lookups.add(lookup(flow));
      assertNotEquals(0, store.create(lookups.get(flow), hash(lookups.get(flow))));
    }
    for (int flow = 0; flow < 64; flow += 2) {
      store.remove(store.find(lookups.get(flow), hash(lookups.get(flow))));
    }
    for (int flow = 100; flow < 116; flow++) {
      ConnectionStore.Lookup wide = lookup(flow);
      wide.key |= 1 << 11;
      assertNotEquals(0, store.create(wide, hash(wide)));
    }
    assertEquals(64, store.usedUnits());
    for (int flow = 1; flow < 64; flow += 2) {
      int unit = store.find(lookups.get(flow), hash(lookups.get(flow)));
      assertEquals(flow, store.memory().hotWord(unit, Entry.ADDRESSES));
    }
  }

  private static ConnectionStore.Lookup lookup(int flow) {
    ConnectionStore.Lookup lookup = new ConnectionStore.Lookup();
    lookup.addresses = flow;
    lookup.localLow = flow;
    return lookup;
  }

  private static long hash(ConnectionStore.Lookup lookup) {
    return new KeyedHash(5).of(lookup.addresses, lookup.key);
  }
}
