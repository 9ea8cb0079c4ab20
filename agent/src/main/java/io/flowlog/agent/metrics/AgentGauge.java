package io.flowlog.agent.metrics;

/** Every figure of the moment that the agent publishes: its name, what it is, what it suggests. */
public enum AgentGauge {
  LOGGERS("loggers", "Loggers that are declared, those too that are switched off."),
  PORTS("ports", "Logging ports of this host that at least one logger covers."),
  PORTS_CAPTURED(
      "ports_captured", "Logging ports whose frames are read; /health says why others are not."),
  RING_BYTES("ring_bytes", "Memory that all packet rings may take: capture.ring_bytes."),
  RING_BYTES_USED("ring_bytes_used", "Memory of the packet rings that there are."),
  TABLE_UNITS(
      "table_units",
      "Places in the connection table, one for an IPv4 connection, two for an IPv6 one:"
          + " flow.table_bytes."),
  TABLE_UNITS_USED(
      "table_units_used", "Places that connections have; once all are taken, packets are folded."),
  CONNTRACK_ENTRIES("conntrack_entries", "Connections that the host tracks; 0 where nobody asks."),
  CONNTRACK_ENTRIES_MAX(
      "conntrack_entries_max",
      "How many it may track: the sysctl net.netfilter.nf_conntrack_max; 0 where nobody asks."),
  SPOOL_QUEUE(
      "spool_queue_commands",
      "Batches and plans that wait for the spool thread; rows are in them."),
  SPOOL_BYTES(
      "spool_bytes", "What waits in the spool, small files at 32 KiB; journals of slices too."),
  SPOOL_BYTES_MAX("spool_bytes_max", "How much that may be: spool.bytes_max."),
  FILES_WAITING(
      "files_waiting", "Sealed files that wait to be stored; /health says why, if they do.");

  private static final String PREFIX = "flowlog_";

  private final String suffix;
  private final String help;

  /** Tells the figures as they are now. */
  @FunctionalInterface
  public interface Source {
    /** Returns a figure, which may be a moment old; any thread may ask. */
    double valueOf(AgentGauge gauge);
  }

  AgentGauge(String suffix, String help) {
    this.suffix = suffix;
    this.help = help;
  }

  /** Returns the name under which the figure is published. */
  public String metricName() {
    return PREFIX + suffix;
  }

  /** Returns one sentence: what the figure is, and what it suggests. */
  public String help() {
    return help;
  }
}
