package io.flowlog.agent.flow;

import java.time.Duration;

/**
 * Settings of the connection table.
 *
 * @param tableBytes memory for connections, of all logging ports together. Beside it, packets of
 *     connection set-up take up to four sevenths as much while a logger collects those only, and
 *     dropped packets the same once there are any.
 */
public record FlowConfig(long tableBytes, Timeouts timeouts) {
  /** The least that {@code table_bytes} may be. */
  public static final long TABLE_BYTES_MIN = 1 << 20;

  /** The most that {@code table_bytes} may be. */
  public static final long TABLE_BYTES_MAX = 1L << 40;

  /** The shortest and the longest time-out. */
  public static final Duration TIMEOUT_MIN = Duration.ofSeconds(1);

  public static final Duration TIMEOUT_MAX = Duration.ofDays(30);

  /** Returns the settings of a host that says nothing. */
  public static FlowConfig defaults() {
    return new FlowConfig(256L << 20, Timeouts.defaults());
  }

  /** After how long a silence a connection is over, by protocol and state, as conntrack has it. */
  public record Timeouts(
      Duration tcpSynSent,
      Duration tcpSynReceived,
      Duration tcpEstablished,
      Duration tcpFinWait,
      Duration tcpCloseWait,
      Duration tcpLastAck,
      Duration tcpTimeWait,
      Duration tcpReset,
      Duration udp,
      Duration udpAnswered,
      Duration icmp,
      Duration other) {

    /** Returns the kernel's own defaults. */
    public static Timeouts defaults() {
      return new Timeouts(
          Duration.ofSeconds(120),
          Duration.ofSeconds(60),
          Duration.ofDays(5),
          Duration.ofSeconds(120),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(120),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(120),
          Duration.ofSeconds(30),
          Duration.ofSeconds(600));
    }
  }
}
