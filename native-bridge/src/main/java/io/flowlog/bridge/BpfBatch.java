package io.flowlog.bridge;

import java.nio.ByteBuffer;

/** Entries that are taken out of maps together, and how far; owned by its {@link DropEntries}. */
final class BpfBatch {
  private final int room;
  private final ByteBuffer keys;
  private final ByteBuffer values;
  private final ByteBuffer place = BpfObject.memory(Long.BYTES);
  private final ByteBuffer count = BpfObject.memory(Integer.BYTES);
  private boolean atStart = true;

  BpfBatch(int room, int keyBytes, int valueBytes) {
    this.room = room;
    keys = BpfObject.memory(room * keyBytes);
    values = BpfObject.memory(room * valueBytes);
  }

  /** Begins with another map. */
  void restart() {
    atStart = true;
    count.putInt(0, 0);
  }

  boolean isAtStart() {
    return atStart;
  }

  ByteBuffer place() {
    return place;
  }

  ByteBuffer keys() {
    return keys;
  }

  ByteBuffer values() {
    return values;
  }

  /** Returns where the kernel reads how much room there is, and writes how many entries came. */
  ByteBuffer prepareCount() {
    atStart = false;
    return count.putInt(0, room);
  }

  int count() {
    return count.getInt(0);
  }
}
