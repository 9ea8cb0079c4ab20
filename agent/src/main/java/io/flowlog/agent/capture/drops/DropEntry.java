package io.flowlog.agent.capture.drops;

/**
 * Packets of one flow that the kernel dropped for one reason between the same interfaces, within a
 * short span of time: a copy of what the kernel tells.
 *
 * <p>Owned by its {@link DropBatch}, which reuses it. As in a frame, the fields are open: all are
 * written for each entry.
 */
public final class DropEntry {
  /** Whether flow and reason are not known: only interfaces, time and numbers hold. */
  public boolean overflow;

  /** When the span of time begins in which the packets came. */
  public long granuleStartNs;

  public int reason;

  /** 0 for none; so is the other one. */
  public int inputInterface;

  public int outputInterface;

  public int vlan;

  /** 4 or 6; 0 when there is no good IP header. */
  public int ipVersion;

  public int protocol;
  public long sourceHigh;
  public long sourceLow;
  public long destinationHigh;
  public long destinationLow;

  /** The layer 4 port or ICMP type; of later fragments half of what identifies them. */
  public int sourcePort;

  public int destinationPort;

  /** The Ethernet address, 0 for none. */
  public long destinationMac;

  /** The same, 0 unless a bridge gave the host packets and does not tell where they came in. */
  public long sourceMac;

  /** Whether a socket of this host sent them. */
  public boolean fromHost;

  /** Whether the output is where the route leads, and no bridge has chosen one. */
  public boolean routed;

  /** Whether the packets share their bytes with others, as copies of a flooded one do. */
  public boolean copy;

  public boolean laterFragment;
  public long packets;
  public long bytes;
  public long firstNs;
  public long lastNs;
  public int tcpFlags;
  public boolean synAckSeen;
}
