package io.flowlog.agent.capture.drops;

import io.flowlog.agent.capture.Direction;

/**
 * Packets of one flow that the kernel dropped for one reason between the same interfaces, within a
 * short span of time: a copy of what the kernel tells.
 *
 * <p>Owned by its {@link DropBatch}, which reuses it. As in a frame, the fields are open: all are
 * written for each entry.
 */
public final class DropEntry implements Cloneable {
  private static final long GROUP_BIT = 1L << 40;

  /** What a bridge meant to do with packets that were on their way to one of its ports. */
  public enum Way {
    /** The port is the one that they were for; also of packets that no bridge had. */
    CHOSEN,
    /** Another port is: these are copies from before the bridge knew that. */
    ELSEWHERE,
    /** They went to all {@link #receivers}. */
    FLOODED,
    /** Nobody can tell. */
    UNKNOWN
  }

  /** Whether flow and reason are not known: only interfaces, time and numbers hold. */
  public boolean overflow;

  /**
   * Whether not even an interface is known: overflow, whose packets may be any port's. Then 0
   * packets are an unknown number.
   */
  public boolean ofAnyPort;

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

  /** Whether nobody tells if they are such a copy. */
  public boolean maybeCopy;

  /** Whether they are copies, as the bridge has it. */
  public Way way = Way.CHOSEN;

  /** How many of the bridge's ports there are to which flooded packets went; 0 of others. */
  public int receivers;

  /** The only one of the packets' two ways for which the entry counts; UNKNOWN for both. */
  public Direction only = Direction.UNKNOWN;

  /** Whether they may have been more packets on the wire than it says here. */
  public boolean uncertain;

  public boolean laterFragment;
  public long packets;
  public long bytes;
  public long firstNs;
  public long lastNs;
  public int tcpFlags;
  public boolean synAckSeen;

  /** Tells whether a bridge had chosen one of its ports for them. */
  boolean isAtBridgePort() {
    return outputInterface != 0 && !routed;
  }

  /** Tells whether they were for more than one receiver. */
  boolean isForGroup() {
    return (destinationMac & GROUP_BIT) != 0;
  }

  /** Returns an entry that says the same. */
  DropEntry copy() {
    try {
      return (DropEntry) clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Tells whether another entry is of the same packets, apart from their number. */
  boolean isLike(DropEntry other) {
    return granuleStartNs == other.granuleStartNs
        && reason == other.reason
        && isSameFlow(other)
        && isSameWay(other)
        && !overflow
        && !other.overflow;
  }

  private boolean isSameFlow(DropEntry other) {
    return sourceLow == other.sourceLow
        && destinationLow == other.destinationLow
        && sourceHigh == other.sourceHigh
        && destinationHigh == other.destinationHigh
        && sourcePort == other.sourcePort
        && destinationPort == other.destinationPort
        && protocol == other.protocol
        && ipVersion == other.ipVersion
        && vlan == other.vlan
        && laterFragment == other.laterFragment;
  }

  private boolean isSameWay(DropEntry other) {
    return inputInterface == other.inputInterface
        && outputInterface == other.outputInterface
        && destinationMac == other.destinationMac
        && fromHost == other.fromHost
        && routed == other.routed
        && copy == other.copy
        && maybeCopy == other.maybeCopy
        && only == other.only;
  }

  /** Counts the packets of another entry that {@link #isLike} this one. */
  void add(DropEntry other) {
    packets += other.packets;
    bytes += other.bytes;
    firstNs = Math.min(firstNs, other.firstNs);
    lastNs = Math.max(lastNs, other.lastNs);
    tcpFlags |= other.tcpFlags;
    synAckSeen |= other.synAckSeen;
    uncertain |= other.uncertain;
  }
}
