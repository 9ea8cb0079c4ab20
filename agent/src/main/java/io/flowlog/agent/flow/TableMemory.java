package io.flowlog.agent.flow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The off-heap memory of connection entries, in units: a hot line of 64 bytes and a cold half line
 * of 32.
 *
 * <p>Owned by one {@link ConnectionTable}. Memory comes in segments, when the first unit of a
 * segment is needed, up to a fixed number of units; a fresh unit is all zeroes. Units are named by
 * number, never by address, so the layout can move as a whole.
 */
final class TableMemory {
  static final int HOT_WORDS = 8;
  static final int COLD_WORDS = 4;

  /** No memory, of the class that all memory here has: calls stay direct. */
  static final LongBuffer NONE = allocate(0);

  private static final int SEGMENT_SHIFT = 18;
  private static final int SEGMENT_MASK = (1 << SEGMENT_SHIFT) - 1;

  private final int unitsMax;
  private final SideCounters setup;
  private final SideCounters drops;
  private LongBuffer[] hot = new LongBuffer[1];
  private LongBuffer[] cold = new LongBuffer[1];
  private int segments;

  TableMemory(int unitsMax) {
    this.unitsMax = unitsMax;
    setup = new SideCounters(unitsMax);
    drops = new SideCounters(unitsMax);
  }

  /** Returns the counters of packets that set connections up. */
  SideCounters setup() {
    return setup;
  }

  /** Returns the counters of dropped packets. */
  SideCounters drops() {
    return drops;
  }

  /** Returns the number of units that there may be. */
  int unitsMax() {
    return unitsMax;
  }

  /** Makes sure that a unit's memory is there. */
  void reach(int unit) {
    if (unit >>> SEGMENT_SHIFT >= segments) {
      addSegment();
    }
  }

  private void addSegment() {
    if (segments == hot.length) {
      hot = Arrays.copyOf(hot, segments * 2);
      cold = Arrays.copyOf(cold, segments * 2);
    }
    int units = Math.min(1 << SEGMENT_SHIFT, unitsMax - (segments << SEGMENT_SHIFT));
    hot[segments] = allocate(units * HOT_WORDS);
    cold[segments] = allocate(units * COLD_WORDS);
    segments++;
  }

  static LongBuffer allocate(int words) {
    return ByteBuffer.allocateDirect(words * Long.BYTES)
        .order(ByteOrder.nativeOrder())
        .asLongBuffer();
  }

  /** Returns the buffer that holds a unit's hot line. */
  LongBuffer hot(int unit) {
    return hot[unit >>> SEGMENT_SHIFT];
  }

  /** Returns where a unit's hot line starts in its buffer. */
  static int hotOffset(int unit) {
    return (unit & SEGMENT_MASK) * HOT_WORDS;
  }

  /** Returns the buffer that holds a unit's cold half line. */
  LongBuffer cold(int unit) {
    return cold[unit >>> SEGMENT_SHIFT];
  }

  /** Returns where a unit's cold half line starts in its buffer. */
  static int coldOffset(int unit) {
    return (unit & SEGMENT_MASK) * COLD_WORDS;
  }

  static long get(LongBuffer memory, int offset) {
    return memory.get(offset);
  }

  static void set(LongBuffer memory, int offset, long value) {
    memory.put(offset, value);
  }

  /** Returns a word of a unit's hot line. */
  long hotWord(int unit, int wordOffset) {
    return get(hot(unit), hotOffset(unit) + wordOffset);
  }

  /** Writes a word of a unit's hot line. */
  void hotWord(int unit, int wordOffset, long value) {
    set(hot(unit), hotOffset(unit) + wordOffset, value);
  }

  /** Returns a word of a unit's cold half line. */
  long coldWord(int unit, int wordOffset) {
    return get(cold(unit), coldOffset(unit) + wordOffset);
  }

  /** Writes a word of a unit's cold half line. */
  void coldWord(int unit, int wordOffset, long value) {
    set(cold(unit), coldOffset(unit) + wordOffset, value);
  }

  /** Moves an entry of one unit to another unit; what it leaves behind is to be cleared. */
  void move(int from, int to) {
    long state = hotWord(from, Entry.STATE);
    if ((state & Entry.SETUP_COUNTED) != 0) {
      setup.move(from, to);
    }
    if ((state & Entry.DROPS_COUNTED) != 0) {
      drops.move(from, to);
    }
    for (int word = 0; word < HOT_WORDS; word++) {
      hotWord(to, word, hotWord(from, word));
    }
    for (int word = 0; word < COLD_WORDS; word++) {
      coldWord(to, word, coldWord(from, word));
    }
  }
}
