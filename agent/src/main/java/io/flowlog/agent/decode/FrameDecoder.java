package io.flowlog.agent.decode;

import static io.flowlog.agent.decode.PacketBatch.DESTINATION_HIGH;
import static io.flowlog.agent.decode.PacketBatch.DESTINATION_LOW;
import static io.flowlog.agent.decode.PacketBatch.SOURCE_HIGH;
import static io.flowlog.agent.decode.PacketBatch.SOURCE_LOW;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import java.nio.ByteBuffer;

/**
 * Reads the headers of a frame in place, down to layer 4, and appends what flows need to a batch.
 *
 * <p>Owned by one capture worker. The outermost IP header counts; what it tunnels is payload. No
 * byte outside the captured frame is read, whatever the headers claim. The fields are scratch space
 * for one call: nothing is remembered from frame to frame.
 */
public final class FrameDecoder {
  private static final int TCP = 6;
  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;

  /** One more than the largest packet that a 16-bit length field can describe. */
  private static final int JUMBO_BYTES = 65_536 + IPV6_HEADER_BYTES;

  private static final int FRAGMENT_OFFSET_MASK = 0x1fff;
  private static final int MORE_FRAGMENTS = 0x2000;

  private final LinkDecoder link = new LinkDecoder();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  /** Where the captured bytes of the frame end. */
  private int end;

  private long[] words = new long[0];
  private int base;
  private long fragmentIdentification;
  private int fragment;
  private long jumboBytes;
  private int protocol;

  /**
   * Decodes a frame and appends its packet, if it has one, to a batch that has room.
   *
   * <p>The logging port and the direction are the frame's; without a port it is number 0.
   */
  public FrameOutcome decode(Frame frame, PacketBatch batch) {
    boolean ethernet = frame.linkType == LinkType.ETHERNET;
    if (ethernet && CommonHeaders.read(frame, batch.words(), batch.size() * PacketBatch.STRIDE)) {
      batch.append();
      return FrameOutcome.PACKET;
    }
    return decodeAny(frame, batch);
  }

  private FrameOutcome decodeAny(Frame frame, PacketBatch batch) {
    buffer = frame.buffer;
    end = frame.offset + frame.capturedBytes;
    words = batch.words();
    base = batch.size() * PacketBatch.STRIDE;
    FrameOutcome outcome = link.findIp(frame);
    if (outcome == FrameOutcome.PACKET) {
      outcome = link.isIpv6() ? ipv6(frame) : ipv4(frame);
      if (outcome.isPacket()) {
        batch.append();
      }
    }
    return outcome;
  }

  private FrameOutcome ipv4(Frame frame) {
    int ip = link.ipOffset();
    if (end - ip < IPV4_HEADER_BYTES) {
      return FrameOutcome.IP_HEADER_CUT;
    }
    long first = Bytes.u64(buffer, ip);
    if (first >>> 60 != 4) {
      return FrameOutcome.IP_VERSION_WRONG;
    }
    int headerBytes = (int) (first >>> 56 & 0xf) * 4;
    if (headerBytes < IPV4_HEADER_BYTES) {
      return FrameOutcome.IP_HEADER_LENGTH_WRONG;
    }
    long totalBytes = first >>> 32 & 0xffff;
    if (totalBytes == 0) {
      // Segmentation offload: the card was to fill it in.
      totalBytes = frame.wireBytes - (ip - frame.offset);
    }
    if (totalBytes < headerBytes) {
      return FrameOutcome.IP_TOTAL_LENGTH_WRONG;
    }
    long second = Bytes.u64(buffer, ip + 8);
    protocol = (int) (second >>> 48) & 0xff;
    words[base + SOURCE_HIGH] = 0;
    words[base + SOURCE_LOW] = second & 0xffff_ffffL;
    words[base + DESTINATION_HIGH] = 0;
    words[base + DESTINATION_LOW] = Bytes.u32(buffer, ip + 16) & 0xffff_ffffL;
    int offsetAndMore = (int) first & 0xffff;
    fragment = fragmentKind(offsetAndMore & FRAGMENT_OFFSET_MASK, offsetAndMore & MORE_FRAGMENTS);
    fragmentIdentification = first >>> 16 & 0xffff;
    return layer4(frame, ip + headerBytes, ip + totalBytes, totalBytes);
  }

