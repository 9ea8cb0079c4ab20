package io.flowlog.agent.flow;

import static io.flowlog.agent.flow.TableMemory.get;
import static io.flowlog.agent.flow.TableMemory.set;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.OlderConnection;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.LongBuffer;

/**
 * The connections of a worker's logging ports: counts packets per connection and side, follows TCP,
 * and cuts the counters into slices of time.
 *
 * <p>Owned by one capture worker. Memory is bounded by configuration; nothing is allocated per
 * packet or per connection.
 */
/*
 * A batch passes in three steps: orient and hash every packet and fetch its index slot; fetch the
 * entry that the slot names; count. The first two wait for no memory, so the misses of a whole
 * batch overlap.
 *
 * A slice is the time between two cuts: at each boundary of an interval length that is in use, or
 * where the owner wants one. The packets' own times decide. The first packet at or behind the
 * boundary closes the slice; from then on an entry's counters go to the handler when the entry is
 * next touched, or when the sweep gets there, whichever comes first. Which slice the counters of an
 * entry belong to is its tag. A packet older than the running slice is counted in the running one:
 * a slice that was cut is never opened again.
 */
public final class ConnectionTable {
  private static final int SYN_AND_ACK = 2 | 16;
  private static final long LANE_MASK = 0xffff_ffffL;

  private final TableMemory memory;
  private final ConnectionStore store;
  private final BatchSummary summary = new BatchSummary();
  private final LookAhead ahead;
  private final TcpTracker tcp;
  private final TimeoutTable timeouts;
  private final SliceCut cut;
  private final PortExtras extras;
  private final CounterSet counters;
  private final ConnectionStore.Lookup lookup = new ConnectionStore.Lookup();
  private final DropIntake drops;
  private final OlderHints hints;
  private final FragmentJoiner fragments;
  private final IdleHand hand;
  private final SideCounts amounts = new SideCounts();
  private final long[] removedInSlice = new long[PacketBatch.PORTS_MAX];
  private final long silenceNs;

  /** Makes an empty table. */
  public ConnectionTable(
      TableSize size, FlowConfig.Timeouts timeouts, IntervalSchedule schedule, CutTarget target) {
    KeyedHash hash = new KeyedHash(size.hashSeed());
    memory = new TableMemory(size.unitsMax());
    store = new ConnectionStore(memory, hash, size.entriesExpected());
    ahead = new LookAhead(store, hash);
    tcp = new TcpTracker(memory);
    this.timeouts = new TimeoutTable(timeouts);
    silenceNs = this.timeouts.leastNs();
    counters = target.counters();
    extras = new PortExtras(hash);
    cut = new SliceCut(store, this.timeouts, extras, schedule, target);
    fragments = new FragmentJoiner(extras, counters);
    hand = new IdleHand(store, cut, counters);
    hints = new OlderHints(this, memory);
    drops = new DropIntake(this, memory, tcp, extras, counters);
  }

  /** Gives a logging port its share of the table. */
  public void addPort(int portIndex) {
    if (isPortGone(portIndex)) {
      extras.remove(portIndex);
    }
    store.shares().add(portIndex);
  }

  /**
   * Takes a logging port's share away; its connections go when the running slice is cut. None of
   * its packets may come any more.
   */
  public void removePort(int portIndex) {
    store.shares().remove(portIndex);
    removedInSlice[portIndex] = cut.slice();
  }

  /** Tells whether nothing is left of a port, so that its number may be another's. */
  public boolean isPortGone(int portIndex) {
    return !store.shares().isPresent(portIndex)
        && store.shares().used(portIndex) == 0
        && cut.isComplete(removedInSlice[portIndex]);
  }

  /** Has slices end by another schedule, from the next one on: {@link #cutAt} begins it. */
  public void changeSchedule(IntervalSchedule schedule) {
    cut.nextSchedule(schedule);
  }

  /**
   * Has packets of connection set-up counted apart or not, from the next slice on. The first such
   * slice takes up to 64 bytes for each unit of the table beside it.
   */
  public void collectSetup(boolean collects) {
    cut.nextCollectsSetup(collects);
  }

  boolean collectsSetup() {
    return cut.collectsSetup();
  }

  /**
   * Ends the running slice and begins the next one, though no boundary has come; begins the first
   * one if none runs.
   *
   * @return where the next one begins: the time, or behind the newest packet if that is later
   */
  public long cutAt(long timeNs) {
    return cut.cutAt(timeNs);
  }

