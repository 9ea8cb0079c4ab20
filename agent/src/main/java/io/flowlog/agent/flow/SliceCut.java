package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/**
 * The running slice and the one before it while its rows are being collected.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class SliceCut {
  private static final TcpState[] STATES = TcpState.values();
  private static final EndReason[] REASONS = EndReason.values();
  private static final int FIRST_UNIT = 2;

  /** When time leaps over more slices, what lies between is nobody's. */
  private static final int SILENT_SLICES_MAX = 1440;

  private final TableMemory memory;
  private final ConnectionStore store;
  private final TimeoutTable timeouts;
  private final PortExtras extras;
  private final CutTarget target;
  private final CutHandler handler;
  private final CounterSet counters;
  private final ConnectionView view;

  /** What holds for the running slice, and what for the next one that begins. */
  private IntervalSchedule schedule;

  private IntervalSchedule nextSchedule;
  private boolean collectsSetup;
  private boolean nextCollectsSetup;

  private long startNs = Long.MAX_VALUE;

  /** Also the latest time that is still in the slice, plus one. */
  private long endNs = Long.MIN_VALUE;

  private boolean open;
  private long latestNs = Long.MIN_VALUE;

  /** Whether the running slice has counted a packet that is older than itself. */
  private boolean lateSeen;

  /** How many slices have begun. */
  private long slices;

  /** The end of the slice that was closed last: no slice begins before it. */
  private long closedNs = Long.MIN_VALUE;

  /** The moment as of which the entries of the closing slice are described. */
  private long closingAsOfNs;

  private int tag = 1;
  private boolean sweeping;
  private int cursor;

  SliceCut(
      ConnectionStore store,
      TimeoutTable timeouts,
      PortExtras extras,
      IntervalSchedule schedule,
      CutTarget target) {
    this.memory = store.memory();
    this.store = store;
    this.timeouts = timeouts;
    this.extras = extras;
    this.schedule = schedule;
    this.target = target;
    nextSchedule = schedule;
    handler = target.handler();
    counters = target.counters();
    view = new ConnectionView(memory, extras);
  }

  /** Has slices end by another schedule, from the next one on. */
  void nextSchedule(IntervalSchedule schedule) {
    nextSchedule = schedule;
  }

  /** Has packets of connection set-up counted apart or not, from the next slice on. */
  void nextCollectsSetup(boolean collects) {
    nextCollectsSetup = collects;
  }

  /** Tells whether packets of connection set-up are counted apart. */
  boolean collectsSetup() {
    return collectsSetup;
  }

  /** Returns the running slice's end: a packet at or behind it belongs to a later one. */
  long endNs() {
    return endNs;
  }

  /** Returns the running slice's start. */
  long startNs() {
    return startNs;
  }

  /** Returns the mark of entries whose counters belong to the running slice. */
  int tag() {
    return tag;
  }

  /** Tells whether all packets between two times belong to the running slice. */
  boolean covers(long earliestNs, long latestNs) {
    return earliestNs >= startNs && latestNs < endNs;
  }

  /**
   * Begins the slice of a time; what ran before is closed, and slices between, in which nothing
   * happened, are told of, too.
   */
  void roll(long timestampNs) {
    if (open && endNs == Long.MAX_VALUE) {
      // Nothing comes after a slice without end, not even the last moment that there is.
      return;
    }
    if (open) {
      boolean tellsSilence = isWithinReach(timestampNs);
      close(endNs, endNs);
      while (tellsSilence && nextSchedule.endOf(closedNs) <= timestampNs) {
        begin(closedNs);
        close(endNs, endNs);
      }
    }
    begin(nextSchedule.startOf(timestampNs));
  }

  private boolean isWithinReach(long timestampNs) {
    long reachNs = endNs;
    for (int i = 0; i < SILENT_SLICES_MAX && reachNs <= timestampNs; i++) {
      reachNs = nextSchedule.endOf(reachNs);
    }
    return reachNs > timestampNs;
  }

  /** Ends the running slice at a time, at the earliest behind its packets; returns when. */
  long cutAt(long timeNs) {
    if (open && timeNs >= endNs && endNs != Long.MAX_VALUE) {
      close(endNs, endNs);
      long boundaryNs = Math.max(closedNs, schedule.startOf(timeNs));
      if (boundaryNs < timeNs) {
        resume(boundaryNs);
      }
    }
    long atNs = timeNs;
    if (open) {
      atNs = Math.max(timeNs, Math.max(startNs, latestNs + 1));
      if (atNs > startNs || lateSeen) {
        atNs = Math.max(atNs, startNs + 1);
        close(atNs, atNs);
      }
    }
    begin(atNs);
    return startNs;
  }

  /** Begins the slice of a time, with what holds from now on. */
  private void begin(long timeNs) {
    schedule = nextSchedule;
    collectsSetup = nextCollectsSetup;
    resume(timeNs);
  }

  private void resume(long timeNs) {
    startNs = Math.max(timeNs, closedNs);
    endNs = schedule.endOf(startNs);
    open = true;
    lateSeen = false;
    slices++;
  }

  /** Closes the running slice, if there is one, as if its end had come. */
  void finish() {
    if (!open) {
      return;
    }
    if (schedule.isWhole()) {
      close(Math.max(latestNs, Math.max(latestNs, startNs) + 1), latestNs);
    } else {
      close(endNs, endNs);
    }
  }

  /** Closes the running slice; its rows are then swept together. */
  private void close(long sliceEndNs, long asOfNs) {
    sweep(Integer.MAX_VALUE);
    open = false;
    closingAsOfNs = asOfNs;
    closedNs = sliceEndNs;
    view.describe(collectsSetup);
    handler.onCutStart(startNs, sliceEndNs);
    counters.increment(AgentCounter.SLICES);
    endNs = Long.MIN_VALUE;
    tag = tag + 1 & (int) Entry.TAG_MASK;
    sweeping = true;
    cursor = FIRST_UNIT;
    extras.emitOverflow(target);
  }

  /** Notes the time of the newest packet. */
  void seen(long timestampNs) {
    latestNs = Math.max(latestNs, timestampNs);
  }

  /** Notes packets that are older than the running slice and counted in it all the same. */
  void late(long packets) {
    lateSeen = true;
    counters.add(AgentCounter.PACKETS_OUT_OF_ORDER, packets);
  }

  /** Returns the time of the newest packet. */
  long latestNs() {
    return latestNs;
  }

  /** Tells whether a slice is running. */
  boolean isOpen() {
    return open;
  }

  /** Returns the number of the slice that runs, or ran last. */
  long slice() {
    return slices;
  }

  /** Tells whether all rows of a slice were handed over. */
  boolean isComplete(long slice) {
    return slice < slices ? slice < slices - 1 || !sweeping : !open && !sweeping;
  }

  /** Collects rows of the closed slice from at most so many units; returns what is left over. */
  int sweep(int unitLimit) {
    int left = unitLimit;
    int end = store.endUnit();
    while (sweeping && left > 0) {
      if (cursor >= end) {
        sweeping = false;
        handler.onCutComplete();
        break;
      }
      int units = store.unitsAt(cursor);
      if (store.isUsed(cursor)) {
        sweepEntry(cursor);
      }
      cursor += units;
      left -= units;
    }
    return left;
  }

  private void sweepEntry(int unit) {
    long state = memory.hotWord(unit, Entry.STATE);
    if (Entry.tag(state) != tag) {
      state = closeEntry(unit, state);
    }
    // Behind the last slice nobody looks for an entry any more, so none is worth taking out.
    if (!open || !isIdle(unit)) {
      return;
    }
    if (isSilent(unit, state, closingAsOfNs)) {
      store.remove(unit);
      counters.increment(AgentCounter.CONNECTIONS_EXPIRED);
    } else if (!store.shares().isPresent(portIndexOf(unit))) {
      store.remove(unit);
    }
  }

  private int portIndexOf(int unit) {
    return PacketBatch.portIndexOf(memory.hotWord(unit, Entry.KEY));
  }

  /** Collects the row of an entry that may move now, lest it move to where the sweep has been. */
  void settle(int unit) {
    if (unit != ConnectionStore.NONE) {
      long state = memory.hotWord(unit, Entry.STATE);
      if (Entry.tag(state) != tag) {
        closeEntry(unit, state);
      }
    }
  }

  /** Hands over what an entry has counted in the closed slice; returns its state word. */
  long closeEntry(int unit, long state) {
    if (!isIdle(unit)) {
      long expiresNs = expiresNs(unit, state);
      boolean silent = closingAsOfNs > expiresNs;
      view.at(unit, expiresNs, tcpState(state, silent), endReason(state, silent));
      handler.onConnection(view);
    }
    if ((state & (Entry.SETUP_COUNTED | Entry.DROPS_COUNTED)) != 0) {
      clearSideCounters(unit, state);
    }
    memory.hotWord(unit, Entry.BYTES, 0);
    memory.hotWord(unit, Entry.BYTES + 1, 0);
    memory.hotWord(unit, Entry.PACKETS, 0);
    memory.coldWord(unit, Entry.RARE, memory.coldWord(unit, Entry.RARE) & Entry.SETUP_MASK);
    long next = Entry.withTag(state & ~Entry.SLICE_BITS, tag);
    memory.hotWord(unit, Entry.STATE, next);
    return next;
  }

  private void clearSideCounters(int unit, long state) {
    if ((state & Entry.SETUP_COUNTED) != 0) {
      memory.setup().clear(unit);
    }
    if ((state & Entry.DROPS_COUNTED) != 0) {
      target.tellUnseen(portIndexOf(unit), view.droppedUnseen());
      for (int word = Entry.LAST_NS; word < Entry.LAST_NS + 2; word++) {
        long droppedNs = memory.drops().lastNs(unit, word - Entry.LAST_NS);
        memory.hotWord(unit, word, Math.max(droppedNs, memory.hotWord(unit, word)));
      }
      memory.drops().clear(unit);
    }
  }

  private static TcpState tcpState(long state, boolean silent) {
    TcpState tcpState = STATES[Entry.tcpState(state)];
    return silent && tcpState == TcpState.TIME_WAIT ? TcpState.CLOSED : tcpState;
  }

  private static EndReason endReason(long state, boolean silent) {
    EndReason reason = REASONS[Entry.endReason(state)];
    return silent && reason == EndReason.NONE ? EndReason.TIMEOUT : reason;
  }

  /** Tells whether an entry has counted nothing in its slice. */
  boolean isIdle(int unit) {
    return memory.hotWord(unit, Entry.PACKETS) == 0
        && memory.coldWord(unit, Entry.RARE) >>> Entry.CARRY_SHIFT == 0
        && (memory.hotWord(unit, Entry.STATE) & Entry.DROPS_COUNTED) == 0;
  }

  /** Tells whether an entry has been silent for longer than its state allows. */
  boolean isSilent(int unit, long state, long nowNs) {
    return nowNs > expiresNs(unit, state);
  }

  private long expiresNs(int unit, long state) {
    long lastNs = lastNs(unit);
    long expiresNs = lastNs + timeouts.ofNs(memory.hotWord(unit, Entry.KEY), state);
    // A packet's time may be anything, also the last moment that there is.
    return expiresNs < lastNs ? Long.MAX_VALUE : expiresNs;
  }

  /** Returns the time of an entry's last packet, dropped ones included; 0 before the first. */
  long lastNs(int unit) {
    long lastNs =
        Math.max(memory.hotWord(unit, Entry.LAST_NS), memory.hotWord(unit, Entry.LAST_NS + 1));
    if ((memory.hotWord(unit, Entry.STATE) & Entry.DROPS_COUNTED) == 0) {
      return lastNs;
    }
    SideCounters drops = memory.drops();
    return Math.max(lastNs, Math.max(drops.lastNs(unit, 0), drops.lastNs(unit, 1)));
  }
}
