package io.flowlog.agent.flow;

/**
 * What a TCP connection's packets say, kept in plain fields: the rules of the tracker once more,
 * without its words and bits. Owned by one {@link ModelTable}.
 */
final class ModelTcp {
  private static final int FIN = 1;
  private static final int SYN = 2;
  private static final int RST = 4;
  private static final int ACK = 16;

  TcpState state = TcpState.NONE;
  EndReason reason = EndReason.NONE;

  /** 0 unknown, 1 side 0, 2 side 1. */
  int initiator;

  int setupUs = -1;

  /** From the first SYN until somebody has acknowledged the handshake. */
  boolean settingUp;

  /** 0 unknown. */
  private long synNs;

  private long straySynNs;
  private final boolean[] straySyn = new boolean[2];
  private final boolean[] answered = new boolean[2];
  private final boolean[] finSent = new boolean[2];
  private final boolean[] finHeard = new boolean[2];
  private final int[] finEnd = new int[2];

  /** Returns the connection after a packet: this one, or a new one in its place. */
  ModelTcp after(int side, int flags, long sequences, long timestampNs) {
    if ((flags & RST) != 0) {
      if (reason == EndReason.NONE) {
        state = TcpState.RESET;
        reason = EndReason.RST;
      }
      return this;
    }
    if ((flags & SYN) != 0) {
      return (flags & ACK) == 0 ? afterSyn(side, timestampNs) : afterAnswer(side, timestampNs);
    }
    if (flags != 0) {
      afterOther(side, flags, sequences, timestampNs);
    }
    return this;
  }

  private static ModelTcp opened(int side, long synNs) {
    ModelTcp fresh = new ModelTcp();
    fresh.state = TcpState.SYN_SENT;
    fresh.initiator = side + 1;
    fresh.synNs = synNs;
    fresh.settingUp = true;
    return fresh;
  }

  private ModelTcp afterSyn(int side, long timestampNs) {
    if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECV) {
      return this;
    }
    if (state == TcpState.ESTABLISHED) {
      straySyn[side] = true;
      straySynNs = timestampNs;
      return this;
    }
    return opened(side, timestampNs);
  }

  private ModelTcp afterAnswer(int side, long timestampNs) {
    int other = 1 - side;
    if (state == TcpState.SYN_SENT) {
      return answeredBy(side);
    }
    if (state == TcpState.SYN_RECV) {
      if (!answered[side]) {
        establish(timestampNs);
      }
      return this;
    }
    if (state == TcpState.ESTABLISHED) {
      return straySyn[other] ? opened(other, straySynNs).answeredBy(side) : this;
    }
    boolean oneFin = state == TcpState.FIN_WAIT || state == TcpState.CLOSE_WAIT;
    if (oneFin && answered[side] && !finSent[side]) {
      return this;
    }
    return opened(other, 0).answeredBy(side);
  }

  private ModelTcp answeredBy(int side) {
    state = TcpState.SYN_RECV;
    answered[side] = true;
    return this;
  }

  private void establish(long timestampNs) {
    state = TcpState.ESTABLISHED;
    settingUp = false;
    if (synNs != 0) {
      setupUs = (int) Math.min(Integer.MAX_VALUE - 1L, Math.max(0, timestampNs - synNs) / 1000);
    }
  }

  private void afterOther(int side, int flags, long sequences, long timestampNs) {
    switch (state) {
      case NONE -> {
        state = TcpState.MIDSTREAM;
        close(side, flags, sequences);
      }
      case SYN_SENT, SYN_RECV -> {
        boolean heard = state == TcpState.SYN_RECV || initiator == side + 1;
        if ((flags & ACK) != 0 && heard) {
          establish(timestampNs);
          close(side, flags, sequences);
        }
      }
      case ESTABLISHED, MIDSTREAM, FIN_WAIT, CLOSE_WAIT, CLOSING, LAST_ACK ->
          close(side, flags, sequences);
      case TIME_WAIT, CLOSED, RESET -> {}
    }
  }

  private void close(int side, int flags, long sequences) {
    int other = 1 - side;
    if ((flags & ACK) != 0 && finSent[other] && (int) sequences - finEnd[other] >= 0) {
      finHeard[other] = true;
    }
    boolean newFin = (flags & FIN) != 0 && !finSent[side];
    if (newFin) {
      finSent[side] = true;
      finEnd[side] = (int) (sequences >> 32) + 1;
    }
    if (finSent[0] && finSent[1]) {
      reason = EndReason.FIN;
      if (finHeard[0] && finHeard[1]) {
        state = TcpState.TIME_WAIT;
      } else if (newFin) {
        state = finHeard[other] ? TcpState.LAST_ACK : TcpState.CLOSING;
      }
    } else if (finSent[0] || finSent[1]) {
      state = finHeard[0] || finHeard[1] ? TcpState.CLOSE_WAIT : TcpState.FIN_WAIT;
    }
  }
}
