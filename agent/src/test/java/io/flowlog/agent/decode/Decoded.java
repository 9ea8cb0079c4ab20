package io.flowlog.agent.decode;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** What decoding one frame gave: the outcome and, spelled out, the packet if there is one. */
record Decoded(FrameOutcome outcome, String packet) {
  static final long TIMESTAMP_NS = 1_700_000_000_123_456_789L;
  static final String NO_PACKET = "none";

  static Decoded of(FrameBuilder frame) {
    return of(frame.toFrame(TIMESTAMP_NS));
  }

  static Decoded of(Frame frame) {
    PacketBatch batch = new PacketBatch(1);
    FrameOutcome outcome = new FrameDecoder().decode(frame, batch);
    return new Decoded(outcome, batch.size() == 0 ? NO_PACKET : text(new PacketView(batch)));
  }

  /** Decodes a frame that is written as one hex string per field. */
  static Decoded ofHex(LinkType linkType, String... fields) {
    byte[] bytes = HexFormat.of().parseHex(String.join("", fields));
    Frame frame = new Frame();
    frame.buffer = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    frame.capturedBytes = bytes.length;
    frame.wireBytes = bytes.length;
    frame.timestampNs = TIMESTAMP_NS;
    frame.linkType = linkType;
    return of(frame);
  }

  static String packetOf(FrameBuilder frame) {
    return of(frame).packet();
  }

  static FrameOutcome outcomeOf(FrameBuilder frame) {
    return of(frame).outcome();
  }

  private static String text(PacketView packet) {
    String text =
        "%d %s:%d > %s:%d %d B"
            .formatted(
                packet.protocol(),
                address(packet.isIpv6(), packet.sourceHigh(), packet.sourceLow()),
                packet.sourcePort(),
                address(packet.isIpv6(), packet.destinationHigh(), packet.destinationLow()),
                packet.destinationPort(),
                packet.bytes());
    return text
        + (packet.tcpFlags() == 0 ? "" : " flags " + packet.tcpFlags())
        + (packet.vlan() == 0 ? "" : " vlan " + packet.vlan())
        + (packet.isLaterFragment() ? " later" : packet.isFragment() ? " first" : "");
  }

  private static String address(boolean ipv6, long high, long low) {
    ByteBuffer bytes = ipv6 ? ByteBuffer.allocate(16).putLong(high) : ByteBuffer.allocate(4);
    if (ipv6) {
      bytes.putLong(low);
    } else {
      bytes.putInt((int) low);
    }
    try {
      String text = InetAddress.getByAddress(bytes.array()).getHostAddress();
      return ipv6 ? "[" + text.replaceFirst("(:0)+:", "::") + "]" : text;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
