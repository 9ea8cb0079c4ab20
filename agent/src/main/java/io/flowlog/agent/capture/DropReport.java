package io.flowlog.agent.capture;

/**
 * Packets of one flow that the host condemned, as a source of drop evidence has added them up: a
 * cursor, reused for every report.
 *
 * <p>Owned by the source that fills it and valid only during the call that hands it on. As in a
 * {@link Frame}, the fields are open: all are written for each report.
 */
public final class DropReport {
  /** Both "ports" of ICMP packets whose type and code are not known. */
  public static final int ICMP_UNKNOWN = 0xffff;

  /** Flags as in the TCP header; 0 of a report that does not know them. */
  public int tcpFlags;

  /** Whether one of the packets carried SYN and ACK. */
  public boolean synAckSeen;

  public int portIndex;

  /** EGRESS: the virtual machine sent it. INGRESS: it was on the way there. */
  public Direction direction = Direction.UNKNOWN;

  public boolean ipv6;

  /** 0 for IPv4. */
  public long sourceHigh;

  /** The lower half of an IPv6 address, or the IPv4 address. */
  public long sourceLow;

  public long destinationHigh;
  public long destinationLow;
  public int protocol;

  /** The outer VLAN, 0 for none. */
  public int vlan;

  /**
   * Whether the packets are fragments behind the first of their datagram. In the place of ports
   * they have the two halves of what identifies the datagram.
   */
  public boolean laterFragment;

  /** The layer 4 port, or the ICMP type. */
  public int sourcePort;

  /** The layer 4 port, or the ICMP code. */
  public int destinationPort;

  /** Packets on the wire. */
  public long packets;

  /** IP bytes on the wire. */
  public long bytes;

  public long firstNs;
  public long lastNs;

  /** The number of the reason, above 0. */
  public int dropPoint;
}