  /**
   * Counts packets that the host dropped. Those that a virtual machine sent must be counted in the
   * slice in which they were seen, so their report has to come before that is cut.
   */
  public void apply(DropReport drop) {
    drops.apply(drop);
  }

  /**
   * Takes what is known of a connection of a port that was there before the port was captured. What
   * its packets have told since then stands.
   */
  public void know(int portIndex, OlderConnection older, long nowNs) {
    if (cut.isOpen()) {
      hints.know(portIndex, older, nowNs);
    }
  }

  /** Returns the entry of what was oriented last, made if need be. */
  int reach(long[] words, int side) {
    int unit = store.find(lookup, ahead.hash(0));
    return unit == ConnectionStore.NONE ? create(words[PacketBatch.SIZE], side, 0) : unit;
  }

  /** Finds out which side sends, and what the connection is looked up by. */
  int orient(long[] words) {
    ahead.prepare(words, 1);
    return ahead.fill(lookup, words, 0, 0);
  }

  /** Counts the packets of a batch. */
  public void apply(PacketBatch batch) {
    long[] words = batch.words();
    int size = batch.size();
    summary.of(words, size);
    if (summary.hasFragments()) {
      fragments.join(batch);
    }
    ahead.prepare(words, size);
    boolean steady = cut.covers(summary.earliestNs(), summary.latestNs());
    if (steady) {
      cut.seen(summary.latestNs());
    }
    for (int packet = 0, base = 0; packet < size; packet++, base += PacketBatch.STRIDE) {
      if (!steady) {
        follow(words[base + PacketBatch.TIMESTAMP]);
      }
      count(words, base, packet);
    }
    counters.add(AgentCounter.PACKETS, summary.packets());
    counters.add(AgentCounter.PACKET_BYTES, summary.bytes());
  }

  /** Lets the packets' time go on to a packet that may lie outside the running slice. */
  private void follow(long timestampNs) {
    if (timestampNs >= cut.endNs()) {
      cut.roll(timestampNs);
    } else if (timestampNs < cut.startNs()) {
      cut.late(1);
    }
    cut.seen(timestampNs);
  }

  private void count(long[] words, int base, int packet) {
    int side = ahead.fill(lookup, words, base, packet);
    int unit = ahead.candidate(packet);
    if (!store.isEntryOf(unit, lookup)) {
      unit = store.find(lookup, ahead.hash(packet));
      if (unit == ConnectionStore.NONE) {
        unit = create(words[base + PacketBatch.SIZE], side, packet);
      }
      if (unit == ConnectionStore.NONE) {
        fold(words, base);
        return;
      }
    }
    update(unit, side, words, base);
  }

  private int create(long size, int side, int packet) {
    int unit = createEntry(packet);
    int portIndex = PacketBatch.portIndexOf(lookup.key);
    // Two entries of one unit may have to go for one of two.
    for (int i = 0; i < 2 && unit == ConnectionStore.NONE && hand.evictOne(portIndex); i++) {
      unit = createEntry(packet);
    }
    if (unit == ConnectionStore.NONE) {
      return unit;
    }
    counters.increment(AgentCounter.CONNECTIONS);
    extras.noteVlan(PacketBatch.portIndexOf(lookup.key), PacketBatch.vlanOf(lookup.key));
    long state = Entry.withTag(memory.hotWord(unit, Entry.STATE), cut.tag());
    if (PacketBatch.directionBitsOf(size) != Direction.UNKNOWN.ordinal()) {
      state |= Entry.ORIENTED;
    }
    state = Entry.fresh(state, PacketBatch.protocolOf(lookup.key), side);
    memory.hotWord(unit, Entry.STATE, state);
    return unit;
  }

  private int createEntry(int packet) {
    if (PacketBatch.isIpv6(lookup.key)) {
      cut.settle(store.entryToMove());
    }
    return store.create(lookup, ahead.hash(packet));
  }