  private FrameOutcome ipv6(Frame frame) {
    int ip = link.ipOffset();
    if (end - ip < IPV6_HEADER_BYTES) {
      return FrameOutcome.IP_HEADER_CUT;
    }
    if (buffer.get(ip) >>> 4 != 6) {
      return FrameOutcome.IP_VERSION_WRONG;
    }
    words[base + SOURCE_HIGH] = Bytes.u64(buffer, ip + 8);
    words[base + SOURCE_LOW] = Bytes.u64(buffer, ip + 16);
    words[base + DESTINATION_HIGH] = Bytes.u64(buffer, ip + 24);
    words[base + DESTINATION_LOW] = Bytes.u64(buffer, ip + 32);
    int lengths = Bytes.u32(buffer, ip + 4);
    int payloadBytes = lengths >>> 16;
    protocol = lengths >>> 8 & 0xff;
    fragment = PacketBatch.WHOLE;
    fragmentIdentification = 0;
    jumboBytes = 0;
    int layer4 = ip + IPV6_HEADER_BYTES;
    if (Ipv6Extensions.isExtension(protocol)) {
      layer4 = skipExtensions(layer4, payloadBytes == 0);
    }
    long totalBytes = (long) IPV6_HEADER_BYTES + (payloadBytes == 0 ? jumboBytes : payloadBytes);
    long wireIpBytes = frame.wireBytes - (ip - frame.offset);
    if (payloadBytes == 0 && jumboBytes == 0 && wireIpBytes >= JUMBO_BYTES) {
      // A super-packet longer than the length field can say, without the option that says it.
      totalBytes = wireIpBytes;
    }
    return layer4(frame, layer4, ip + totalBytes, totalBytes);
  }

  /**
   * Walks the extension headers, each at least eight bytes of the frame; returns where layer 4
   * starts, or where it cannot be read on.
   */
  private int skipExtensions(int start, boolean jumboPossible) {
    int at = start;
    while (Ipv6Extensions.isExtension(protocol)) {
      if (end - at < 8) {
        return end;
      }
      int first = Bytes.u32(buffer, at);
      if (protocol == Ipv6Extensions.FRAGMENT) {
        fragment = fragmentKind(first & 0xfff8, first & 1);
        fragmentIdentification = Bytes.u32(buffer, at + 4) & 0xffff_ffffL;
        protocol = first >>> 24;
        at += 8;
        if (fragment == PacketBatch.LATER_FRAGMENT) {
          return at;
        }
        continue;
      }
      int headerBytes = Ipv6Extensions.headerBytes(protocol, first >>> 16 & 0xff);
      if (jumboPossible && protocol == Ipv6Extensions.HOP_BY_HOP) {
        jumboBytes = Ipv6Extensions.jumboBytes(buffer, at, Math.min(end, at + headerBytes));
      }
      protocol = first >>> 24;
      at += headerBytes;
    }
    return Math.min(at, end);
  }

  /** Tells whether the capture ends before the last extension header: layer 4 is not known. */
  private boolean isChainCut() {
    return link.isIpv6() && Ipv6Extensions.isExtension(protocol);
  }

  private static int fragmentKind(int offset, int more) {
    if (offset != 0) {
      return PacketBatch.LATER_FRAGMENT;
    }
    return more != 0 ? PacketBatch.FIRST_FRAGMENT : PacketBatch.WHOLE;
  }

  /**
   * Reads what layer 4 offers and writes the packet.
   *
   * @param ipEnd where the packet ends by its own word, which may be beyond the capture
   */
  private FrameOutcome layer4(Frame frame, int at, long ipEnd, long totalBytes) {
    int readable = (int) Math.max(0, Math.min(end, ipEnd) - at);
    boolean wholeTcp =
        protocol == TCP && readable >= Layer4.TCP_HEADER_BYTES && fragment == PacketBatch.WHOLE;
    return wholeTcp
        ? tcp(frame, at, ipEnd, totalBytes)
        : otherLayer4(frame, at, readable, totalBytes);
  }

