package io.flowlog.agent.flow;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/**
 * The running interval and the one before it while its rows are being collected.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class IntervalCut {
  private static final TcpState[] STATES = TcpState.values();
  private static final EndReason[] REASONS = EndReason.values();
  private static final int FIRST_UNIT = 2;

  private final TableMemory memory;
  private final ConnectionStore store;
  private final TimeoutTable timeouts;
  private final PortExtras extras;
  private final IntervalSchedule schedule;
  private final CutHandler handler;
  private final CounterSet counters;
  private final ConnectionView view;

  private long startNs = Long.MAX_VALUE;

  /** Also the latest time that is still in the interval, plus one. */
  private long endNs = Long.MIN_VALUE;

  private boolean open;
  private long latestNs = Long.MIN_VALUE;

  /** The moment as of which the entries of the closing interval are described. */
  private long closingAsOfNs;

  private int tag = 1;
  private boolean sweeping;
  private int cursor;

  IntervalCut(
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
    this.handler = target.handler();
    this.counters = target.counters();
    view = new ConnectionView(memory, extras);
  }

  /** Returns the running interval's end: a packet at or behind it belongs to a later one. */
  long endNs() {
    return endNs;
  }

  /** Returns the running interval's start. */
  long startNs() {
    return startNs;
  }

  /** Returns the mark of entries whose counters belong to the running interval. */
  int tag() {
    return tag;
  }

  /** Tells whether all packets between two times belong to the running interval. */
  boolean covers(long earliestNs, long latestNs) {
    return earliestNs >= startNs && latestNs < endNs;
  }

  /** Begins the interval of a time; what ran before is closed. */
  void roll(long timestampNs) {
    if (open && endNs == Long.MAX_VALUE) {
      // Nothing comes after an interval without end, not even the last moment that there is.
      return;
    }
    close();
    startNs = schedule.startOf(timestampNs);
    endNs = schedule.endOf(startNs);
    open = true;
  }

  /** Closes the running interval, if there is one; its rows are then swept together. */
  void close() {
    if (!open) {
      return;
    }
    sweep(Integer.MAX_VALUE);
    open = false;
    closingAsOfNs = schedule.lengthNs() == 0 ? latestNs : endNs;
    handler.onCutStart(startNs, schedule.lengthNs() == 0 ? behindLatest() : endNs);
    counters.increment(AgentCounter.INTERVALS);
    endNs = Long.MIN_VALUE;
    tag = tag + 1 & (int) Entry.TAG_MASK;
    sweeping = true;
    cursor = FIRST_UNIT;
    extras.emitOverflow(handler);
  }

  private long behindLatest() {
    return Math.max(latestNs, latestNs + 1);
  }

  /** Notes the time of the newest packet. */
  void seen(long timestampNs) {
    latestNs = Math.max(latestNs, timestampNs);
  }

  /** Returns the time of the newest packet. */
  long latestNs() {
    return latestNs;
  }

  /** Tells whether an interval is running. */
  boolean isOpen() {
    return open;
  }

  /** Collects rows of the closed interval from at most so many units; returns what is left over. */
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
    // Behind the last interval nobody looks for an entry any more, so none is worth taking out.
    if (open && isIdle(unit) && isSilent(unit, state, closingAsOfNs)) {
      store.remove(unit);
      counters.increment(AgentCounter.CONNECTIONS_EXPIRED);
    }
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

  /** Hands over what an entry has counted in the closed interval; returns its state word. */
  long closeEntry(int unit, long state) {
    if (!isIdle(unit)) {
      boolean silent = isSilent(unit, state, closingAsOfNs);
      handler.onConnection(view.at(unit, tcpState(state, silent), endReason(state, silent)));
    }
    memory.hotWord(unit, Entry.BYTES, 0);
    memory.hotWord(unit, Entry.BYTES + 1, 0);
    memory.hotWord(unit, Entry.PACKETS, 0);
    memory.coldWord(unit, Entry.RARE, memory.coldWord(unit, Entry.RARE) & Entry.SETUP_MASK);
    long next = Entry.withTag(state & ~Entry.INTERVAL_BITS, tag);
    memory.hotWord(unit, Entry.STATE, next);
    return next;
  }

  private static TcpState tcpState(long state, boolean silent) {
    TcpState tcpState = STATES[Entry.tcpState(state)];
    return silent && tcpState == TcpState.TIME_WAIT ? TcpState.CLOSED : tcpState;
  }

  private static EndReason endReason(long state, boolean silent) {
    EndReason reason = REASONS[Entry.endReason(state)];
    return silent && reason == EndReason.NONE ? EndReason.TIMEOUT : reason;
  }

  /** Tells whether an entry has counted nothing in its interval. */
  boolean isIdle(int unit) {
    return memory.hotWord(unit, Entry.PACKETS) == 0
        && memory.coldWord(unit, Entry.RARE) >>> Entry.CARRY_SHIFT == 0;
  }

  /** Tells whether an entry has been silent for longer than its state allows. */
  boolean isSilent(int unit, long state, long nowNs) {
    long key = memory.hotWord(unit, Entry.KEY);
    return nowNs - lastNs(unit) > timeouts.ofNs(key, state);
  }

  private long lastNs(int unit) {
    return Math.max(memory.hotWord(unit, Entry.LAST_NS), memory.hotWord(unit, Entry.LAST_NS + 1));
  }
}
