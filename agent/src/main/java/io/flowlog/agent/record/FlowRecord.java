package io.flowlog.agent.record;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A cursor over the rows of a {@link RecordBatch}: one row of output, read and written in place.
 *
 * <p>A row is {@link #HEADER_BYTES} of fields, little-endian, followed by what its IP version
 * needs: two 4-byte addresses, two 16-byte addresses, or (version 0, a row that describes no single
 * flow) the count of lost packets. A row that is {@link #TRANSLATED} then has two more addresses
 * and two ports. The layout is also the row journal's, so a change of it needs a new journal
 * version.
 */
public final class FlowRecord {
  /** Number of bytes that every row starts with. */
  public static final int HEADER_BYTES = 68;

  /** Bytes of the two ports behind the other side's addresses. */
  private static final int TRANSLATED_PORTS_BYTES = 4;

  /** Bytes of the largest row. */
  public static final int BYTES_MAX = HEADER_BYTES + 2 * 32 + TRANSLATED_PORTS_BYTES;

  /** {@link #setupUs()} when the set-up was not seen; {@link #lostPackets()} when unknown. */
  public static final int UNKNOWN = -1;

  /** Values of {@link #verdict()}. */
  public static final int ACCEPT = 0;

  public static final int DROP = 1;

  /** Values of {@link #status()}. */
  public static final int OK = 0;

  public static final int NODATA = 1;
  public static final int SKIPDATA = 2;

  /** Bits of {@link #known()}: which of the fields that can be unknown are known. */
  public static final int SOURCE_PORT_KNOWN = 1;

  public static final int DESTINATION_PORT_KNOWN = 2;
  public static final int ICMP_KNOWN = 4;
  public static final int INITIATOR_KNOWN = 8;
  public static final int INITIATOR = 16;

  /** The row is of its whole interval, whatever its times say. */
  public static final int OF_WHOLE_INTERVAL = 32;

  /** It is known what the packets carry on the other side of this host's address translation. */
  public static final int TRANSLATION_KNOWN = 64;

  /** That is something else than here; only with {@link #TRANSLATION_KNOWN}. */
  public static final int TRANSLATED = 128;

  /** Bits of {@link #audience()}: loggers of all traffic; loggers of connection set-up only. */
  public static final int FOR_ALL_TRAFFIC = 1;

  public static final int FOR_SETUP_ONLY = 2;
  public static final int FOR_EVERYBODY = FOR_ALL_TRAFFIC | FOR_SETUP_ONLY;

  /** {@link #expiresNs()} of a row whose connection does not time out. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int IP_VERSION = 0;
  private static final int DIRECTION = 1;
  private static final int VERDICT = 2;
  private static final int STATUS = 3;
  private static final int PROTOCOL = 4;
  private static final int TCP_FLAG = 5;
  private static final int TCP_FLAGS_ALL = 6;
  private static final int TCP_STATE = 7;
  private static final int END_REASON = 8;
  private static final int KNOWN = 9;
  private static final int ICMP_TYPE = 10;
  private static final int ICMP_CODE = 11;
  private static final int SOURCE_PORT = 12;
  private static final int DESTINATION_PORT = 14;
  private static final int PORT_INDEX = 16;
  private static final int SETUP_US = 20;
  private static final int FIRST_NS = 24;
  private static final int LAST_NS = 32;
  private static final int PACKETS = 40;
  private static final int BYTES = 48;
  private static final int DROP_POINT = 56;
  private static final int AUDIENCE = 58;
  private static final int EXPIRES_NS = 60;
  private static final int ADDRESSES = HEADER_BYTES;

  private byte[] data = new byte[0];
  private int offset;

  /** Returns the size of a row of an IP version (4, 6, or 0 for none) that is not translated. */
  public static int bytesOf(int ipVersion) {
    return HEADER_BYTES + addressBytesOf(ipVersion);
  }

  private static int addressBytesOf(int ipVersion) {
    return ipVersion == 6 ? 32 : 8;
  }

  /** Moves the cursor to the row at an offset of a batch. */
  public FlowRecord at(byte[] data, int offset) {
    this.data = data;
    this.offset = offset;
    return this;
  }

  /** Returns how many bytes this row takes. */
  public int rowBytes() {
    int translated = isTranslated() ? addressBytesOf(ipVersion()) + TRANSLATED_PORTS_BYTES : 0;
    return bytesOf(ipVersion()) + translated;
  }

  /** Tells whether the packets carry something else on the other side of a translation. */
  public boolean isTranslated() {
    return (known() & TRANSLATED) != 0;
  }

  /** Returns 4, 6, or 0 when the row has no addresses. */
  public int ipVersion() {
    return data[offset + IP_VERSION];
  }

  /** Returns the ordinal of the {@code capture.Direction}. */
  public int direction() {
    return data[offset + DIRECTION];
  }

  /** Returns {@link #ACCEPT} or {@link #DROP}. */
  public int verdict() {
    return data[offset + VERDICT];
  }

  /** Returns {@link #OK}, {@link #NODATA} or {@link #SKIPDATA}. */
  public int status() {
    return data[offset + STATUS];
  }

  /** Returns the IP protocol number. */
  public int protocol() {
    return data[offset + PROTOCOL] & 0xff;
  }

  /** Returns FIN 1, SYN 2, RST 4 and, only from packets with SYN and ACK, ACK 16. */
  public int tcpFlag() {
    return data[offset + TCP_FLAG];
  }

  /** Returns every TCP flag of every packet. */
  public int tcpFlagsAll() {
    return data[offset + TCP_FLAGS_ALL] & 0xff;
  }

  /** Returns the ordinal of the {@code flow.TcpState}. */
  public int tcpState() {
    return data[offset + TCP_STATE];
  }

  /** Returns the ordinal of the {@code flow.EndReason}. */
  public int endReason() {
    return data[offset + END_REASON];
  }

  /** Returns which fields are known, as bits. */
  public int known() {
    return data[offset + KNOWN];
  }

  /** Returns the ICMP type, meaningful if {@link #ICMP_KNOWN}. */
  public int icmpType() {
    return data[offset + ICMP_TYPE] & 0xff;
  }

  /** Returns the ICMP code, meaningful if {@link #ICMP_KNOWN}. */
  public int icmpCode() {
    return data[offset + ICMP_CODE] & 0xff;
  }

  /** Returns the layer 4 source port. */
  public int sourcePort() {
    return (short) SHORT.get(data, offset + SOURCE_PORT) & 0xffff;
  }

  /** Returns the layer 4 destination port. */
  public int destinationPort() {
    return (short) SHORT.get(data, offset + DESTINATION_PORT) & 0xffff;
  }

  /** Returns the logging port's number in the dictionary that travels with the rows. */
  public int portIndex() {
    return (int) INT.get(data, offset + PORT_INDEX);
  }

  /**
   * Returns, with {@link #shapeLow()}, everything about the row that takes few values: what stands
   * before {@link #sourcePort()} in it, and the drop reason.
   */
  public long shapeHigh() {
    return (long) LONG.get(data, offset);
  }

  /** Returns the rest of {@link #shapeHigh()}. */
  public long shapeLow() {
    return ((long) dropPoint() << 32) | ((int) INT.get(data, offset + END_REASON) & 0xffff_ffffL);
  }

  /** Returns microseconds from SYN to ESTABLISHED, or {@link #UNKNOWN}. */
  public int setupUs() {
    return (int) INT.get(data, offset + SETUP_US);
  }

  /** Returns the time of the first packet. */
  public long firstNs() {
    return (long) LONG.get(data, offset + FIRST_NS);
  }

  /** Returns the time of the last packet. */
  public long lastNs() {
    return (long) LONG.get(data, offset + LAST_NS);
  }

  /** Returns the number of packets. */
  public long packets() {
    return (long) LONG.get(data, offset + PACKETS);
  }

  /** Returns the IP bytes on the wire. */
  public long bytes() {
    return (long) LONG.get(data, offset + BYTES);
  }

  /** Returns the number of the drop reason, 0 for none. */
  public int dropPoint() {
    return (short) SHORT.get(data, offset + DROP_POINT) & 0xffff;
  }

  /** Returns which loggers the row is for, as bits. */
  public int audience() {
    return data[offset + AUDIENCE];
  }

  /** Returns the time behind which the connection, if it stays silent, has timed out. */
  public long expiresNs() {
    return (long) LONG.get(data, offset + EXPIRES_NS);
  }

  /** Returns the IPv4 source address. */
  public int source4() {
    return (int) INT.get(data, offset + ADDRESSES);
  }

  /** Returns the IPv4 destination address. */
  public int destination4() {
    return (int) INT.get(data, offset + ADDRESSES + 4);
  }

  /** Returns the upper half of the IPv6 source address. */
  public long source6High() {
    return (long) LONG.get(data, offset + ADDRESSES);
  }

  /** Returns the lower half of the IPv6 source address. */
  public long source6Low() {
    return (long) LONG.get(data, offset + ADDRESSES + 8);
  }

  /** Returns the upper half of the IPv6 destination address. */
  public long destination6High() {
    return (long) LONG.get(data, offset + ADDRESSES + 16);
  }

  /** Returns the lower half of the IPv6 destination address. */
  public long destination6Low() {
    return (long) LONG.get(data, offset + ADDRESSES + 24);
  }

  /** Returns the packets that were lost, of a row without addresses; {@link #UNKNOWN} if so. */
  public long lostPackets() {
    return ipVersion() == 0 ? (long) LONG.get(data, offset + ADDRESSES) : UNKNOWN;
  }

  /** Tells whether a row is of a flow or of folded packets, not of a loss or of their absence. */
  public boolean hasTraffic() {
    return ipVersion() != 0 || packets() != 0;
  }

  /**
   * Tells whether another row of the same IP version has the same two addresses, and the same on
   * the other side of a translation.
   */
  public boolean hasSameAddresses(FlowRecord other) {
    int from = offset + ADDRESSES;
    int otherFrom = other.offset + ADDRESSES;
    int length = rowBytes() - HEADER_BYTES;
    return ((known() ^ other.known()) & (TRANSLATION_KNOWN | TRANSLATED)) == 0
        && Arrays.equals(data, from, from + length, other.data, otherFrom, otherFrom + length);
  }

  /** Copies the row's bytes to another place; returns how many there are. */
  public int copyTo(byte[] target, int targetOffset) {
    int length = rowBytes();
    System.arraycopy(data, offset, target, targetOffset, length);
    return length;
  }

  /** Makes the row one of no ICMP type, for loggers that do not ask for types. */
  public FlowRecord forgetIcmp() {
    return protocol(protocol(), known() & ~ICMP_KNOWN).icmp(0, 0);
  }

  /**
   * Makes the row one of which nobody knows what its packets carry elsewhere, for loggers that do
   * not ask: it is shorter then.
   */
  public FlowRecord forgetTranslation() {
    return protocol(protocol(), known() & ~(TRANSLATION_KNOWN | TRANSLATED));
  }

  /** Notes that the row's packets carry the same on both sides. */
  public FlowRecord untranslated() {
    return protocol(protocol(), (known() & ~TRANSLATED) | TRANSLATION_KNOWN);
  }

  /**
   * Makes the row one that is translated, and longer for it; the addresses are to be written then.
   */
  public FlowRecord translatedPorts(int sourcePort, int destinationPort) {
    protocol(protocol(), known() | TRANSLATION_KNOWN | TRANSLATED);
    int at = translatedPortsAt();
    SHORT.set(data, at, (short) sourcePort);
    SHORT.set(data, at + 2, (short) destinationPort);
    return this;
  }

  private int translatedPortsAt() {
    return offset + rowBytes() - TRANSLATED_PORTS_BYTES;
  }

  /** Writes the other side's IPv4 addresses. */
  public FlowRecord translated4(int source, int destination) {
    INT.set(data, shownAddressesAt(), source);
    INT.set(data, shownAddressesAt() + 4, destination);
    return this;
  }

  /** Writes the other side's IPv6 source address. */
  public FlowRecord translatedSource6(long high, long low) {
    LONG.set(data, shownAddressesAt(), high);
    LONG.set(data, shownAddressesAt() + 8, low);
    return this;
  }

  /** Writes the other side's IPv6 destination address. */
  public FlowRecord translatedDestination6(long high, long low) {
    LONG.set(data, shownAddressesAt() + 16, high);
    LONG.set(data, shownAddressesAt() + 24, low);
    return this;
  }

  /** Returns where the other side's addresses are: those of this side if they are the same. */
  private int shownAddressesAt() {
    return offset + ADDRESSES + (isTranslated() ? addressBytesOf(ipVersion()) : 0);
  }

  /** Returns the source port on the other side; this side's, if nothing else is known. */
  public int translatedSourcePort() {
    return isTranslated() ? (short) SHORT.get(data, translatedPortsAt()) & 0xffff : sourcePort();
  }

  /** Returns the destination port on the other side; this side's, if nothing else is known. */
  public int translatedDestinationPort() {
    return isTranslated()
        ? (short) SHORT.get(data, translatedPortsAt() + 2) & 0xffff
        : destinationPort();
  }

  /** Returns the other side's IPv4 source address; this side's, if nothing else is known. */
  public int translatedSource4() {
    return (int) INT.get(data, shownAddressesAt());
  }

  /** Returns the other side's IPv4 destination address; as with the source. */
  public int translatedDestination4() {
    return (int) INT.get(data, shownAddressesAt() + 4);
  }

  /** Returns the upper half of the other side's IPv6 source address; as with IPv4. */
  public long translatedSource6High() {
    return (long) LONG.get(data, shownAddressesAt());
  }

  /** Returns the lower half of {@link #translatedSource6High}'s address. */
  public long translatedSource6Low() {
    return (long) LONG.get(data, shownAddressesAt() + 8);
  }

  /** Returns the upper half of the other side's IPv6 destination address; as with IPv4. */
  public long translatedDestination6High() {
    return (long) LONG.get(data, shownAddressesAt() + 16);
  }

  /** Returns the lower half of {@link #translatedDestination6High}'s address. */
  public long translatedDestination6Low() {
    return (long) LONG.get(data, shownAddressesAt() + 24);
  }

  /** Writes what a row is about: version, direction, verdict and status. */
  public FlowRecord kind(int ipVersion, int direction, int verdict, int status) {
    data[offset + IP_VERSION] = (byte) ipVersion;
    data[offset + DIRECTION] = (byte) direction;
    data[offset + VERDICT] = (byte) verdict;
    data[offset + STATUS] = (byte) status;
    return this;
  }

  /**
   * Writes everything but the times of a row of no flow: nothing was seen at a port, or something
   * was lost there.
   */
  public FlowRecord withoutTraffic(int portIndex, int status, int known, long lostPackets) {
    return kind(0, 0, ACCEPT, status)
        .protocol(0, known)
        .portIndex(portIndex)
        .ports(0, 0)
        .icmp(0, 0)
        .tcp(0, 0, 0, 0)
        .setupUs(UNKNOWN)
        .counts(0, 0)
        .dropPoint(0)
        .audience(FOR_EVERYBODY)
        .expiresNs(NEVER)
        .lostPackets(lostPackets);
  }

  /** Writes the connection's TCP side: zeroes for any other protocol. */
  public FlowRecord tcp(int tcpFlag, int tcpFlagsAll, int tcpState, int endReason) {
    data[offset + TCP_FLAG] = (byte) tcpFlag;
    data[offset + TCP_FLAGS_ALL] = (byte) tcpFlagsAll;
    data[offset + TCP_STATE] = (byte) tcpState;
    data[offset + END_REASON] = (byte) endReason;
    return this;
  }

  /** Writes the protocol and which fields are known. */
  public FlowRecord protocol(int protocol, int known) {
    data[offset + PROTOCOL] = (byte) protocol;
    data[offset + KNOWN] = (byte) known;
    return this;
  }

  /** Writes the ICMP type and code. */
  public FlowRecord icmp(int type, int code) {
    data[offset + ICMP_TYPE] = (byte) type;
    data[offset + ICMP_CODE] = (byte) code;
    return this;
  }

  /** Writes the layer 4 ports. */
  public FlowRecord ports(int sourcePort, int destinationPort) {
    SHORT.set(data, offset + SOURCE_PORT, (short) sourcePort);
    SHORT.set(data, offset + DESTINATION_PORT, (short) destinationPort);
    return this;
  }

  /** Writes the logging port's number. */
  public FlowRecord portIndex(int portIndex) {
    INT.set(data, offset + PORT_INDEX, portIndex);
    return this;
  }

  /** Writes the set-up time. */
  public FlowRecord setupUs(int setupUs) {
    INT.set(data, offset + SETUP_US, setupUs);
    return this;
  }

  /** Writes the times of the first and last packet. */
  public FlowRecord times(long firstNs, long lastNs) {
    LONG.set(data, offset + FIRST_NS, firstNs);
    LONG.set(data, offset + LAST_NS, lastNs);
    return this;
  }

  /** Writes the counters. */
  public FlowRecord counts(long packets, long bytes) {
    LONG.set(data, offset + PACKETS, packets);
    LONG.set(data, offset + BYTES, bytes);
    return this;
  }

  /** Writes the drop reason's number. */
  public FlowRecord dropPoint(int dropPoint) {
    SHORT.set(data, offset + DROP_POINT, (short) dropPoint);
    return this;
  }

  /** Writes which loggers the row is for. */
  public FlowRecord audience(int audience) {
    data[offset + AUDIENCE] = (byte) audience;
    return this;
  }

  /** Writes the time behind which the connection, if it stays silent, has timed out. */
  public FlowRecord expiresNs(long expiresNs) {
    LONG.set(data, offset + EXPIRES_NS, expiresNs);
    return this;
  }

  /** Writes two IPv4 addresses. */
  public FlowRecord addresses4(int source, int destination) {
    INT.set(data, offset + ADDRESSES, source);
    INT.set(data, offset + ADDRESSES + 4, destination);
    return this;
  }

  /** Writes the IPv6 source address. */
  public FlowRecord source6(long high, long low) {
    LONG.set(data, offset + ADDRESSES, high);
    LONG.set(data, offset + ADDRESSES + 8, low);
    return this;
  }

  /** Writes the IPv6 destination address. */
  public FlowRecord destination6(long high, long low) {
    LONG.set(data, offset + ADDRESSES + 16, high);
    LONG.set(data, offset + ADDRESSES + 24, low);
    return this;
  }

  /** Writes the count of lost packets of a row without addresses. */
  public FlowRecord lostPackets(long lostPackets) {
    LONG.set(data, offset + ADDRESSES, lostPackets);
    return this;
  }
}