  /** Most packets: a TCP header that is all there, in as few reads as it takes. */
  private FrameOutcome tcp(Frame frame, int at, long ipEnd, long totalBytes) {
    long portsAndSequence = Bytes.u64(buffer, at);
    long rest = Bytes.u64(buffer, at + 8);
    int headerWords = (int) (rest >>> 28) & 0xf;
    boolean complete = headerWords >= Layer4.TCP_HEADER_WORDS;
    long segmentBytes = ipEnd - at - headerWords * 4L;
    long sequenceEnd = (portsAndSequence + segmentBytes) << 32;
    int tcpFlags = complete ? (int) (rest >>> 16) & 0xff : 0;
    write(frame, PacketBatch.portsOf(portsAndSequence), tcpFlags, totalBytes);
    words[base + PacketBatch.SEQUENCE] = sequenceEnd | rest >>> 32;
    if (frame.segmentBytes != 0) {
      countSegments(frame, at + Math.max(headerWords, Layer4.TCP_HEADER_WORDS) * 4);
    }
    return complete ? FrameOutcome.PACKET : FrameOutcome.PACKET_WITHOUT_LAYER4;
  }

  private FrameOutcome otherLayer4(Frame frame, int at, int readable, long totalBytes) {
    long ports = 0;
    int tcpFlags = 0;
    boolean complete = true;
    if (fragment == PacketBatch.LATER_FRAGMENT) {
      ports = Layer4.isIcmp(protocol) ? Layer4.ICMP_UNKNOWN_PORTS : 0;
    } else {
      ports = Layer4.ports(protocol, buffer, at, readable);
      tcpFlags = Layer4.tcpFlags(protocol, buffer, at, readable);
      complete = Layer4.isComplete(protocol, buffer, at, readable) && !isChainCut();
    }
    write(frame, ports, tcpFlags, totalBytes);
    words[base + PacketBatch.SEQUENCE] = fragmentIdentification;
    if (frame.segmentBytes != 0 && fragment == PacketBatch.WHOLE) {
      int headerBytes = Layer4.segmentedHeaderBytes(protocol, buffer, at, readable);
      if (headerBytes != 0) {
        countSegments(frame, at + headerBytes);
      }
    }
    return complete ? FrameOutcome.PACKET : FrameOutcome.PACKET_WITHOUT_LAYER4;
  }

  /**
   * Turns a super-packet into the packets that are on the wire, each with its own headers.
   *
   * @param payload where the bytes start that are shared out
   */
  private void countSegments(Frame frame, int payload) {
    int headerBytes = payload - link.ipOffset();
    words[base + PacketBatch.SIZE] =
        Segments.count(
            words[base + PacketBatch.SIZE],
            headerBytes,
            frame.wireBytes - (payload - frame.offset),
            frame.segmentBytes);
  }

  private void write(Frame frame, long ports, int tcpFlags, long totalBytes) {
    words[base + PacketBatch.TIMESTAMP] = frame.timestampNs;
    words[base + PacketBatch.KEY] =
        ports
            | (long) protocol << PacketBatch.PROTOCOL_SHIFT
            | (long) link.vlan() << PacketBatch.VLAN_SHIFT
            | (link.isIpv6() ? 1L << PacketBatch.IPV6_SHIFT : 0)
            | Math.max(frame.portIndex, 0);
    words[base + PacketBatch.SIZE] =
        Math.min(totalBytes, PacketBatch.BYTES_MASK)
            | 1L << PacketBatch.PACKETS_SHIFT
            | (long) tcpFlags << PacketBatch.TCP_FLAGS_SHIFT
            | (long) frame.direction.ordinal() << PacketBatch.DIRECTION_SHIFT
            | (long) fragment << PacketBatch.FRAGMENT_SHIFT;
  }
}
