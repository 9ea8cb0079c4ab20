package io.flowlog.bridge;

import java.nio.ByteBuffer;

/**
 * Two maps of the drop program, of which the kernel writes one while the other may be read; owned
 * by a {@link DropProgram}.
 */
final class DropSide {
  private final BpfObject object;
  private final int sides;
  private final ByteBuffer place = BpfObject.memory(Integer.BYTES);
  private final ByteBuffer map = BpfObject.memory(Integer.BYTES);
  private int written;
  private int offered;
  private boolean isOffered;

  DropSide(BpfObject object, int place, String first, String second) throws NativeException {
    this.object = object;
    sides = object.map("sides");
    written = object.map(first);
    offered = object.map(second);
    this.place.putInt(0, place);
  }

  /** Has the kernel write to the other map; afterwards nobody writes to the one that is offered. */
  void swap() throws NativeException {
    object.put(sides, place, map.putInt(0, offered));
    int quiet = written;
    written = offered;
    offered = quiet;
    isOffered = true;
  }

  /** Tells whether there may be something to take. */
  boolean isOffered() {
    return isOffered;
  }

  /** What was not taken stays where it is until the map is offered again. */
  void finish() {
    isOffered = false;
  }

  /** Tells whether there is nothing in the map that is written; the buffer has room for a key. */
  boolean isEmpty(ByteBuffer key) throws NativeException {
    return object.isEmpty(written, key);
  }

  /** Takes entries out of the offered map, or returns false when it has none left. */
  boolean take(BpfBatch batch) throws NativeException {
    if (!isOffered) {
      return false;
    }
    isOffered = object.take(offered, batch);
    return isOffered || batch.count() > 0;
  }
}
