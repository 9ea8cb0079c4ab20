package io.flowlog.agent.flow;

/**
 * Gives out units of {@link TableMemory}: one for an IPv4 entry, an even pair for an IPv6 one.
 *
 * <p>Owned by one {@link ConnectionTable}. Fresh pairs are taken in order, so that entries made at
 * the same time lie side by side; freed ones are kept in two lists that run through the free units
 * themselves. When only half pairs are left, {@link #halfToEmpty()} names one whose neighbour can
 * be moved away.
 */
final class UnitAllocator {
  /** No unit. Pair 0 is never given out, so that no entry has the number 0. */
  static final int NONE = 0;

  private static final int NEXT = Entry.ADDRESSES;
  private static final int PREVIOUS = Entry.KEY;

  /** Distinguishes a free half in its list from a unit inside a free or fresh pair. */
  private static final int MARK = Entry.BYTES;

  private final TableMemory memory;
  private int freshPair = 2;
  private int freePairs = NONE;
  private int freeHalves = NONE;
  private int usedUnits;

  UnitAllocator(TableMemory memory) {
    this.memory = memory;
  }

  /** Returns how many units are given out. */
  int usedUnits() {
    return usedUnits;
  }

  /** Returns how many units can be given out in all. */
  int capacityUnits() {
    return (memory.unitsMax() & ~1) - 2;
  }

  /** Returns one more than the highest unit that was ever given out. */
  int endUnit() {
    return freshPair;
  }

  /** Gives out a unit, all zeroes, or {@link #NONE}. */
  int takeUnit() {
    int unit = freeHalves;
    if (unit != NONE) {
      unlinkHalf(unit);
    } else {
      unit = pair();
      if (unit == NONE) {
        return NONE;
      }
      linkHalf(unit + 1);
    }
    usedUnits++;
    return unit;
  }

  /** Gives out an even unit and the one behind it, all zeroes, or {@link #NONE}. */
  int takePair() {
    int unit = pair();
    usedUnits += unit == NONE ? 0 : 2;
    return unit;
  }

  private int pair() {
    int unit = freePairs;
    if (unit != NONE) {
      freePairs = (int) memory.hotWord(unit, NEXT);
      memory.hotWord(unit, NEXT, 0);
      return unit;
    }
    if (freshPair + 1 >= memory.unitsMax()) {
      return NONE;
    }
    unit = freshPair;
    memory.reach(unit);
    freshPair += 2;
    return unit;
  }

  /** Takes a unit back. */
  void releaseUnit(int unit) {
    clear(unit);
    usedUnits--;
    int neighbour = unit ^ 1;
    if (memory.hotWord(neighbour, Entry.STATE) == Entry.FREE
        && memory.hotWord(neighbour, MARK) != 0) {
      unlinkHalf(neighbour);
      linkPair(unit & ~1);
    } else {
      linkHalf(unit);
    }
  }

  /** Takes a pair back. */
  void releasePair(int unit) {
    clear(unit);
    clear(unit + 1);
    usedUnits -= 2;
    linkPair(unit);
  }

  /** Returns a free half whose neighbour is in use, or {@link #NONE}. */
  int halfToEmpty() {
    return freeHalves;
  }

  private void linkPair(int unit) {
    memory.hotWord(unit, NEXT, freePairs);
    freePairs = unit;
  }

  private void linkHalf(int unit) {
    memory.hotWord(unit, NEXT, freeHalves);
    memory.hotWord(unit, PREVIOUS, NONE);
    memory.hotWord(unit, MARK, 1);
    if (freeHalves != NONE) {
      memory.hotWord(freeHalves, PREVIOUS, unit);
    }
    freeHalves = unit;
  }

  private void unlinkHalf(int unit) {
    int next = (int) memory.hotWord(unit, NEXT);
    int previous = (int) memory.hotWord(unit, PREVIOUS);
    if (previous == NONE) {
      freeHalves = next;
    } else {
      memory.hotWord(previous, NEXT, next);
    }
    if (next != NONE) {
      memory.hotWord(next, PREVIOUS, previous);
    }
    memory.hotWord(unit, NEXT, 0);
    memory.hotWord(unit, PREVIOUS, 0);
    memory.hotWord(unit, MARK, 0);
  }

  private void clear(int unit) {
    for (int word = 0; word < TableMemory.HOT_WORDS; word++) {
      memory.hotWord(unit, word, 0);
    }
    for (int word = 0; word < TableMemory.COLD_WORDS; word++) {
      memory.coldWord(unit, word, 0);
    }
  }
}
