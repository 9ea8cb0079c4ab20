package io.flowlog.agent.flow;

import static io.flowlog.agent.flow.TableMemory.get;

import io.flowlog.agent.decode.PacketBatch;
import java.nio.LongBuffer;

/**
 * Where entries live: finds the entry of a key, makes one within the shares of the logging ports,
 * takes it back.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
/*
 * Two steps lead to an entry: the index (a few bytes per connection, it stays in the caches) names
 * the unit, and the units lie side by side in the order in which connections were made, so that
 * what lives at the same time lies on the same pages, and a walk over all entries is sequential.
 */
final class ConnectionStore {
  /** No entry. */
  static final int NONE = UnitAllocator.NONE;

  private final TableMemory memory;
  private final UnitAllocator allocator;
  private final ConnectionIndex index;
  private final PortShares shares;
  private final KeyedHash hash;

  /** Kept: a reference made for every removal would be garbage. */
  private final ConnectionIndex.HashOfUnit hashOfUnit = this::hashOf;

  ConnectionStore(TableMemory memory, KeyedHash hash, int entriesExpected) {
    this.memory = memory;
    this.hash = hash;
    allocator = new UnitAllocator(memory);
    index = new ConnectionIndex(memory.unitsMax(), entriesExpected);
    shares = new PortShares(allocator.capacityUnits());
  }

  TableMemory memory() {
    return memory;
  }

  PortShares shares() {
    return shares;
  }

  /** Returns one more than the highest unit that was ever used. */
  int endUnit() {
    return allocator.endUnit();
  }

  /** Returns how many units are in use. */
  int usedUnits() {
    return allocator.usedUnits();
  }

  /** Fetches the index slot where a search starts; returns the entry that it names, if likely. */
  int candidate(long hashOfKey) {
    int content = index.content(index.firstSlot(hashOfKey));
    return index.mayBe(content, hashOfKey) ? index.unitOf(content) : NONE;
  }

  /** Fetches an entry; returns some word of it. */
  long peekEntry(int unit) {
    return unit == NONE ? 0 : memory.hotWord(unit, Entry.STATE);
  }

  /** Tells whether an entry that was named before still is, or is at all, the one of a key. */
  boolean isEntryOf(int unit, Lookup lookup) {
    return unit != NONE && isUsed(unit) && matches(unit, lookup);
  }

  /** Returns the entry of a key, or {@link #NONE}. */
  int find(Lookup lookup, long hashOfKey) {
    int slot = index.firstSlot(hashOfKey);
    for (int probe = 0; probe < ConnectionIndex.PROBES_MAX; probe++) {
      int content = index.content(slot);
      if (content == ConnectionIndex.EMPTY) {
        return NONE;
      }
      if (index.mayBe(content, hashOfKey)) {
        int unit = index.unitOf(content);
        if (matches(unit, lookup)) {
          return unit;
        }
      }
      slot = index.nextSlot(slot);
    }
    return NONE;
  }

  private boolean matches(int unit, Lookup lookup) {
    LongBuffer hot = memory.hot(unit);
    int at = TableMemory.hotOffset(unit);
    return get(hot, at + Entry.KEY) == lookup.key
        && get(hot, at + Entry.ADDRESSES) == lookup.addresses
        && (!PacketBatch.isIpv6(lookup.key) || matchesIpv6(unit + 1, lookup));
  }

  private boolean matchesIpv6(int unit, Lookup lookup) {
    LongBuffer hot = memory.hot(unit);
    int at = TableMemory.hotOffset(unit);
    return get(hot, at + Entry.LOCAL_HIGH) == lookup.localHigh
        && get(hot, at + Entry.LOCAL_LOW) == lookup.localLow
        && get(hot, at + Entry.REMOTE_HIGH) == lookup.remoteHigh
        && get(hot, at + Entry.REMOTE_LOW) == lookup.remoteLow;
  }

