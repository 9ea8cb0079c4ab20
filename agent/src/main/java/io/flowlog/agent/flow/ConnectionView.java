package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketBatch;
import java.nio.LongBuffer;

/**
 * A cursor over the connections of a table: what one entry has counted in the slice that is being
 * cut, per side.
 *
 * <p>Side 0 is the virtual machine's, side 1 the other; where the direction is unknown, they are
 * merely two sides.
 */
public final class ConnectionView {
  private final TableMemory memory;
  private final PortExtras extras;
  private final SideCounts seen = new SideCounts();
  private final SideCounts accepted = new SideCounts();
  private final SideCounts setup = new SideCounts();
  private final SideCounts dropped = new SideCounts();
  private boolean collectsSetup;
  private int unit;
  private LongBuffer hot = TableMemory.NONE;
  private LongBuffer addresses = TableMemory.NONE;
  private LongBuffer cold = TableMemory.NONE;
  private int hotOffset;
  private int addressesOffset;
  private int coldOffset;
  private long key;
  private long state;
  private int tcpState;
  private int endReason;
  private long expiresNs;

  ConnectionView(TableMemory memory, PortExtras extras) {
    this.memory = memory;
    this.extras = extras;
  }

  /** Says whether set-up was counted apart in the slice whose connections follow. */
  void describe(boolean collectsSetup) {
    this.collectsSetup = collectsSetup;
  }

  /** Moves to an entry; the TCP state and end reason are those of a moment. */
  void at(int unit, long expiresNs, TcpState tcpState, EndReason endReason) {
    this.unit = unit;
    this.expiresNs = expiresNs;
    hot = memory.hot(unit);
    hotOffset = TableMemory.hotOffset(unit);
    cold = memory.cold(unit);
    coldOffset = TableMemory.coldOffset(unit);
    key = TableMemory.get(hot, hotOffset + Entry.KEY);
    state = TableMemory.get(hot, hotOffset + Entry.STATE);
    if (isIpv6()) {
      addresses = memory.hot(unit + 1);
      addressesOffset = TableMemory.hotOffset(unit + 1);
    }
    this.tcpState = tcpState.ordinal();
    this.endReason = endReason.ordinal();
  }

  /** Tells whether the addresses are IPv6. */
  public boolean isIpv6() {
    return PacketBatch.isIpv6(key);
  }

  /** Returns the number of the logging port. */
  public int portIndex() {
    return PacketBatch.portIndexOf(key);
  }

  /** Returns the IP protocol number. */
  public int protocol() {
    return PacketBatch.protocolOf(key);
  }

  /** Returns the outer VLAN, 0 for none. */
  public int vlan() {
    return PacketBatch.vlanOf(key);
  }

  /** Tells whether another connection may differ from this one in nothing but its VLAN. */
  public boolean mayHaveTwin() {
    return extras.hasMixedVlans(portIndex());
  }

  /** Returns the layer 4 port of side 0. */
  public int localPort() {
    return PacketBatch.sourcePortOf(key);
  }

  /** Returns the layer 4 port of side 1. */
  public int remotePort() {
    return PacketBatch.destinationPortOf(key);
  }

  /** Tells whether type and code of an ICMP conversation were in the capture. */
  public boolean icmpKnown() {
    return PacketBatch.sourcePortOf(key) != PacketBatch.ICMP_UNKNOWN;
  }

  /** Returns the type of an ICMP conversation's messages. */
  public int icmpType() {
    return PacketBatch.sourcePortOf(key);
  }

  /** Returns the code of an ICMP conversation's messages. */
  public int icmpCode() {
    return PacketBatch.destinationPortOf(key);
  }

  /** Returns an IPv4 address of a side. */
  public int address4(int side) {
    return (int) (TableMemory.get(hot, hotOffset + Entry.ADDRESSES) >>> (32 * (1 - side)));
  }

  /** Returns the upper half of an IPv6 address of a side. */
  public long address6High(int side) {
    return TableMemory.get(addresses, addressesOffset + Entry.LOCAL_HIGH + 2 * side);
  }

  /** Returns the lower half of an IPv6 address of a side. */
  public long address6Low(int side) {
    return TableMemory.get(addresses, addressesOffset + Entry.LOCAL_LOW + 2 * side);
  }

