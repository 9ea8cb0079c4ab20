package io.flowlog.agent.flow;

/** Why a connection is over. The order is the stored number. */
public enum EndReason {
  /** It is alive. */
  NONE,
  /** Both sides have sent FIN. */
  FIN,
  RST,
  /** It has been silent for longer than its state allows. */
  TIMEOUT
}