  /** Makes an entry that is not there yet; {@link #NONE} when the port may have no more. */
  int create(Lookup lookup, long hashOfKey) {
    boolean ipv6 = PacketBatch.isIpv6(lookup.key);
    int portIndex = PacketBatch.portIndexOf(lookup.key);
    int units = ipv6 ? 2 : 1;
    if (!shares.mayTake(portIndex, units)) {
      return NONE;
    }
    int unit = ipv6 ? takePair() : allocator.takeUnit();
    if (unit == NONE) {
      return NONE;
    }
    memory.hotWord(unit, Entry.ADDRESSES, lookup.addresses);
    memory.hotWord(unit, Entry.KEY, lookup.key);
    memory.hotWord(unit, Entry.STATE, ipv6 ? Entry.IPV6 : Entry.IPV4);
    if (ipv6) {
      memory.hotWord(unit + 1, Entry.LOCAL_HIGH, lookup.localHigh);
      memory.hotWord(unit + 1, Entry.LOCAL_LOW, lookup.localLow);
      memory.hotWord(unit + 1, Entry.REMOTE_HIGH, lookup.remoteHigh);
      memory.hotWord(unit + 1, Entry.REMOTE_LOW, lookup.remoteLow);
    }
    if (!index.insert(hashOfKey, unit)) {
      giveBack(unit);
      return NONE;
    }
    shares.take(portIndex, units);
    if (index.isCrowded()) {
      growIndex();
    }
    return unit;
  }

  /** Takes a pair; if only halves are free, makes one by moving an IPv4 entry. */
  private int takePair() {
    int unit = allocator.takePair();
    if (unit != NONE) {
      return unit;
    }
    int half = allocator.takeUnit();
    int other = half == NONE ? NONE : allocator.takeUnit();
    if (other == NONE) {
      return NONE;
    }
    move(half ^ 1, other);
    allocator.releaseUnit(half ^ 1);
    allocator.releaseUnit(half);
    return allocator.takePair();
  }

  /** Returns the entry that has to move if a pair must be made for another, or {@link #NONE}. */
  int entryToMove() {
    int half = allocator.halfToEmpty();
    return half == NONE ? NONE : half ^ 1;
  }

  private void move(int from, int to) {
    long hashOfKey = hashOf(from);
    memory.move(from, to);
    index.rename(index.slotOf(hashOfKey, from), hashOfKey, to);
  }

  private long hashOf(int unit) {
    return hash.of(memory.hotWord(unit, Entry.ADDRESSES), memory.hotWord(unit, Entry.KEY));
  }

  private void growIndex() {
    do {
      index.grow();
    } while (!refillIndex());
  }

  private boolean refillIndex() {
    for (int unit = 2; unit < allocator.endUnit(); unit += unitsAt(unit)) {
      if (isUsed(unit) && !index.insert(hashOf(unit), unit)) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether an entry starts at a unit. */
  boolean isUsed(int unit) {
    return (memory.hotWord(unit, Entry.STATE) & Entry.KIND_MASK) != Entry.FREE;
  }

  /** Returns how far it is from a unit to where the next entry may start. */
  int unitsAt(int unit) {
    return (memory.hotWord(unit, Entry.STATE) & Entry.KIND_MASK) == Entry.IPV6 ? 2 : 1;
  }

  /** Forgets an entry. */
  void remove(int unit) {
    long key = memory.hotWord(unit, Entry.KEY);
    index.remove(index.slotOf(hashOf(unit), unit), hashOfUnit);
    shares.take(PacketBatch.portIndexOf(key), PacketBatch.isIpv6(key) ? -2 : -1);
    giveBack(unit);
  }

  private void giveBack(int unit) {
    if (PacketBatch.isIpv6(memory.hotWord(unit, Entry.KEY))) {
      allocator.releasePair(unit);
    } else {
      allocator.releaseUnit(unit);
    }
  }

  /** What an entry is looked up by: key and addresses as side 0 sees them. */
  static final class Lookup {
    /** The two IPv4 addresses, or the fingerprint of the IPv6 ones. */
    long addresses;

    long key;
    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
  }
}