  private void update(int unit, int side, long[] words, int base) {
    LongBuffer hot = memory.hot(unit);
    int at = TableMemory.hotOffset(unit);
    long timestampNs = words[base + PacketBatch.TIMESTAMP];
    long size = words[base + PacketBatch.SIZE];
    int added = PacketBatch.packetsOf(size);
    int shift = 32 * side;
    long state = get(hot, at + Entry.STATE);
    long lastNs = get(hot, at + side + Entry.LAST_NS);
    long packetsWord = get(hot, at + Entry.PACKETS);
    long lane = packetsWord >>> shift & LANE_MASK;
    boolean soonAfter = timestampNs >= lastNs && timestampNs - lastNs <= silenceNs;
    if (!soonAfter || lane == 0 || lane + added > LANE_MASK || Entry.tag(state) != cut.tag()) {
      makeReady(unit, side, timestampNs, added);
      state = get(hot, at + Entry.STATE);
      lastNs = get(hot, at + side + Entry.LAST_NS);
      packetsWord = get(hot, at + Entry.PACKETS);
    }
    set(hot, at + Entry.PACKETS, packetsWord + ((long) added << shift));
    set(hot, at + side + Entry.LAST_NS, Math.max(timestampNs, lastNs));
    int bytesAt = at + side + Entry.BYTES;
    set(hot, bytesAt, get(hot, bytesAt) + PacketBatch.bytesOf(size));
    int flags = PacketBatch.tcpFlagsOf(size);
    long next = withFlags(state, side, flags);
    if (next != state) {
      set(hot, at + Entry.STATE, next);
    }
    if (flags != 0 && TcpTracker.concerns(next, flags)) {
      next = tcp.onPacket(unit, side, flags, words[base + PacketBatch.SEQUENCE], timestampNs);
      set(hot, at + Entry.STATE, next);
    }
    if (cut.collectsSetup() && SetupFilter.wants(lookup.key, side, state, next)) {
      countSetup(unit, side, timestampNs, size);
    }
  }

  private void countSetup(int unit, int side, long timestampNs, long size) {
    fillAmounts(timestampNs, size);
    memory.setup().add(unit, side, amounts);
    memory.hotWord(unit, Entry.STATE, memory.hotWord(unit, Entry.STATE) | Entry.SETUP_COUNTED);
  }

  private void fillAmounts(long timestampNs, long size) {
    amounts.packets = PacketBatch.packetsOf(size);
    amounts.bytes = PacketBatch.bytesOf(size);
    amounts.firstNs = timestampNs;
    amounts.lastNs = timestampNs;
    amounts.tcpFlags = PacketBatch.tcpFlagsOf(size);
    amounts.synAckSeen = (amounts.tcpFlags & SYN_AND_ACK) == SYN_AND_ACK;
  }

  /**
   * Does for an entry what few packets ask for, before such a packet is counted. Large enough for
   * compilers to leave it where it is: inlined, what happens here undoes the code of every packet.
   */
  private void makeReady(int unit, int side, long timestampNs, int added) {
    long state = memory.hotWord(unit, Entry.STATE);
    if (Entry.tag(state) != cut.tag()) {
      state = cut.closeEntry(unit, state);
    }
    long lastNs = memory.hotWord(unit, Entry.LAST_NS + side);
    long otherLastNs = memory.hotWord(unit, Entry.LAST_NS + 1 - side);
    if (timestampNs - Math.max(lastNs, otherLastNs) > silenceNs) {
      afterSilence(unit, side, state, timestampNs);
    }
    long lane = memory.hotWord(unit, Entry.PACKETS) >>> (32 * side) & LANE_MASK;
    if (lane == 0) {
      first(unit, side, timestampNs);
    } else if (lane + added > LANE_MASK) {
      carry(unit, side);
    } else if (timestampNs < lastNs) {
      outOfOrder(unit, side, timestampNs);
    }
  }

  /** Adds what a packet's flags say about the slice, or that an exchange was answered. */
  private static long withFlags(long state, int side, int flags) {
    if (flags == 0) {
      return Entry.initiator(state) == 2 - side ? state | Entry.ANSWERED : state;
    }
    long next = state | (long) flags << Entry.flagsShift(side);
    return (flags & SYN_AND_ACK) == SYN_AND_ACK ? next | Entry.SYN_ACK_SEEN << side : next;
  }

  /** Notes a side's first packet in the slice. */
  private void first(int unit, int side, long timestampNs) {
    long rare = memory.coldWord(unit, Entry.RARE);
    if ((rare >>> Entry.carryShift(side) & Entry.CARRY_MASK) == 0) {
      memory.coldWord(unit, Entry.FIRST_NS + side, timestampNs);
      memory.hotWord(unit, Entry.LAST_NS + side, timestampNs);
    }
  }

