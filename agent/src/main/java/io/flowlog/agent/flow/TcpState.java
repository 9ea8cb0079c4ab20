package io.flowlog.agent.flow;

/** Where a TCP connection stands, as far as its packets tell. The order is the stored number. */
public enum TcpState {
  /** Not TCP, or no TCP header was seen. */
  NONE,
  SYN_SENT,
  SYN_RECV,
  ESTABLISHED,
  /** One side has sent FIN, not acknowledged yet. */
  FIN_WAIT,
  /** One side's FIN is acknowledged, the other side still sends. */
  CLOSE_WAIT,
  /** Both sides have sent FIN before they saw the other's. */
  CLOSING,
  /** The second FIN waits for its acknowledgement. */
  LAST_ACK,
  TIME_WAIT,
  /** Closed by both sides, and TIME_WAIT is over. */
  CLOSED,
  RESET,
  /** The set-up was not seen. */
  MIDSTREAM
}
