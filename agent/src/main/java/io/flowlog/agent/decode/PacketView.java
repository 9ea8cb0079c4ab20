package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Direction;

/** A cursor over a {@link PacketBatch}: one packet's decoded headers, by name. */
public final class PacketView {
  private final PacketBatch batch;
  private int base;

  /** Makes a cursor at the first packet. */
  public PacketView(PacketBatch batch) {
    this.batch = batch;
  }

  /** Moves to a packet. */
  public PacketView at(int packet) {
    base = packet * PacketBatch.STRIDE;
    return this;
  }

  private long word(int offset) {
    return batch.words()[base + offset];
  }

  /** Returns the packet's time. */
  public long timestampNs() {
    return word(PacketBatch.TIMESTAMP);
  }

  /** Tells whether the addresses are IPv6. */
  public boolean isIpv6() {
    return PacketBatch.isIpv6(word(PacketBatch.KEY));
  }

  /** Returns the upper half of an IPv6 source address, 0 for IPv4. */
  public long sourceHigh() {
    return word(PacketBatch.SOURCE_HIGH);
  }

  /** Returns the lower half of an IPv6 source address, or the IPv4 address. */
  public long sourceLow() {
    return word(PacketBatch.SOURCE_LOW);
  }

  /** Returns the upper half of an IPv6 destination address, 0 for IPv4. */
  public long destinationHigh() {
    return word(PacketBatch.DESTINATION_HIGH);
  }

  /** Returns the lower half of an IPv6 destination address, or the IPv4 address. */
  public long destinationLow() {
    return word(PacketBatch.DESTINATION_LOW);
  }

  /** Returns the layer 4 source port, or the ICMP type. */
  public int sourcePort() {
    return PacketBatch.sourcePortOf(word(PacketBatch.KEY));
  }

  /** Returns the layer 4 destination port, or the ICMP code. */
  public int destinationPort() {
    return PacketBatch.destinationPortOf(word(PacketBatch.KEY));
  }

  /** Returns the IP protocol number. */
  public int protocol() {
    return PacketBatch.protocolOf(word(PacketBatch.KEY));
  }

  /** Returns the outer VLAN, 0 for none. */
  public int vlan() {
    return PacketBatch.vlanOf(word(PacketBatch.KEY));
  }

  /** Returns the number of the logging port. */
  public int portIndex() {
    return PacketBatch.portIndexOf(word(PacketBatch.KEY));
  }

  /** Returns the IP bytes on the wire. */
  public long bytes() {
    return PacketBatch.bytesOf(word(PacketBatch.SIZE));
  }

  /** Returns the packets on the wire: 1 unless the frame is a super-packet. */
  public int packets() {
    return PacketBatch.packetsOf(word(PacketBatch.SIZE));
  }

  /** Returns the TCP flags. */
  public int tcpFlags() {
    return PacketBatch.tcpFlagsOf(word(PacketBatch.SIZE));
  }

  /** Returns which way the packet travels. */
  public Direction direction() {
    return PacketBatch.directionOf(word(PacketBatch.SIZE));
  }

  /** Tells whether the packet is a fragment without a layer 4 header. */
  public boolean isLaterFragment() {
    return PacketBatch.isLaterFragment(word(PacketBatch.SIZE));
  }

  /** Tells whether the packet is a fragment, first or later. */
  public boolean isFragment() {
    return PacketBatch.isFragment(word(PacketBatch.SIZE));
  }

  /** Returns the TCP sequence number behind the last payload byte. */
  public int sequenceEnd() {
    return (int) (word(PacketBatch.SEQUENCE) >>> 32);
  }

  /** Returns the TCP acknowledgement number. */
  public int acknowledgement() {
    return (int) word(PacketBatch.SEQUENCE);
  }
}