  /** Returns the ordinal of the {@link Direction} in which the packets of a side travel. */
  public int direction(int side) {
    Direction direction = side == 0 ? Direction.EGRESS : Direction.INGRESS;
    return ((state & Entry.ORIENTED) == 0 ? Direction.UNKNOWN : direction).ordinal();
  }

  /** Returns what a side's packets add up to that were seen, dropped ones included. */
  SideCounts seen(int side) {
    return fill(seen, side);
  }

  private SideCounts fill(SideCounts target, int side) {
    long rare = TableMemory.get(cold, coldOffset + Entry.RARE);
    target.packets = Entry.packets(TableMemory.get(hot, hotOffset + Entry.PACKETS), rare, side);
    target.bytes = TableMemory.get(hot, hotOffset + Entry.BYTES + side);
    target.firstNs = TableMemory.get(cold, coldOffset + Entry.FIRST_NS + side);
    target.lastNs = TableMemory.get(hot, hotOffset + Entry.LAST_NS + side);
    target.tcpFlags = Entry.tcpFlags(state, side);
    target.synAckSeen = Entry.has(state, Entry.SYN_ACK_SEEN, side);
    return target;
  }

  /**
   * Returns what a side's packets add up to that got through. Times and flags are those of all that
   * were seen: which of them were dropped is not known one by one.
   */
  public SideCounts accepted(int side) {
    fill(accepted, side);
    if (isSeenWhenDropped(side)) {
      accepted.takeOff(dropped(side));
    }
    return accepted;
  }

  /** What the virtual machine sends is seen before it is judged, what is sent to it behind. */
  private boolean isSeenWhenDropped(int side) {
    return side == 0 && (state & Entry.ORIENTED) != 0 && (state & Entry.DROPS_COUNTED) != 0;
  }

  /** Returns how many more packets were dropped than seen, of those that are seen before. */
  long droppedUnseen() {
    return isSeenWhenDropped(0) ? Math.max(0, dropped(0).packets - seen(0).packets) : 0;
  }

  /** Tells whether {@link #setup} knows anything. */
  public boolean collectsSetup() {
    return collectsSetup;
  }

  /** Returns the part of {@link #accepted} that a logger of connection set-up only wants. */
  public SideCounts setup(int side) {
    if ((state & Entry.SETUP_COUNTED) == 0) {
      setup.clear();
    } else {
      memory.setup().read(unit, side, setup);
      setup.limitTo(accepted(side));
    }
    return setup;
  }

  /** Returns what a side's dropped packets add up to. */
  public SideCounts dropped(int side) {
    if ((state & Entry.DROPS_COUNTED) == 0) {
      dropped.clear();
    } else {
      memory.drops().read(unit, side, dropped);
    }
    return dropped;
  }

  /** Tells whether packets of a side were dropped, in this slice or an earlier one. */
  public boolean droppedEver(int side) {
    return Entry.has(state, Entry.DROPS_EVER, side);
  }

  /** Returns the time of the connection's last packet, dropped ones included. */
  public long latestNs() {
    long latestNs =
        Math.max(
            TableMemory.get(hot, hotOffset + Entry.LAST_NS),
            TableMemory.get(hot, hotOffset + Entry.LAST_NS + 1));
    if ((state & Entry.DROPS_COUNTED) == 0) {
      return latestNs;
    }
    SideCounters drops = memory.drops();
    return Math.max(latestNs, Math.max(drops.lastNs(unit, 0), drops.lastNs(unit, 1)));
  }

  /** Tells whether it is known which side opened the connection. */
  public boolean initiatorKnown() {
    return Entry.initiator(state) != 0;
  }

  /** Tells whether a side opened the connection. */
  public boolean isInitiator(int side) {
    return Entry.initiator(state) == side + 1;
  }

  /** Returns the ordinal of the {@link TcpState}. */
  public int tcpState() {
    return tcpState;
  }

  /** Returns the ordinal of the {@link EndReason}. */
  public int endReason() {
    return endReason;
  }

  /** Returns the time behind which the connection, if it stays silent, has timed out. */
  public long expiresNs() {
    return expiresNs;
  }

  /** Returns microseconds from SYN to ESTABLISHED, or -1. */
  public int setupUs() {
    return (int) TableMemory.get(cold, coldOffset + Entry.RARE) - 1;
  }
}
