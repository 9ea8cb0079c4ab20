package io.flowlog.agent.capture.drops;

import java.io.IOException;

/**
 * Some drop entries on their way from who collects them to who counts them; owned by whoever has
 * it, and given back empty.
 */
public final class DropBatch {
  /** How many entries there can be. */
  public static final int CAPACITY = 1024;

  private final DropEntry[] entries = new DropEntry[CAPACITY];
  private int size;

  /** Packets of which nothing is known but that the kernel dropped them. */
  private long lostPackets;

  /** Takes entries. */
  @FunctionalInterface
  public interface Taker {
    /** Takes an entry, which is valid during the call only. */
    void take(DropEntry entry) throws IOException;
  }

  /** Makes an empty batch. */
  public DropBatch() {
    for (int i = 0; i < CAPACITY; i++) {
      entries[i] = new DropEntry();
    }
  }

  /** Returns how many entries there are. */
  public int size() {
    return size;
  }

  /** Tells whether there is nothing to be told. */
  public boolean isEmpty() {
    return size == 0 && lostPackets == 0;
  }

  public boolean isFull() {
    return size == CAPACITY;
  }

  /** Tells whether so many entries fit no more. */
  public boolean isShortOf(int more) {
    return CAPACITY - size < more;
  }

  /** Returns the entry behind the last one, which is to be filled: it counts from now on. */
  public DropEntry append() {
    return entries[size++];
  }

  /** Returns the entry behind so many others. */
  public DropEntry at(int place) {
    return entries[place];
  }

  /** Returns the last entry. */
  public DropEntry last() {
    return entries[size - 1];
  }

  /** Takes the last entry out again. */
  public void removeLast() {
    size--;
  }

  /** Adds packets of which nothing else is known. */
  public void addLost(long packets) {
    lostPackets += packets;
  }

  /** Returns how many packets there are of which nothing else is known, and forgets them. */
  public long takeLost() {
    long packets = lostPackets;
    lostPackets = 0;
    return packets;
  }

  /** Hands over the entries whose time begins before a moment, and keeps the others. */
  public void takeBefore(long beforeNs, Taker taker) throws IOException {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      DropEntry entry = entries[i];
      if (entry.granuleStartNs < beforeNs) {
        taker.take(entry);
      } else {
        entries[i] = entries[kept];
        entries[kept] = entry;
        kept++;
      }
    }
    size = kept;
  }

  /** Returns when the earliest entry's time begins; the last moment there is without entries. */
  public long earliestNs() {
    long earliestNs = Long.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      earliestNs = Math.min(earliestNs, entries[i].granuleStartNs);
    }
    return earliestNs;
  }
}
