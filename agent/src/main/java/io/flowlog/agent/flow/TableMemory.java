package io.flowlog.agent.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
  static final int HOT_BYTES = 64;
  static final int COLD_BYTES = 32;

  private static final int SEGMENT_SHIFT = 18;
  private static final int SEGMENT_MASK = (1 << SEGMENT_SHIFT) - 1;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final int unitsMax;
  private ByteBuffer[] hot = new ByteBuffer[1];
  private ByteBuffer[] cold = new ByteBuffer[1];
  private int segments;

  TableMemory(int unitsMax) {
    this.unitsMax = unitsMax;
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
    hot[segments] = ByteBuffer.allocateDirect(units * HOT_BYTES);
    cold[segments] = ByteBuffer.allocateDirect(units * COLD_BYTES);
    segments++;
  }

  /** Returns the buffer that holds a unit's hot line. */
  ByteBuffer hot(int unit) {
    return hot[unit >>> SEGMENT_SHIFT];
  }

  /** Returns where a unit's hot line starts in its buffer. */
  static int hotOffset(int unit) {
    return (unit & SEGMENT_MASK) * HOT_BYTES;
  }

  /** Returns the buffer that holds a unit's cold half line. */
  ByteBuffer cold(int unit) {
    return cold[unit >>> SEGMENT_SHIFT];
  }

  /** Returns where a unit's cold half line starts in its buffer. */
  static int coldOffset(int unit) {
    return (unit & SEGMENT_MASK) * COLD_BYTES;
  }

  static long get(ByteBuffer memory, int offset) {
    return (long) LONG.get(memory, offset);
  }

  static void set(ByteBuffer memory, int offset, long value) {
    LONG.set(memory, offset, value);
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

  /** Copies everything that a unit holds to another unit. */
  void copy(int from, int to) {
    for (int word = 0; word < HOT_BYTES; word += 8) {
      hotWord(to, word, hotWord(from, word));
    }
    for (int word = 0; word < COLD_BYTES; word += 8) {
      coldWord(to, word, coldWord(from, word));
    }
  }
}
