package io.flowlog.agent.flow;

import static io.flowlog.agent.flow.TableMemory.get;
import static io.flowlog.agent.flow.TableMemory.set;

import java.nio.LongBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A second set of counters for entries, off-heap: what a side's packets of some kind add up to in
 * the slice. The table has two, for packets of connection set-up and for dropped ones.
 *
 * <p>Owned by one {@link ConnectionTable}. A cache line for each unit, taken in small segments when
 * a unit of the segment first counts something; so it takes nothing where nobody asks for it, and
 * never more than 64 bytes a unit. All zeroes outside of a slice that counts.
 */
final class SideCounters {
  /** Bytes that a unit can take. */
  static final int UNIT_BYTES = 64;

  private static final int SIDE_WORDS = 4;
  private static final int UNIT_WORDS = 2 * SIDE_WORDS;

  /** Word offsets. The first: packets (38 bits, signed), drop point (16), marks (10). */
  private static final int PACKETS = 0;

  private static final int BYTES = 1;
  private static final int FIRST_NS = 2;
  private static final int LAST_NS = 3;

  /** Marks: TCP flags; SYN and ACK came in one packet; anything was counted, so the times hold. */
  private static final int MARKS_MASK = 0x3ff;

  private static final int SYN_ACK = 0x100;
  private static final int COUNTED = 0x200;
  private static final int POINT_SHIFT = 10;
  private static final int POINT_MASK = 0xffff;
  private static final int PACKETS_SHIFT = 26;

  /** Segments of 1 MiB: to take one makes no pause that anybody notices. */
  private static final int SEGMENT_SHIFT = 14;

  private static final int SEGMENT_MASK = (1 << SEGMENT_SHIFT) - 1;

  private final int unitsMax;
  private @Nullable LongBuffer[] segments = new LongBuffer[0];

  SideCounters(int unitsMax) {
    this.unitsMax = unitsMax;
  }

  private LongBuffer reach(int unit) {
    int segment = unit >>> SEGMENT_SHIFT;
    if (segment >= segments.length) {
      segments = Arrays.copyOf(segments, Math.max(segment + 1, segments.length * 2));
    }
    LongBuffer memory = segments[segment];
    if (memory == null) {
      int units = Math.min(1 << SEGMENT_SHIFT, unitsMax - (segment << SEGMENT_SHIFT));
      memory = TableMemory.allocate(units * UNIT_WORDS);
      segments[segment] = memory;
    }
    return memory;
  }

  private static int at(int unit, int side) {
    return (unit & SEGMENT_MASK) * UNIT_WORDS + side * SIDE_WORDS;
  }

  /** Returns how many bytes are taken. */
  long usedBytes() {
    long bytes = 0;
    for (LongBuffer segment : segments) {
      bytes += segment == null ? 0 : (long) segment.capacity() * Long.BYTES;
    }
    return bytes;
  }

  /** Adds packets of a side. */
  void add(int unit, int side, SideCounts added) {
    LongBuffer memory = reach(unit);
    int at = at(unit, side);
    long word = get(memory, at + PACKETS);
    boolean first = (word & COUNTED) == 0;
    long marks = (word & MARKS_MASK) | COUNTED | added.tcpFlags | (added.synAckSeen ? SYN_ACK : 0);
    long point = added.dropPoint == 0 ? word >>> POINT_SHIFT & POINT_MASK : added.dropPoint;
    long packets = (word >> PACKETS_SHIFT) + added.packets;
    set(memory, at + PACKETS, packets << PACKETS_SHIFT | point << POINT_SHIFT | marks);
    set(memory, at + BYTES, get(memory, at + BYTES) + added.bytes);
    long firstNs = get(memory, at + FIRST_NS);
    set(memory, at + FIRST_NS, first ? added.firstNs : Math.min(firstNs, added.firstNs));
    set(memory, at + LAST_NS, Math.max(added.lastNs, get(memory, at + LAST_NS)));
  }

  /** Takes packets of a side off; there may be fewer so far. */
  void takeOff(int unit, int side, long packets, long bytes) {
    LongBuffer memory = reach(unit);
    int at = at(unit, side);
    set(memory, at + PACKETS, get(memory, at + PACKETS) - (packets << PACKETS_SHIFT));
    set(memory, at + BYTES, get(memory, at + BYTES) - bytes);
  }

  /** Reads what a side has counted. */
  void read(int unit, int side, SideCounts target) {
    LongBuffer memory = reach(unit);
    int at = at(unit, side);
    long word = get(memory, at + PACKETS);
    target.packets = word >> PACKETS_SHIFT;
    target.bytes = get(memory, at + BYTES);
    target.firstNs = get(memory, at + FIRST_NS);
    target.lastNs = get(memory, at + LAST_NS);
    target.tcpFlags = (int) word & 0xff;
    target.synAckSeen = (word & SYN_ACK) != 0;
    target.dropPoint = (int) (word >>> POINT_SHIFT) & POINT_MASK;
  }

  /** Returns the time of a side's last packet in the slice, 0 for none. */
  long lastNs(int unit, int side) {
    return get(reach(unit), at(unit, side) + LAST_NS);
  }

  /** Forgets what a unit has counted. */
  void clear(int unit) {
    LongBuffer memory = reach(unit);
    for (int word = 0; word < UNIT_WORDS; word++) {
      set(memory, at(unit, 0) + word, 0);
    }
  }

  /** Moves what a unit has counted to another unit. */
  void move(int from, int to) {
    LongBuffer memory = reach(from);
    LongBuffer target = reach(to);
    for (int word = 0; word < UNIT_WORDS; word++) {
      set(target, at(to, 0) + word, get(memory, at(from, 0) + word));
    }
    clear(from);
  }
}
