package io.flowlog.agent.flow;

/**
 * What packets of one side of a connection add up to. Owned by whoever fills it, again and again.
 *
 * <p>What a {@link ConnectionView} hands out is valid until it is asked for the same of another
 * side.
 */
public final class SideCounts {
  long packets;
  long bytes;
  long firstNs;
  long lastNs;
  int tcpFlags;
  boolean synAckSeen;
  int dropPoint;

  SideCounts() {}

  void clear() {
    packets = 0;
    bytes = 0;
    firstNs = 0;
    lastNs = 0;
    tcpFlags = 0;
    synAckSeen = false;
    dropPoint = 0;
  }

  /** Takes packets off that were counted elsewhere; never below nothing. */
  void takeOff(SideCounts others) {
    packets = Math.max(0, packets - others.packets);
    bytes = packets == 0 ? 0 : Math.max(0, bytes - others.bytes);
  }

  /** Makes these counts no more than others, of which they are a part. */
  void limitTo(SideCounts all) {
    packets = Math.max(0, Math.min(packets, all.packets));
    bytes = packets == 0 ? 0 : Math.max(0, Math.min(bytes, all.bytes));
  }

  /** Tells whether other counts are of the same packets. */
  public boolean isSame(SideCounts other) {
    return packets == other.packets
        && bytes == other.bytes
        && (packets == 0
            || (firstNs == other.firstNs
                && lastNs == other.lastNs
                && tcpFlags == other.tcpFlags
                && synAckSeen == other.synAckSeen));
  }

  /** Returns the packets. */
  public long packets() {
    return packets;
  }

  /** Returns the IP bytes. */
  public long bytes() {
    return bytes;
  }

  /** Returns the time of the first packet. */
  public long firstNs() {
    return firstNs;
  }

  /** Returns the time of the last packet. */
  public long lastNs() {
    return lastNs;
  }

  /** Returns all TCP flags of all packets. */
  public int tcpFlags() {
    return tcpFlags;
  }

  /** Tells whether one packet carried SYN and ACK. */
  public boolean synAckSeen() {
    return synAckSeen;
  }

  /** Returns the number of the last drop reason, 0 for none. */
  public int dropPoint() {
    return dropPoint;
  }
}
