package io.flowlog.agent.flow;

/**
 * Follows a TCP connection by what its packets say, of both sides, in the order of capture.
 *
 * <p>Owned by one {@link ConnectionTable}, which calls it for every packet that could change
 * something: one with SYN, FIN or RST, and any packet outside ESTABLISHED and MIDSTREAM.
 */
/*
 * Unlike an end host we see both sides and may miss packets. So:
 *
 * - A handshake is complete when anybody acknowledges it. One side's view is enough: whoever sends
 *   something other than a SYN has got the other's SYN. Simultaneous and split opens follow: what
 *   counts is that the SYN of the side that sent SYN+ACK is acknowledged by the other.
 * - FIN states need sequence numbers: an ACK that crosses a FIN on the wire does not acknowledge
 *   it. Only then do CLOSING and LAST_ACK differ.
 * - A SYN in a closing or ended connection opens a new one (ports are reused). In an established
 *   one it may be a stray: the new connection begins when the other side answers it with SYN+ACK.
 * - Sequence windows are not checked: a reset that the receiver ignores ends the connection here.
 */
final class TcpTracker {
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;
  private static final int EVENT_FLAGS = FIN | SYN | RST;
  private static final TcpState[] STATES = TcpState.values();
  private static final long NS_PER_US = 1_000;
  private static final long SEQUENCE_MASK = 0xffff_ffffL;

  private final TableMemory memory;

  TcpTracker(TableMemory memory) {
    this.memory = memory;
  }

  /** Tells whether a packet may change a connection's state. */
  static boolean concerns(long state, int flags) {
    return (flags & EVENT_FLAGS) != 0 || !isOpen(Entry.tcpState(state));
  }

  private static boolean isOpen(int tcpState) {
    return tcpState == TcpState.ESTABLISHED.ordinal() || tcpState == TcpState.MIDSTREAM.ordinal();
  }

  /**
   * Takes a packet of a side into account.
   *
   * @param sequences the number behind the payload in the upper half, the acknowledgement in the
   *     lower
   * @return the new state word
   */
  long onPacket(int unit, int side, int flags, long sequences, long timestampNs) {
    long state = memory.hotWord(unit, Entry.STATE);
    TcpState tcpState = STATES[Entry.tcpState(state)];
    if ((flags & RST) != 0) {
      return onReset(state);
    }
    if ((flags & SYN) != 0) {
      return (flags & ACK) != 0
          ? onSynAck(unit, state, side, timestampNs)
          : onSyn(unit, state, side, timestampNs);
    }
    return switch (tcpState) {
      case NONE -> onMidstream(unit, state, side, flags, sequences);
      case SYN_SENT, SYN_RECV -> onHandshake(unit, side, flags, sequences, timestampNs);
      case RESET, CLOSED, TIME_WAIT -> state;
      case ESTABLISHED, MIDSTREAM, FIN_WAIT, CLOSE_WAIT, CLOSING, LAST_ACK ->
          onClosing(unit, state, side, flags, sequences);
    };
  }

  private static long onReset(long state) {
    if (Entry.endReason(state) != EndReason.NONE.ordinal()) {
      return state;
    }
    return Entry.withEndReason(Entry.withTcpState(state, TcpState.RESET), EndReason.RST);
  }

  private long onSyn(int unit, long state, int side, long timestampNs) {
    return switch (STATES[Entry.tcpState(state)]) {
      case SYN_SENT, SYN_RECV -> state;
      case ESTABLISHED -> {
        memory.coldWord(unit, Entry.HANDSHAKE, timestampNs);
        yield state | Entry.SYN_PENDING << side;
      }
      case NONE, MIDSTREAM, FIN_WAIT, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, CLOSED, RESET ->
          open(unit, state, side, timestampNs);
    };
  }

  /** Begins a new connection in an entry: everything but the slice's counters starts anew. */
  private long open(int unit, long state, int side, long timestampNs) {
    memory.coldWord(unit, Entry.HANDSHAKE, timestampNs);
    forgetSetup(unit);
    long fresh = Entry.withInitiator(state & ~Entry.CONNECTION_BITS, side);
    return Entry.withTcpState(fresh, TcpState.SYN_SENT);
  }

  private void forgetSetup(int unit) {
    memory.coldWord(unit, Entry.RARE, memory.coldWord(unit, Entry.RARE) & ~Entry.SETUP_MASK);
  }

