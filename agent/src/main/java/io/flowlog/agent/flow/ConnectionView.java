package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketBatch;
import java.nio.LongBuffer;

/**
 * A cursor over the connections of a table: what one entry has counted in the interval that is
 * being cut, per side.
 *
 * <p>Side 0 is the virtual machine's, side 1 the other; where the direction is unknown, they are
 * merely two sides.
 */
public final class ConnectionView {

  private final TableMemory memory;
  private final PortExtras extras;
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

  /** Moves to an entry; the TCP state and end reason are those of a moment. */
  void at(int unit, long expiresNs, TcpState tcpState, EndReason endReason) {
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

  /** Returns the packets that a side sent. */
  public long packets(int side) {
    return Entry.packets(
        TableMemory.get(hot, hotOffset + Entry.PACKETS),
        TableMemory.get(cold, coldOffset + Entry.RARE),
        side);
  }

  /** Returns the IP bytes that a side sent. */
  public long bytes(int side) {
    return TableMemory.get(hot, hotOffset + Entry.BYTES + side);
  }

  /** Returns the time of a side's first packet. */
  public long firstNs(int side) {
    return TableMemory.get(cold, coldOffset + Entry.FIRST_NS + side);
  }

  /** Returns the time of a side's last packet. */
  public long lastNs(int side) {
    return TableMemory.get(hot, hotOffset + Entry.LAST_NS + side);
  }

  /** Returns all TCP flags that a side sent. */
  public int tcpFlags(int side) {
    return Entry.tcpFlags(state, side);
  }

  /** Tells whether a side sent SYN and ACK in one packet. */
  public boolean synAckSeen(int side) {
    return Entry.has(state, Entry.SYN_ACK_SEEN, side);
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
