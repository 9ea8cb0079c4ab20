package io.flowlog.agent.decode;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static io.flowlog.agent.decode.Decoded.outcomeOf;
import static io.flowlog.agent.decode.Decoded.packetOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.FrameBuilder;
import org.junit.jupiter.api.Test;

/** Ports, types, flags and sequence numbers behind the IP header. */
class Layer4Test {
  private static final String ETHERNET = "020000000002" + "020000000001" + "0800";

  /** Where layer 4 starts in these frames. */
  private static final int LAYER4 = 34;

  private static FrameBuilder ip() {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2");
  }

  @Test
  void shouldReadPortsOfEveryProtocolThatHasThem() {
    assertEquals("6 10.0.0.1:7 > 10.0.0.2:9 40 B flags 18", packetOf(ip().tcp(7, 9, SYN | ACK)));
    assertEquals("17 10.0.0.1:7 > 10.0.0.2:9 28 B", packetOf(ip().udp(7, 9)));
    assertEquals("132 10.0.0.1:7 > 10.0.0.2:9 32 B", packetOf(ip().sctp(7, 9)));
    assertEquals("33 10.0.0.1:7 > 10.0.0.2:9 32 B", packetOf(ip().portsOf(33, 7, 9)));
    assertEquals("136 10.0.0.1:7 > 10.0.0.2:9 32 B", packetOf(ip().portsOf(136, 7, 9)));
  }

  @Test
  void shouldGiveEveryOtherProtocolPortsZero() {
    for (int protocol = 0; protocol < 256; protocol++) {
      boolean known =
          switch (protocol) {
            case 1, 6, 17, 33, 58, 132, 136 -> true;
            default -> false;
          };
      if (!known) {
        Decoded decoded = Decoded.of(ip().protocol(protocol).payloadOf(24));

        assertEquals(protocol + " 10.0.0.1:0 > 10.0.0.2:0 44 B", decoded.packet());
        assertEquals(FrameOutcome.PACKET, decoded.outcome());
      }
    }
  }

  @Test
  void shouldReadIcmpTypeAndCode() {
    assertEquals("1 10.0.0.1:8 > 10.0.0.2:0 28 B", packetOf(ip().icmp(8, 0)));
    assertEquals("1 10.0.0.1:255 > 10.0.0.2:254 28 B", packetOf(ip().icmp(255, 254)));
    assertEquals(
        "58 [fd00::1]:135 > [fd00::2]:3 48 B",
        packetOf(FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2").icmpv6(135, 3)));
  }

  @Test
  void shouldMakeNoFlowOfTheHeadersThatAnIcmpErrorQuotes() {
    byte[] quoted = FrameBuilder.raw().ipv4("10.9.9.9", "10.8.8.8").udp(1111, 2222).build();

    assertEquals("1 10.0.0.1:3 > 10.0.0.2:3 56 B", packetOf(ip().icmp(3, 3).payload(quoted)));
  }

  @Test
  void shouldReadTcpFieldByField() {
    Frame frame = ip().tcp(443, 50000, FIN | ACK, 0xffff_fff0L, 77).payloadOf(20).toFrame(12);
    frame.portIndex = 2047;
    frame.direction = Direction.INGRESS;
    PacketBatch batch = new PacketBatch(1);
    new FrameDecoder().decode(frame, batch);
    PacketView packet = new PacketView(batch);

    assertEquals(0xffff_fff0 + 20, packet.sequenceEnd());
    assertEquals(77, packet.acknowledgement());
    assertEquals(2047, packet.portIndex());
    assertEquals(Direction.INGRESS, packet.direction());
    assertEquals(12, packet.timestampNs());
    assertEquals(1, packet.packets());
  }

  @Test
  void shouldReadEveryTcpFlagBit() {
    for (int flags = 1; flags < 256; flags++) {
      assertEquals(
          "6 10.0.0.1:7 > 10.0.0.2:9 40 B flags " + flags, packetOf(ip().tcp(7, 9, flags)));
    }
  }

  @Test
  void shouldNotCountTcpOptionsAsPayload() {
    Frame frame = ip().tcp(1, 2, ACK, 1000, 0).tcpOptions(new byte[12]).payloadOf(5).toFrame(1);
    PacketBatch batch = new PacketBatch(1);
    new FrameDecoder().decode(frame, batch);

    assertEquals(1005, new PacketView(batch).sequenceEnd());
  }

  @Test
  void shouldTakePortsButNoFlagsOfADataOffsetBelowFive() {
    for (int words = 0; words < 5; words++) {
      Decoded decoded = Decoded.of(ip().tcp(7, 9, SYN).dataOffset(words));

      assertEquals("6 10.0.0.1:7 > 10.0.0.2:9 40 B", decoded.packet());
      assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, decoded.outcome());
    }
  }

  @Test
  void shouldTakeAsMuchOfATcpHeaderAsIsCaptured() {
    for (int captured = 0; captured < 20; captured++) {
      Decoded decoded = Decoded.of(ip().tcp(7, 9, SYN).truncate(LAYER4 + captured));
      String ports =
          captured < 4 ? "6 10.0.0.1:0 > 10.0.0.2:0 40 B" : "6 10.0.0.1:7 > 10.0.0.2:9 40 B";

      assertEquals(ports + (captured < 14 ? "" : " flags 2"), decoded.packet());
      assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, decoded.outcome());
    }
    assertEquals(FrameOutcome.PACKET, outcomeOf(ip().tcp(7, 9, SYN).truncate(LAYER4 + 20)));
  }

  @Test
  void shouldTakeAsMuchOfAnIcmpHeaderAsIsCaptured() {
    assertEquals(
        "1 10.0.0.1:65535 > 10.0.0.2:65535 28 B", packetOf(ip().icmp(8, 0).truncate(LAYER4 + 1)));
    assertEquals("1 10.0.0.1:8 > 10.0.0.2:0 28 B", packetOf(ip().icmp(8, 0).truncate(LAYER4 + 2)));
    assertEquals(
        FrameOutcome.PACKET_WITHOUT_LAYER4, outcomeOf(ip().icmp(8, 0).truncate(LAYER4 + 1)));
  }

  @Test
  void shouldReadFlagsOfAFirstFragmentThatHoldsThem() {
    Decoded decoded =
        Decoded.ofHex(
            LinkType.ETHERNET,
            ETHERNET,
            "4500",
            "0024", // total length 36
            "0001", // identification
            "2000", // more fragments, offset 0
            "4006",
            "0000",
            "0a0000010a000002",
            "00070009", // ports
            "0000000000000000",
            "5002ffff"); // flags: SYN

    assertEquals(
        new Decoded(
            FrameOutcome.PACKET_WITHOUT_LAYER4, "6 10.0.0.1:7 > 10.0.0.2:9 36 B flags 2 first"),
        decoded);
  }
}
