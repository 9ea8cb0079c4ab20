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
      "files_waiting", "Sealed files that wait to be stored; /health says why, if they do."),
  OLDEST_FILE_SECONDS(
      "oldest_file_seconds",
      "Since when the interval began of the oldest file that waits; 0 if none does. It grows while"
          + " a store takes nothing."),
  LOGGERS_BUILD("loggers_by_status", "build", Help.BY_STATUS),
  LOGGERS_ACTIVE("loggers_by_status", "active", Help.BY_STATUS),
  LOGGERS_INACTIVE("loggers_by_status", "inactive", Help.BY_STATUS),
  LOGGERS_IN_ERROR("loggers_by_status", "error", Help.BY_STATUS);

  private static final String PREFIX = "flowlog_";

  private final String suffix;
  private final String status;
  private final String help;

  /** What is said of several figures at once, which differ in their status. */
  private static final class Help {
    static final String BY_STATUS =
        "Declared loggers by status; 'flowlog-agent loggers' says why one is in error.";
  }

  /** Tells the figures as they are now. */
  @FunctionalInterface
  public interface Source {
    /** Returns a figure, which may be a moment old; any thread may ask. */
    double valueOf(AgentGauge gauge);
  }

  AgentGauge(String suffix, String help) {
    this(suffix, "", help);
  }

  AgentGauge(String suffix, String status, String help) {
    this.suffix = suffix;
    this.status = status;
    this.help = help;
  }

  /** Returns the name under which the figure is published. */
  public String metricName() {
    return PREFIX + suffix;
  }

  /** Returns the value of the label {@code status}; empty if there is no such label. */
  public String status() {
    return status;
  }

  /** Returns one sentence: what the figure is, and what it suggests. */
  public String help() {
    return help;
  }
}
