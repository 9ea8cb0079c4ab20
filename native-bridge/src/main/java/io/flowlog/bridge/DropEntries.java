package io.flowlog.bridge;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over what the kernel has added up of dropped packets until it was told to go on
 * elsewhere; owned by its {@link DropProgram}, and valid until that is asked for the next.
 *
 * <p>An entry stands for the packets of one flow that were dropped for one reason between the same
 * devices within a {@link #GRANULE_NS}. One with {@link #isOverflow} stands for packets whose flow
 * found no place: devices (0 for those that are not watched), time and numbers are all it has.
 */
public final class DropEntries {
  /** The length of the spans of time into which drops are sorted; they start at whole seconds. */
  public static final long GRANULE_NS = DropLayout.GRANULE_NS;

  private static final int ROOM = 1024;
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final VarHandle NETWORK_SHORT =
      MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle NETWORK_LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Where the entries are. */
  interface Source {
    /** Takes more entries, or returns false when there are none. */
    boolean fill(BpfBatch batch) throws NativeException;
  }

  private final Source source;
  private final BpfBatch batch = new BpfBatch(ROOM, DropLayout.KEY_BYTES, DropLayout.COUNTS_BYTES);
  private final ByteBuffer keys = batch.keys();
  private final ByteBuffer values = batch.values();
  private int next;
  private int key;
  private int value;

  DropEntries(Source source) {
    this.source = source;
  }

  /** Forgets what is left of the batch. */
  void restart() {
    batch.restart();
    next = 0;
  }

  /** Moves to the next entry, or returns false when there is none left. */
  public boolean next() throws NativeException {
    while (next == batch.count()) {
      if (!source.fill(batch)) {
        return false;
      }
      next = 0;
    }
    key = next * DropLayout.KEY_BYTES;
    value = next * DropLayout.COUNTS_BYTES;
    next++;
    return true;
  }

  /** Tells whether the flow, and the reason, are not known. */
  public boolean isOverflow() {
    return reason() == 0;
  }

  /** Returns when the span of time starts in which the packets came; of overflow, the second. */
  public long granuleStartNs() {
    return (long) LONG.get(keys, key + DropLayout.KEY_GRANULE_AT) * GRANULE_NS;
  }

  /** Returns the number of the reason: see {@link DropReasons}. */
  public int reason() {
    return keys.getInt(key + DropLayout.KEY_REASON_AT);
  }

  /** Returns the index of the interface where the packets came into this host, 0 for none. */
  public int inputInterface() {
    return keys.getInt(key + DropLayout.KEY_INPUT_AT);
  }

  /** Returns the index of the interface where they were to leave, 0 when none was chosen. */
  public int outputInterface() {
    return keys.getInt(key + DropLayout.KEY_OUTPUT_AT);
  }

  /** Returns the outer VLAN, 0 for none. */
  public int vlan() {
    return keys.getShort(key + DropLayout.KEY_VLAN_AT);
  }

  /** Returns 4 or 6; 0 when the header is not one of IP, and flow and protocol are not known. */
  public int ipVersion() {
    return keys.get(key + DropLayout.KEY_VERSION_AT);
  }

  /** Returns IP's number of the protocol. */
  public int protocol() {
    return keys.get(key + DropLayout.KEY_PROTOCOL_AT) & 0xff;
  }

  /** Returns the upper half of an IPv6 address, 0 for IPv4. */
  public long sourceHigh() {
    return addressHigh(DropLayout.KEY_SOURCE_AT);
  }

  /** Returns the lower half of an IPv6 address, or the IPv4 address. */
  public long sourceLow() {
    return addressLow(DropLayout.KEY_SOURCE_AT);
  }

  /** Returns the upper half of an IPv6 address, 0 for IPv4. */
  public long destinationHigh() {
    return addressHigh(DropLayout.KEY_DESTINATION_AT);
  }

  /** Returns the lower half of an IPv6 address, or the IPv4 address. */
  public long destinationLow() {
    return addressLow(DropLayout.KEY_DESTINATION_AT);
  }

  private long addressHigh(int offset) {
    return ipVersion() == 6 ? (long) NETWORK_LONG.get(keys, key + offset) : 0;
  }

  private long addressLow(int offset) {
    return ipVersion() == 6
        ? (long) NETWORK_LONG.get(keys, key + offset + Long.BYTES)
        : (long) NETWORK_LONG.get(keys, key + offset) >>> Integer.SIZE;
  }

  /**
   * Returns the port, or the type of ICMP, whose unknown type is 0xffff. The ports of a {@link
   * #isLaterFragment} are the halves of what identifies all fragments of the datagram.
   */
  public int sourcePort() {
    return keys.getShort(key + DropLayout.KEY_SOURCE_PORT_AT) & 0xffff;
  }

  /** Returns the port, or the code of ICMP; see {@link #sourcePort}. */
  public int destinationPort() {
    return keys.getShort(key + DropLayout.KEY_DESTINATION_PORT_AT) & 0xffff;
  }

  /** Returns the Ethernet address that the packets were sent to, 0 when they had none (yet). */
  public long destinationMac() {
    return mac(key + DropLayout.KEY_MAC_AT);
  }

  /**
   * Returns the Ethernet address that the packets came from, of packets only that the host itself
   * got from a bridge that does not tell the port; else 0.
   */
  public long sourceMac() {
    return mac(key + DropLayout.KEY_SOURCE_MAC_AT);
  }

  private long mac(int offset) {
    return networkShort(offset) << Integer.SIZE
        | networkShort(offset + 2) << Short.SIZE
        | networkShort(offset + 4);
  }

  private long networkShort(int offset) {
    return (short) NETWORK_SHORT.get(keys, offset) & 0xffff;
  }

  private boolean has(int trait) {
    return (keys.getShort(key + DropLayout.KEY_TRAITS_AT) & trait) != 0;
  }

  /**
   * Tells whether the packets were with no device, so that their network namespace is not known
   * unless {@link #isFromHost}: fragments that nobody put together.
   */
  public boolean isWithoutDevice() {
    return has(DropLayout.TRAIT_NO_DEVICE);
  }

  /** Tells whether a socket of this host sent the packets, and no device had them yet. */
  public boolean isFromHost() {
    return has(DropLayout.TRAIT_FROM_HOST);
  }

  /** Tells whether the route chose the output, not a bridge. */
  public boolean isRouted() {
    return has(DropLayout.TRAIT_BY_ROUTE);
  }

  /** Tells whether others have the same packet, as in a flood; true of some packets without. */
  public boolean isCopy() {
    return has(DropLayout.TRAIT_COPY);
  }

  /** Tells whether the packets are fragments other than the first of their datagram. */
  public boolean isLaterFragment() {
    return has(DropLayout.TRAIT_LATER_FRAGMENT);
  }

  /** Tells whether ports, ICMP type or TCP flags were not to be read. */
  public boolean isWithoutLayer4() {
    return has(DropLayout.TRAIT_NO_LAYER4);
  }

  /** Tells whether a bridge's own device had the packets: before its ports, or for the host. */
  public boolean isAtBridge() {
    return has(DropLayout.TRAIT_AT_BRIDGE);
  }

  /** Returns how many packets they were as this host handles them, super-packets and all. */
  public long frames() {
    return count(DropLayout.COUNTS_FRAMES_AT);
  }

  /** Returns how many packets they were on the wire. */
  public long packets() {
    return count(DropLayout.COUNTS_PACKETS_AT);
  }

  /** Returns how many bytes of IP they were on the wire, with the headers of every packet. */
  public long bytes() {
    return count(DropLayout.COUNTS_IP_BYTES_AT);
  }

  /** Returns the earliest packet's time, in nanoseconds since 1970-01-01 UTC. */
  public long firstNs() {
    return count(DropLayout.COUNTS_FIRST_AT);
  }

  /** Returns the latest packet's time. */
  public long lastNs() {
    return count(DropLayout.COUNTS_LAST_AT);
  }

  private long count(int offset) {
    return (long) LONG.get(values, value + offset);
  }

  /** Returns every TCP flag that one of the packets carried, as in the header. */
  public int tcpFlags() {
    return values.get(value + DropLayout.COUNTS_FLAGS_AT) & 0xff;
  }

  /** Tells whether one of them carried SYN and ACK. */
  public boolean isSynAckSeen() {
    return (values.getInt(value + DropLayout.COUNTS_FLAGS_AT) & DropLayout.SYN_ACK_SEEN) != 0;
  }
}
