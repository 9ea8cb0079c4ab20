package io.flowlog.agent.metrics;

/** Every number that the agent counts: its published name, what it counts, what it suggests. */
public enum AgentCounter {
  FRAMES("frames_total", "Frames taken from the capture sources."),
  FRAME_BYTES("frame_bytes_total", "Captured bytes of those frames."),
  FRAMES_LOST(
      "frames_lost_total",
      "Frames that a logging port's ring had no room for, or could not hold (a guest's UFO"
          + " frames): raise capture.ring_bytes, or give the agent more processor time."),
  FRAMES_NOT_IP("frames_not_ip_total", "Frames that carry no IP packet (ARP, LLDP, ...)."),
  FRAMES_LINK_HEADER_CUT(
      "frames_link_header_cut_total", "Frames whose link layer header is cut: in no record."),
  FRAMES_LINK_TOO_DEEP(
      "frames_link_headers_too_deep_total",
      "Frames with more tags or labels than anybody stacks: in no record."),
  FRAMES_IP_HEADER_CUT(
      "frames_ip_header_cut_total", "Frames whose IP header is cut: in no record."),
  FRAMES_IP_VERSION_WRONG(
      "frames_ip_version_wrong_total",
      "Frames whose IP version is not what the link layer says: in no record."),
  FRAMES_IP_HEADER_LENGTH_WRONG(
      "frames_ip_header_length_wrong_total",
      "Frames whose IP header claims fewer than 20 bytes: in no record."),
  FRAMES_IP_TOTAL_LENGTH_WRONG(
      "frames_ip_total_length_wrong_total",
      "Frames whose IP packet claims to be shorter than its header: in no record."),
  FRAMES_OF_NO_PORT(
      "frames_of_no_port_total", "Frames that belong to no logging port: in no record."),
  DROPS_OF_NO_PORT(
      "drops_of_no_port_total",
      "Packets that the host dropped, of no logging port or of one that was gone when it was told:"
          + " in no record."),
  DROPS_OF_COPIES(
      "drops_of_copies_total",
      "Dropped copies of packets that a bridge flooded, for ports that they were not for."),
  DROPS_UNTOLD(
      "drops_untold_total",
      "Dropped packets of too many flows at once: their ports' intervals are SKIPDATA."),
  DROPS_MISSED(
      "drops_missed_total",
      "Drops anywhere in the kernel that interrupted the look at another one, and were not told:"
          + " the intervals of all ports are SKIPDATA. Find out what drops most (perf record -e"
          + " skb:kfree_skb), and have its interrupts handled by another processor."),
  NFLOG_LOST(
      "nflog_lost_total",
      "Packets that firewalls logged and nobody could read in time: the intervals of all ports are"
          + " SKIPDATA: raise receive_bytes of capture.nflog, or log to several groups."),
  NFLOG_OVERRUNS("nflog_overruns_total", "Times that a group of NFLOG had no room for messages."),
  NFLOG_ACCEPTED("nflog_accepted_total", "Packets that firewalls logged and let pass."),
  NFLOG_PREFIX_UNKNOWN(
      "nflog_prefix_unknown_total",
      "Packets that firewalls logged with a prefix that capture.nflog does not list: in no"
          + " record."),
  NFLOG_UNTIMED(
      "nflog_untimed_total",
      "Packets that firewalls logged behind the forward hook, where they have no time: counted at"
          + " the time when they were read."),
  NFLOG_LARGE(
      "nflog_large_total",
      "Dropped packets that may have been several on the wire, which NFLOG does not tell: their"
          + " ports' intervals are SKIPDATA."),
  NFLOG_BROKEN("nflog_broken_total", "Datagrams of NFLOG that could not be read to their end."),
  DROP_QUEUE_FULL(
      "drop_queue_full_total",
      "Times that the thread that collects drops waited for the capture thread."),
  CONNTRACK_OVERRUNS(
      "conntrack_overruns_total",
      "Times that the kernel had no room for its news of translated connections, and these were"
          + " listed anew: give the agent more processor time."),
  CONNTRACK_LISTS(
      "conntrack_lists_total", "Times that all translated connections of conntrack were listed."),
  CONNTRACK_NEWS(
      "conntrack_news_total", "Translated and older connections of which conntrack told."),
  CONNTRACK_OVERFLOWS(
      "conntrack_overflows_total",
      "Connections of conntrack that were not kept: raise capture.conntrack_connections."),
  CONNTRACK_QUEUE_FULL(
      "conntrack_queue_full_total",
      "Times that the thread that asks conntrack waited for the capture thread."),
  CONNTRACK_DROPS(
      "conntrack_drops_total",
      "Packets that the host dropped because conntrack could not track their connection: raise the"
          + " sysctl net.netfilter.nf_conntrack_max."),
  CONNTRACK_EARLY_DROPS(
      "conntrack_early_drops_total",
      "Connections that conntrack forgot to make room for others: as with conntrack_drops_total."),
  CONNTRACK_FAILED_INSERTS(
      "conntrack_failed_inserts_total",
      "Connections that conntrack could not enter: their packets were dropped."),
  PACKETS_MALFORMED(
      "packets_malformed_total",
      "Packets that the host dropped because they were malformed: see capture.malformed_reasons."),
  FRAMES_EXCLUDED("frames_excluded_total", "Packets of an address in capture.exclude_addresses."),
  LINKTYPE_UNKNOWN(
      "frames_linktype_unknown_total", "Frames of a link type that we cannot read: in no record."),
  TIMESTAMPS_CLAMPED(
      "timestamps_clamped_total", "Packet times outside 1970-2262, moved to the nearest end."),
  PACKETS("packets_total", "IP packets counted in records."),
  PACKET_BYTES("packet_bytes_total", "IP bytes on the wire of those packets."),
  PACKETS_DROPPED("packets_dropped_total", "Packets that the host dropped, counted in records."),
  PACKETS_DROPPED_UNSEEN(
      "packets_dropped_unseen_total",
      "Packets of a virtual machine that were dropped but not seen in the same slice: the"
          + " capture loses packets, or drops are reported too late. Where it has not lost as many,"
          + " the port's interval is SKIPDATA."),
  LAYER4_UNREADABLE(
      "packets_layer4_unreadable_total",
      "Packets whose layer 4 header is cut or damaged: counted with ports 0."),
  FRAGMENTS_JOINED(
      "fragments_joined_total", "Later fragments that took the ports of their first one."),
  FRAGMENTS_ORPHANED(
      "fragments_orphaned_total", "Later fragments whose first was not seen: ports 0."),
  CONNECTIONS("connections_total", "Connections that were given an entry in the table."),
  CONNECTIONS_EXPIRED("connections_expired_total", "Connections that fell silent and timed out."),
  CONNECTIONS_EVICTED(
      "connections_evicted_total",
      "Idle connections forgotten to make room: raise flow.table_bytes if it keeps growing."),
  PACKETS_FOLDED(
      "packets_folded_total",
      "Packets counted in overflow rows because their port was over its share of a full table."),
  PACKETS_OUT_OF_ORDER(
      "packets_out_of_order_total", "Packets older than the running slice, counted in it."),
  SLICES("slices_total", "Slices cut: the spans between two boundaries of any intervals."),
  INTERFACE_CHANGES(
      "interface_changes_total",
      "Times that a network interface of this host came, changed or went."),
  INTERFACE_LISTS(
      "interface_lists_total",
      "Times that all interfaces were listed anew: the kernel had no room for its news of them."),
  SPOOL_QUEUE_FULL(
      "spool_queue_full_total",
      "Times that a capture thread waited for the spool thread: is the disk slow or full?"),
  RECORDS("records_total", "Records written to the row journal."),
  FILES_SEALED("files_sealed_total", "Files encoded and sealed in the spool."),
  FILES_STORED("files_stored_total", "Sealed files confirmed by their store."),
  ROWS_STORED("rows_stored_total", "Rows in those files; a record is one row for each logger."),
  UPLOADS_SUCCEEDED("uploads_total", "succeeded", Help.UPLOADS),
  UPLOADS_NOT_AUTHENTICATED("uploads_total", "not_authenticated", Help.UPLOADS),
  UPLOADS_FORBIDDEN("uploads_total", "forbidden", Help.UPLOADS),
  UPLOADS_FULL("uploads_total", "full", Help.UPLOADS),
  UPLOADS_KEY_REFUSED("uploads_total", "key_refused", Help.UPLOADS),
  UPLOADS_NOT_FOUND("uploads_total", "not_found", Help.UPLOADS),
  UPLOADS_BUSY("uploads_total", "busy", Help.UPLOADS),
  UPLOADS_UNAVAILABLE("uploads_total", "unavailable", Help.UPLOADS),
  PROBES_SUCCEEDED("probes_total", "succeeded", Help.PROBES),
  PROBES_NOT_AUTHENTICATED("probes_total", "not_authenticated", Help.PROBES),
  PROBES_FORBIDDEN("probes_total", "forbidden", Help.PROBES),
  PROBES_FULL("probes_total", "full", Help.PROBES),
  PROBES_KEY_REFUSED("probes_total", "key_refused", Help.PROBES),
  PROBES_NOT_FOUND("probes_total", "not_found", Help.PROBES),
  PROBES_BUSY("probes_total", "busy", Help.PROBES),
  PROBES_UNAVAILABLE("probes_total", "unavailable", Help.PROBES),
  PROBES_LEFT(
      "probes_left_total",
      "Probes whose empty object could be written but not deleted: grant the right to delete."),
  FILES_DISCARDED_QUOTA(
      "files_discarded_quota_total",
      "Files that were never stored because too much waited, or the disk was full: is a store out"
          + " of order? Raise spool.bytes_max."),
  ROWS_DISCARDED_QUOTA("rows_discarded_quota_total", "Rows in those files."),
  BYTES_DISCARDED_QUOTA("bytes_discarded_quota_total", "Bytes of those files."),
  FILES_DISCARDED_AGE(
      "files_discarded_age_total",
      "Files that were never stored because they had waited for spool.age_max: is a store out of"
          + " order?"),
  ROWS_DISCARDED_AGE("rows_discarded_age_total", "Rows in those files."),
  BYTES_DISCARDED_AGE("bytes_discarded_age_total", "Bytes of those files."),
  FILES_DISCARDED_DISABLED(
      "files_discarded_disabled_total",
      "Files that were not stored within a day after their logger was switched off or removed."),
  ROWS_DISCARDED_DISABLED("rows_discarded_disabled_total", "Rows in those files."),
  BYTES_DISCARDED_DISABLED("bytes_discarded_disabled_total", "Bytes of those files."),
  JOURNAL_TORN_BYTES(
      "journal_torn_bytes_total", "Bytes cut off torn row journals: the writer was killed.");

  private static final String PREFIX = "flowlog_";

  private final String suffix;
  private final String outcome;
  private final String help;

  /** What is said of several numbers at once, which differ in their outcome. */
  private static final class Help {
    static final String UPLOADS =
        "Attempts to store a file, by what came of them; /health says more of those that failed.";
    static final String PROBES =
        "Probes of loggers' storage, by what came of them; /health says more of those that failed.";
  }

  AgentCounter(String suffix, String help) {
    this(suffix, "", help);
  }

  AgentCounter(String suffix, String outcome, String help) {
    this.suffix = suffix;
    this.outcome = outcome;
    this.help = help;
  }

  /** Returns the name under which the number is published. */
  public String metricName() {
    return PREFIX + suffix;
  }

  /** Returns the value of the label {@code outcome}; empty if there is no such label. */
  public String outcome() {
    return outcome;
  }

  /** Returns one sentence: what is counted, and what a growing number suggests. */
  public String help() {
    return help;
  }
}
