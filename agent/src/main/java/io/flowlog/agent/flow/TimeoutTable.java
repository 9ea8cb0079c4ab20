package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;
import java.time.Duration;
import java.util.Arrays;

/** How long a connection may be silent, by protocol and state. */
final class TimeoutTable {
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final long[] tcpNs = new long[TcpState.values().length];
  private final long udpNs;
  private final long udpAnsweredNs;
  private final long icmpNs;
  private final long otherNs;
  private final long leastNs;

  TimeoutTable(FlowConfig.Timeouts timeouts) {
    Arrays.fill(tcpNs, timeouts.tcpEstablished().toNanos());
    put(TcpState.SYN_SENT, timeouts.tcpSynSent());
    put(TcpState.SYN_RECV, timeouts.tcpSynReceived());
    put(TcpState.FIN_WAIT, timeouts.tcpFinWait());
    put(TcpState.CLOSE_WAIT, timeouts.tcpCloseWait());
    put(TcpState.CLOSING, timeouts.tcpLastAck());
    put(TcpState.LAST_ACK, timeouts.tcpLastAck());
    put(TcpState.TIME_WAIT, timeouts.tcpTimeWait());
    put(TcpState.CLOSED, timeouts.tcpTimeWait());
    put(TcpState.RESET, timeouts.tcpReset());
    put(TcpState.NONE, timeouts.other());
    udpNs = timeouts.udp().toNanos();
    udpAnsweredNs = timeouts.udpAnswered().toNanos();
    icmpNs = timeouts.icmp().toNanos();
    otherNs = timeouts.other().toNanos();
    long least = Math.min(Math.min(udpNs, udpAnsweredNs), Math.min(icmpNs, otherNs));
    for (long tcpStateNs : tcpNs) {
      least = Math.min(least, tcpStateNs);
    }
    leastNs = least;
  }

  private void put(TcpState state, Duration timeout) {
    tcpNs[state.ordinal()] = timeout.toNanos();
  }

  /** Returns a silence that is too short for any time-out. */
  long leastNs() {
    return leastNs;
  }

  /** Returns the time-out of a connection. */
  long ofNs(long key, long state) {
    int protocol = PacketBatch.protocolOf(key);
    return switch (protocol) {
      case TCP -> tcpNs[Entry.tcpState(state)];
      case UDP -> (state & Entry.ANSWERED) != 0 ? udpAnsweredNs : udpNs;
      case Icmp.ICMP, Icmp.ICMPV6 -> icmpNs;
      default -> otherNs;
    };
  }
}