  private long onSynAck(int unit, long state, int side, long timestampNs) {
    int other = 1 - side;
    return switch (STATES[Entry.tcpState(state)]) {
      case SYN_SENT -> answered(state, side);
      case SYN_RECV ->
          Entry.has(state, Entry.SYN_ACK_SENDER, side)
              ? state
              : establish(unit, state, timestampNs);
      case ESTABLISHED ->
          Entry.has(state, Entry.SYN_PENDING, other)
              ? answered(open(unit, state, other, memory.coldWord(unit, Entry.HANDSHAKE)), side)
              : state;
      case FIN_WAIT, CLOSE_WAIT ->
          isAnswerAgain(state, side) ? state : answered(open(unit, state, other, 0), side);
      // The SYN was not seen: its time is unknown.
      case NONE, MIDSTREAM, CLOSING, LAST_ACK, TIME_WAIT, CLOSED, RESET ->
          answered(open(unit, state, other, 0), side);
    };
  }

  /** Only a side that has sent FIN has surely left its handshake behind. */
  private static boolean isAnswerAgain(long state, int side) {
    return Entry.has(state, Entry.SYN_ACK_SENDER, side) && !Entry.has(state, Entry.FIN_SEEN, side);
  }

  private static long answered(long state, int side) {
    return Entry.withTcpState(state, TcpState.SYN_RECV) | Entry.SYN_ACK_SENDER << side;
  }

  private long establish(int unit, long state, long timestampNs) {
    long synNs = memory.coldWord(unit, Entry.HANDSHAKE);
    if (synNs != 0) {
      long setupUs = Math.max(0, timestampNs - synNs) / NS_PER_US;
      long stored = Math.min(setupUs, Integer.MAX_VALUE - 1L) + 1;
      memory.coldWord(unit, Entry.RARE, memory.coldWord(unit, Entry.RARE) | stored);
    }
    return Entry.withTcpState(state, TcpState.ESTABLISHED) | Entry.OPENED;
  }

  private long onHandshake(int unit, int side, int flags, long sequences, long timestampNs) {
    long state = memory.hotWord(unit, Entry.STATE);
    boolean received = Entry.tcpState(state) == TcpState.SYN_RECV.ordinal();
    boolean opener = Entry.initiator(state) == side + 1;
    if ((flags & ACK) == 0 || (!received && !opener)) {
      // The answering side's bare ACK (a split handshake, or a challenge) opens nothing.
      return state;
    }
    long established = establish(unit, state, timestampNs);
    return (flags & FIN) == 0 ? established : onClosing(unit, established, side, flags, sequences);
  }

  private long onMidstream(int unit, long state, int side, int flags, long sequences) {
    long midstream = Entry.withTcpState(state, TcpState.MIDSTREAM);
    return (flags & FIN) == 0 ? midstream : onClosing(unit, midstream, side, flags, sequences);
  }

  private long onClosing(int unit, long state, int side, int flags, long sequences) {
    int other = 1 - side;
    long next = state;
    if ((flags & ACK) != 0
        && Entry.has(next, Entry.FIN_SEEN, other)
        && (int) sequences - finSequence(unit, other) >= 0) {
      next |= Entry.FIN_ACKNOWLEDGED << other;
    }
    boolean firstFin = (next & 3 * Entry.FIN_SEEN) == 0;
    if ((flags & FIN) != 0 && !Entry.has(next, Entry.FIN_SEEN, side)) {
      rememberFin(unit, side, (int) (sequences >>> 32) + 1, firstFin);
      next |= Entry.FIN_SEEN << side;
    }
    return withClosingState(state, next);
  }

  private int finSequence(int unit, int side) {
    return (int) (memory.coldWord(unit, Entry.HANDSHAKE) >>> (32 * side));
  }

  private void rememberFin(int unit, int side, int sequence, boolean first) {
    int shift = 32 * side;
    long others = first ? 0 : memory.coldWord(unit, Entry.HANDSHAKE) & ~(SEQUENCE_MASK << shift);
    memory.coldWord(unit, Entry.HANDSHAKE, others | (sequence & SEQUENCE_MASK) << shift);
  }

  private static long withClosingState(long before, long state) {
    long fins = state & 3 * Entry.FIN_SEEN;
    long acknowledged = state & 3 * Entry.FIN_ACKNOWLEDGED;
    if (fins == 0) {
      return state;
    }
    if (fins != 3 * Entry.FIN_SEEN) {
      return Entry.withTcpState(state, acknowledged == 0 ? TcpState.FIN_WAIT : TcpState.CLOSE_WAIT);
    }
    long ended = Entry.withEndReason(state, EndReason.FIN);
    if (acknowledged == 3 * Entry.FIN_ACKNOWLEDGED) {
      return Entry.withTcpState(ended, TcpState.TIME_WAIT);
    }
    boolean secondFinNow = (before & 3 * Entry.FIN_SEEN) != fins;
    if (!secondFinNow) {
      return ended;
    }
    return Entry.withTcpState(ended, acknowledged == 0 ? TcpState.CLOSING : TcpState.LAST_ACK);
  }
}
