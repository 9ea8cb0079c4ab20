package io.flowlog.agent.cli.demo;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the bytes of one frame, outermost header first; owned by whoever started it.
 *
 * <p>Each layer writes its number into the header before it; lengths and checksums are filled in by
 * {@link #build}. A method that changes a header (such as {@link #id}) changes the last one of its
 * kind, and headers that grow by options must grow before the next layer is written. A frame has at
 * most 65 KiB.
 */
public final class FrameBuilder {
  public static final int FIN = 0x01;
  public static final int SYN = 0x02;
  public static final int RST = 0x04;
  public static final int PSH = 0x08;
  public static final int ACK = 0x10;
  public static final int URG = 0x20;

  private static final int FRAME_BYTES_MAX = (1 << 16) + 1024;

  /** What a header says about its successor, and how it spells it. */
  private enum Successor {
    NONE,
    ETHER_TYPE,
    PPP_PROTOCOL,
    FAMILY_LITTLE_ENDIAN,
    FAMILY_BIG_ENDIAN,
    IP_PROTOCOL
  }

  /** The names of one network protocol in the worlds that carry it. */
  private enum NetworkProtocol {
    IPV4(0x0800, 0x0021, 2, 4),
    IPV6(0x86DD, 0x0057, 30, 41);

    final int etherType;
    final int pppProtocol;
    final int family;
    final int ipProtocol;

    NetworkProtocol(int etherType, int pppProtocol, int family, int ipProtocol) {
      this.etherType = etherType;
      this.pppProtocol = pppProtocol;
      this.family = family;
      this.ipProtocol = ipProtocol;
    }
  }

  private final ByteBuffer buffer = ByteBuffer.allocate(FRAME_BYTES_MAX);
  private final LinkType linkType;
  private final int linkTypeNumber;
  private final List<Runnable> finishers = new ArrayList<>();
  private final List<Runnable> overrides = new ArrayList<>();
  private Successor successor = Successor.NONE;
  private int successorAt;
  private @Nullable IpHeader ipHeader;
  private int transportAt;
  private int capturedBytesMax = Integer.MAX_VALUE;

  private FrameBuilder(int linkTypeNumber) {
    this.linkTypeNumber = linkTypeNumber;
    this.linkType = Objects.requireNonNull(LinkType.ofNumber(linkTypeNumber));
  }

  // Link layers

  /** Starts an Ethernet frame between two made-up machines. */
  public static FrameBuilder ethernet() {
    return ethernet("02:00:00:00:00:01", "02:00:00:00:00:02");
  }

  /** Starts an Ethernet frame. */
  public static FrameBuilder ethernet(String sourceMac, String destinationMac) {
    FrameBuilder builder = new FrameBuilder(1);
    builder.buffer.put(mac(destinationMac)).put(mac(sourceMac));
    return builder.expect(Successor.ETHER_TYPE);
  }

  /** Starts a frame of Linux cooked capture. */
  public static FrameBuilder linuxSll() {
    FrameBuilder builder = new FrameBuilder(113);
    builder.buffer.putShort((short) 0).putShort((short) 1).putShort((short) 6);
    builder.buffer.put(mac("02:00:00:00:00:01")).putShort((short) 0);
    return builder.expect(Successor.ETHER_TYPE);
  }

  /** Starts a frame of Linux cooked capture, version 2. */
  public static FrameBuilder linuxSll2() {
    FrameBuilder builder = new FrameBuilder(276);
    builder.expect(Successor.ETHER_TYPE);
    builder.buffer.putShort((short) 0).putInt(2).putShort((short) 1).put((byte) 0).put((byte) 6);
    builder.buffer.put(mac("02:00:00:00:00:01")).putShort((short) 0);
    return builder;
  }

  /** Starts a BSD loopback frame of a host with that byte order. */
  public static FrameBuilder nullLoopback(ByteOrder order) {
    return new FrameBuilder(0)
        .expect(
            order == ByteOrder.LITTLE_ENDIAN
                ? Successor.FAMILY_LITTLE_ENDIAN
                : Successor.FAMILY_BIG_ENDIAN);
  }

  /** Starts an OpenBSD loopback frame. */
  public static FrameBuilder loop() {
    return new FrameBuilder(108).expect(Successor.FAMILY_BIG_ENDIAN);
  }

  /** Starts a frame that begins with the IP header. */
  public static FrameBuilder raw() {
    return raw(101);
  }

  /** Starts a frame that begins with the IP header, under one of the numbers for that. */
  public static FrameBuilder raw(int linkTypeNumber) {
    return new FrameBuilder(linkTypeNumber);
  }

  /** Starts a PPP frame with HDLC-like framing. */
  public static FrameBuilder ppp() {
    FrameBuilder builder = new FrameBuilder(9);
    builder.buffer.putShort((short) 0xFF03);
    return builder.expect(Successor.PPP_PROTOCOL);
  }

  // Between link and network

  /** Adds a VLAN tag (802.1Q). */
  public FrameBuilder vlan(int id) {
    return vlan(0x8100, id);
  }

  /** Adds a VLAN tag of another tag protocol, such as 0x88a8 for a provider's outer tag. */
  public FrameBuilder vlan(int tagProtocol, int id) {
    etherType(tagProtocol);
    buffer.putShort((short) id);
    return expect(Successor.ETHER_TYPE);
  }

  /** Adds MPLS labels, the outermost first; the last one carries the bottom-of-stack bit. */
  public FrameBuilder mpls(int... labels) {
    etherType(0x8847);
    for (int i = 0; i < labels.length; i++) {
      buffer.putInt(labels[i] << 12 | (i == labels.length - 1 ? 0x100 : 0) | 64);
    }
    return this;
  }

  /** Adds a PPPoE session header and the PPP protocol number behind it. */
  public FrameBuilder pppoeSession(int sessionId) {
    etherType(0x8864);
    int start = buffer.position();
    buffer.putShort((short) 0x1100).putShort((short) sessionId).putShort((short) 0);
    finishers.add(() -> buffer.putShort(start + 4, (short) (buffer.position() - start - 6)));
    return expect(Successor.PPP_PROTOCOL);
  }

  /** Names any next protocol in the link header; its bytes follow as payload. */
  public FrameBuilder etherType(int etherType) {
    if (successor != Successor.ETHER_TYPE) {
      throw new IllegalStateException("the header before has no EtherType but " + successor);
    }
    buffer.putShort(successorAt, (short) etherType);
    successor = Successor.NONE;
    return this;
  }

  /** Adds an ARP request. */
  public FrameBuilder arp(String senderAddress, String targetAddress) {
    etherType(0x0806);
    buffer.putShort((short) 1).putShort((short) 0x0800).put((byte) 6).put((byte) 4);
    buffer.putShort((short) 1);
    buffer.put(mac("02:00:00:00:00:01")).put(address(senderAddress));
    buffer.put(new byte[6]).put(address(targetAddress));
    return this;
  }

  // Network

  /** Adds an IPv4 header. */
  public FrameBuilder ipv4(String source, String destination) {
    beginNetwork(NetworkProtocol.IPV4);
    int start = buffer.position();
    buffer.putShort((short) 0x4500).putShort((short) 0).putInt(0);
    buffer.put((byte) 64).put((byte) 0).putShort((short) 0);
    buffer.put(address(source)).put(address(destination));
    expectAt(Successor.IP_PROTOCOL, start + 9);
    return begin(new IpHeader(buffer, start));
  }

  /** Adds options to the IPv4 header, padded to a multiple of 4. */
  public FrameBuilder ipv4Options(byte... options) {
    int start = ip().start();
    buffer.put(options).put(new byte[-options.length & 3]);
    buffer.put(start, (byte) (0x40 | (buffer.position() - start) / 4));
    return this;
  }

  /** Sets the identification of the IPv4 header. */
  public FrameBuilder id(int id) {
    buffer.putShort(ip().start() + 4, (short) id);
    return this;
  }

  /** Sets the IPv4 header's fragment fields; the offset is in bytes, a multiple of 8. */
  public FrameBuilder fragment(int offsetBytes, boolean moreFragments) {
    buffer.putShort(ip().start() + 6, (short) (offsetBytes / 8 | (moreFragments ? 0x2000 : 0)));
    return this;
  }

  /** Makes the IPv4 header claim another total length than the true one. */
  public FrameBuilder totalLength(int bytes) {
    ip().claimLength(bytes);
    return this;
  }

  /** Adds an IPv6 header. */
  public FrameBuilder ipv6(String source, String destination) {
    beginNetwork(NetworkProtocol.IPV6);
    int start = buffer.position();
    buffer.putInt(0x60000000).putInt(64).put(address(source)).put(address(destination));
    expectAt(Successor.IP_PROTOCOL, start + 6);
    return begin(new IpHeader(buffer, start));
  }

  /** Makes the IPv6 header claim another payload length than the true one. */
  public FrameBuilder payloadLength(int bytes) {
    return totalLength(bytes);
  }

  /** Adds an IPv6 hop-by-hop options header with these options, padded. */
  public FrameBuilder hopByHop(byte... options) {
    return optionsHeader(0, options);
  }

  /** Adds a hop-by-hop header with the jumbo payload option; the IPv6 payload length becomes 0. */
  public FrameBuilder jumbo(int payloadBytes) {
    payloadLength(0);
    byte[] option = ByteBuffer.allocate(6).putShort((short) 0xC204).putInt(payloadBytes).array();
    return hopByHop(option);
  }

  /** Adds an IPv6 routing header (type 4, no segments left) with this data. */
  public FrameBuilder routing(byte... data) {
    byte[] typed = new byte[data.length + 2];
    typed[0] = 4;
    System.arraycopy(data, 0, typed, 2, data.length);
    return optionsHeader(43, typed);
  }

  /** Adds an IPv6 destination options header with these options, padded. */
  public FrameBuilder destinationOptions(byte... options) {
    return optionsHeader(60, options);
  }

  /** Adds an IPv6 fragment header; the offset is in bytes, a multiple of 8. */
  public FrameBuilder fragmentHeader(int offsetBytes, boolean moreFragments, int id) {
    beginIpProtocol(44);
    buffer.putShort((short) 0).putShort((short) (offsetBytes | (moreFragments ? 1 : 0))).putInt(id);
    return expectAt(Successor.IP_PROTOCOL, buffer.position() - 8);
  }

  /** Adds an authentication header (IPv4 or IPv6) with a 12-byte check value. */
  public FrameBuilder authentication() {
    int start = beginIpProtocol(51);
    buffer.put((byte) 0).put((byte) 4).put(new byte[22]);
    return expectAt(Successor.IP_PROTOCOL, start);
  }

  // Transport

  /** Adds a TCP header; the flags are these constants added up. */
  public FrameBuilder tcp(int sourcePort, int destinationPort, int flags) {
    return tcp(sourcePort, destinationPort, flags, 0, 0);
  }

  /** Adds a TCP header. */
  public FrameBuilder tcp(
      int sourcePort, int destinationPort, int flags, long sequence, long acknowledgement) {
    int start = beginTransport(6, sourcePort, destinationPort);
    buffer.putInt((int) sequence).putInt((int) acknowledgement);
    buffer.put((byte) 0x50).put((byte) flags).putShort((short) 0xFFFF).putInt(0);
    return sumWithPseudoHeader(start, 16, 6);
  }

  /** Adds options to the TCP header, padded to a multiple of 4. */
  public FrameBuilder tcpOptions(byte... options) {
    buffer.put(options).put(new byte[-options.length & 3]);
    return dataOffset((buffer.position() - transportAt) / 4);
  }

  /** Makes the TCP header claim this many 32-bit words. */
  public FrameBuilder dataOffset(int words) {
    buffer.put(transportAt + 12, (byte) (words << 4));
    return this;
  }

  /** Adds a UDP header. */
  public FrameBuilder udp(int sourcePort, int destinationPort) {
    int start = beginTransport(17, sourcePort, destinationPort);
    buffer.putInt(0);
    sumWithPseudoHeader(start, 6, 17);
    finishers.add(() -> buffer.putShort(start + 4, (short) (buffer.position() - start)));
    return this;
  }

  /** Adds an ICMP header. */
  public FrameBuilder icmp(int type, int code) {
    int start = beginIpProtocol(1);
    buffer.put((byte) type).put((byte) code).putShort((short) 0).putInt(0);
    finishers.add(
        () -> {
          buffer.putShort(start + 2, (short) 0);
          buffer.putShort(start + 2, Checksum.of(buffer, start, buffer.position()));
        });
    return this;
  }

  /** Adds an ICMPv6 header. */
  public FrameBuilder icmpv6(int type, int code) {
    int start = beginIpProtocol(58);
    buffer.put((byte) type).put((byte) code).putShort((short) 0).putInt(0);
    return sumWithPseudoHeader(start, 2, 58);
  }

  /** Adds an SCTP common header; its checksum stays 0. */
  public FrameBuilder sctp(int sourcePort, int destinationPort) {
    beginTransport(132, sourcePort, destinationPort);
    buffer.putLong(0);
    return this;
  }

  /** Adds the ports that DCCP (33) and UDP-Lite (136) begin with, and 8 bytes more. */
  public FrameBuilder portsOf(int protocol, int sourcePort, int destinationPort) {
    beginTransport(protocol, sourcePort, destinationPort);
    buffer.putLong(0);
    return this;
  }

  /** Names any IP protocol; its bytes follow as payload. */
  public FrameBuilder protocol(int protocol) {
    beginIpProtocol(protocol);
    return this;
  }

  // The end

  /** Adds these bytes. */
  public FrameBuilder payload(byte... bytes) {
    buffer.put(bytes);
    return this;
  }

  /** Adds that many bytes with a pattern. */
  public FrameBuilder payloadOf(int bytes) {
    for (int i = 0; i < bytes; i++) {
      buffer.put((byte) ('a' + i % 26));
    }
    return this;
  }

  /** Overwrites one byte of the frame after all else is done. */
  public FrameBuilder overwrite(int offset, int value) {
    overrides.add(() -> buffer.put(offset, (byte) value));
    return this;
  }

  /** Lets the capture keep at most that many bytes of the frame. */
  public FrameBuilder truncate(int capturedBytes) {
    capturedBytesMax = capturedBytes;
    return this;
  }

  /** Returns the bytes that the capture keeps. */
  public byte[] build() {
    // the last added first, because a checksum covers the lengths inside it
    for (int i = finishers.size() - 1; i >= 0; i--) {
      finishers.get(i).run();
    }
    overrides.forEach(Runnable::run);
    byte[] bytes = new byte[Math.min(buffer.position(), capturedBytesMax)];
    buffer.get(0, bytes);
    return bytes;
  }

  /** Returns the frame as a source would hand it over, of no known logging port. */
  public Frame toFrame(long timestampNs) {
    byte[] bytes = build();
    Frame frame = new Frame();
    frame.buffer = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    frame.capturedBytes = bytes.length;
    frame.wireBytes = wireBytes();
    frame.timestampNs = timestampNs;
    frame.linkType = linkType;
    return frame;
  }

  /** Returns the frame's length on the wire. */
  public int wireBytes() {
    return buffer.position();
  }

  /** Returns the LINKTYPE number of the capture file that the frame fits into. */
  public int linkTypeNumber() {
    return linkTypeNumber;
  }

  private FrameBuilder expect(Successor kind) {
    int at = buffer.position();
    boolean family = kind == Successor.FAMILY_LITTLE_ENDIAN || kind == Successor.FAMILY_BIG_ENDIAN;
    buffer.put(new byte[family ? 4 : 2]);
    return expectAt(kind, at);
  }

  private FrameBuilder expectAt(Successor kind, int at) {
    successor = kind;
    successorAt = at;
    return this;
  }

  private void beginNetwork(NetworkProtocol next) {
    switch (successor) {
      case ETHER_TYPE -> buffer.putShort(successorAt, (short) next.etherType);
      case PPP_PROTOCOL -> buffer.putShort(successorAt, (short) next.pppProtocol);
      case FAMILY_BIG_ENDIAN -> buffer.putInt(successorAt, next.family);
      case FAMILY_LITTLE_ENDIAN -> buffer.putInt(successorAt, Integer.reverseBytes(next.family));
      case IP_PROTOCOL -> buffer.put(successorAt, (byte) next.ipProtocol);
      case NONE -> {}
    }
  }

  private FrameBuilder begin(IpHeader header) {
    ipHeader = header;
    finishers.add(header::finish);
    return this;
  }

  private int beginIpProtocol(int protocol) {
    if (successor != Successor.IP_PROTOCOL) {
      throw new IllegalStateException("IP protocol " + protocol + " needs an IP header before it");
    }
    buffer.put(successorAt, (byte) protocol);
    successor = Successor.NONE;
    return buffer.position();
  }

  private int beginTransport(int protocol, int sourcePort, int destinationPort) {
    transportAt = beginIpProtocol(protocol);
    buffer.putShort((short) sourcePort).putShort((short) destinationPort);
    return transportAt;
  }

  private FrameBuilder sumWithPseudoHeader(int start, int checksumOffset, int protocol) {
    int networkStart = ip().start();
    finishers.add(
        () -> {
          buffer.putShort(start + checksumOffset, (short) 0);
          short sum = Checksum.withPseudoHeader(buffer, networkStart, start, protocol);
          buffer.putShort(start + checksumOffset, sum);
        });
    return this;
  }

  private FrameBuilder optionsHeader(int protocol, byte[] options) {
    int start = beginIpProtocol(protocol);
    int units = (options.length + 2 + 7) / 8;
    buffer.put((byte) 0).put((byte) (units - 1)).put(options);
    padOptions(start + units * 8 - buffer.position());
    return expectAt(Successor.IP_PROTOCOL, start);
  }

  private void padOptions(int bytes) {
    if (bytes == 1) {
      buffer.put((byte) 0); // Pad1
    } else if (bytes > 1) {
      buffer.put((byte) 1).put((byte) (bytes - 2)).put(new byte[bytes - 2]); // PadN
    }
  }

  private IpHeader ip() {
    return Objects.requireNonNull(ipHeader, "there is no IP header yet");
  }

  private static byte[] mac(String text) {
    String[] parts = text.split(":", -1);
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) Integer.parseInt(parts[i], 16);
    }
    return bytes;
  }

  private static byte[] address(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + text, e);
    }
  }
}
