package io.flowlog.agent.capture;

/** Which way a packet travels at a logging port, seen from the virtual machine behind it. */
public enum Direction {
  /** The capture does not tell. */
  UNKNOWN,
  /** Towards the virtual machine. */
  INGRESS,
  /** From the virtual machine. */
  EGRESS
}
