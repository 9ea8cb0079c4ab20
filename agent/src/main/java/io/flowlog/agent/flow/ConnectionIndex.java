package io.flowlog.agent.flow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Open addressing from a hash to a unit number: four bytes a slot, the low bits the unit, the rest
 * a tag of the hash that spares most looks at the wrong entry.
 *
 * <p>Owned by one {@link ConnectionTable}. A third of the slots are used at most, so that most
 * searches end at their first slot, and no search goes further than {@link #PROBES_MAX} slots: at
 * this load a longer run does not happen by chance, and nobody without the hash's key can make one.
 * The index grows as it fills, up to what the table's memory needs; a table that must not pause
 * starts at that size.
 */
final class ConnectionIndex {
  static final int PROBES_MAX = 128;

  /** What a slot that names no unit holds. */
  static final int EMPTY = 0;

  private static final int SLOTS_MIN = 1 << 14;
  private static final int SLOTS_MAX = 1 << 28;

  private final int unitMask;
  private IntBuffer slots;
  private int slotMask;
  private int used;

  /** Makes an index for units below a number, sized for a number of entries. */
  ConnectionIndex(int unitsMax, int entriesExpected) {
    unitMask = Integer.highestOneBit(Math.max(unitsMax, 1)) * 2 - 1;
    long wanted = Long.highestOneBit(Math.max(1, entriesExpected) * 8L - 1);
    int slotCount = (int) Math.min(SLOTS_MAX, Math.max(SLOTS_MIN, wanted));
    slots = allocate(slotCount);
    slotMask = slotCount - 1;
  }

  private static IntBuffer allocate(int slotCount) {
    return ByteBuffer.allocateDirect(slotCount * Integer.BYTES)
        .order(ByteOrder.nativeOrder())
        .asIntBuffer();
  }

  /** Returns the number of slots. */
  int slotCount() {
    return slotMask + 1;
  }

  /** Tells whether one more entry would make the searches long. */
  boolean isCrowded() {
    return used * 3L > slotMask && slotMask + 1 < SLOTS_MAX;
  }

  /** Returns the slot where a search starts. */
  int firstSlot(long hash) {
    return (int) hash & slotMask;
  }

  /** Returns the slot behind another. */
  int nextSlot(int slot) {
    return slot + 1 & slotMask;
  }

  /** Returns what a slot holds. */
  int content(int slot) {
    return slots.get(slot);
  }

  /** Returns the unit that a slot's content names. */
  int unitOf(int content) {
    return content & unitMask;
  }

  /** Tells whether a slot's content may name an entry of a hash. */
  boolean mayBe(int content, long hash) {
    return ((content ^ (int) (hash >>> 32)) & ~unitMask) == 0;
  }

  /** Enters a unit in an empty slot that a search for its hash ended at. */
  void put(int slot, long hash, int unit) {
    set(slot, ((int) (hash >>> 32) & ~unitMask) | unit);
    used++;
  }

  private void set(int slot, int content) {
    slots.put(slot, content);
  }

  /** Enters a unit wherever there is room; used to fill an index from the entries. */
  boolean insert(long hash, int unit) {
    int slot = firstSlot(hash);
    for (int probe = 0; probe < PROBES_MAX; probe++) {
      if (content(slot) == EMPTY) {
        put(slot, hash, unit);
        return true;
      }
      slot = nextSlot(slot);
    }
    return false;
  }

  /** Returns the slot that names a unit of a hash. */
  int slotOf(long hash, int unit) {
    int slot = firstSlot(hash);
    while (unitOf(content(slot)) != unit) {
      slot = nextSlot(slot);
    }
    return slot;
  }

  /** Names another unit in a slot: the entry was moved. */
  void rename(int slot, long hash, int unit) {
    used--;
    put(slot, hash, unit);
  }

  /** Empties a slot and moves the slots behind it up, so that no search ends too early. */
  void remove(int slot, HashOfUnit hashOf) {
    used--;
    int hole = slot;
    int at = slot;
    while (true) {
      at = nextSlot(at);
      int content = content(at);
      if (content == EMPTY) {
        break;
      }
      int home = firstSlot(hashOf.hash(unitOf(content)));
      if ((at - home & slotMask) >= (at - hole & slotMask)) {
        set(hole, content);
        hole = at;
      }
    }
    set(hole, EMPTY);
  }

  /** Replaces the slots by more empty ones: four times as many, if so many may be. */
  void grow() {
    int slotCount = (int) Math.min(SLOTS_MAX, slotCount() * 4L);
    slots = allocate(slotCount);
    slotMask = slotCount - 1;
    used = 0;
  }

  /** Returns the hash of the entry in a unit. */
  @FunctionalInterface
  interface HashOfUnit {
    long hash(int unit);
  }
}