  /** Makes room in a side's 32 bits of packet count. */
  private void carry(int unit, int side) {
    long rare = memory.coldWord(unit, Entry.RARE);
    memory.coldWord(unit, Entry.RARE, rare + (1L << Entry.carryShift(side)));
    if (side == 0) {
      // The lane wraps when the packets are added; the carry out of the low lane is taken back.
      long packetsWord = memory.hotWord(unit, Entry.PACKETS);
      memory.hotWord(unit, Entry.PACKETS, packetsWord - (1L << 32));
    }
  }

  private void outOfOrder(int unit, int side, long timestampNs) {
    int word = Entry.FIRST_NS + side;
    memory.coldWord(unit, word, Math.min(memory.coldWord(unit, word), timestampNs));
  }

  /** Begins a new exchange in an entry whose last one is over. */
  private void afterSilence(int unit, int side, long state, long timestampNs) {
    long lastNs = cut.lastNs(unit);
    // Without a last packet the entry is fresh.
    if (lastNs == 0 || timestampNs - lastNs <= timeouts.ofNs(lookup.key, state)) {
      return;
    }
    memory.coldWord(unit, Entry.RARE, memory.coldWord(unit, Entry.RARE) & ~Entry.SETUP_MASK);
    counters.increment(AgentCounter.CONNECTIONS_EXPIRED);
    long next = Entry.fresh(state, PacketBatch.protocolOf(lookup.key), side);
    memory.hotWord(unit, Entry.STATE, next);
  }

  /** Begins or ends slices as a report's time wants; returns the side that sent its packets. */
  int orient(long[] words, DropReport drop) {
    if (drop.lastNs >= cut.endNs()) {
      cut.roll(drop.lastNs);
    } else if (drop.lastNs < cut.startNs()) {
      cut.late(drop.packets);
    }
    cut.seen(drop.lastNs);
    return orient(words);
  }

  /** Returns the entry of what was oriented last, as the running slice and a time find it. */
  int reach(long[] words, int side, long timestampNs) {
    int unit = store.find(lookup, ahead.hash(0));
    if (unit == ConnectionStore.NONE) {
      return create(words[PacketBatch.SIZE], side, 0);
    }
    long state = memory.hotWord(unit, Entry.STATE);
    if (Entry.tag(state) != cut.tag()) {
      state = cut.closeEntry(unit, state);
    }
    afterSilence(unit, side, state, timestampNs);
    return unit;
  }

  private void fold(long[] words, int base) {
    long key = words[base + PacketBatch.KEY];
    long size = words[base + PacketBatch.SIZE];
    int protocol = PacketBatch.protocolOf(key);
    fillAmounts(words[base + PacketBatch.TIMESTAMP], size);
    extras
        .overflow(PacketBatch.portIndexOf(key))
        .add(
            PacketBatch.directionBitsOf(size),
            protocol,
            Icmp.is(protocol) ? 0 : PacketBatch.destinationPortOf(key),
            amounts);
    counters.add(AgentCounter.PACKETS_FOLDED, amounts.packets);
  }

  /** Frees connections that have timed out and have nothing to report; looks at a few units. */
  public void expire(long nowNs, int unitLimit) {
    hand.expire(nowNs, unitLimit);
  }

  /** Collects rows of the closed slice from at most so many units; returns what is left over. */
  public int sweep(int unitLimit) {
    return cut.sweep(unitLimit);
  }

  /** Begins the slice of a time, for a worker whose ports are all past the boundary. */
  public void advanceTo(long nowNs) {
    if (cut.isOpen() && nowNs >= cut.endNs()) {
      cut.roll(nowNs);
    }
  }

  /** Closes the running slice as if its end had come, and collects all its rows. */
  public void finish() {
    cut.finish();
    cut.sweep(Integer.MAX_VALUE);
  }

  /** Returns when the running slice ends by itself; the last moment there is, if none runs. */
  public long sliceEndNs() {
    return cut.isOpen() ? cut.endNs() : Long.MAX_VALUE;
  }

  /** Returns the time of the newest packet: the clock of a table whose packets come from files. */
  public long latestNs() {
    return cut.latestNs();
  }

  /** Returns how many units there may be. */
  public int unitsMax() {
    return memory.unitsMax();
  }

  /**
   * Returns how many units are in use: one an IPv4 connection, two an IPv6 one. Another thread may
   * ask, and finds a figure that may be a moment old.
   */
  public int usedUnits() {
    return store.usedUnits();
  }
}
