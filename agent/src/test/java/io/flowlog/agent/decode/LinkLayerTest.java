package io.flowlog.agent.decode;

import static io.flowlog.agent.decode.Decoded.outcomeOf;
import static io.flowlog.agent.decode.Decoded.packetOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Every framing below the IP header that a capture file or a ring may have. */
class LinkLayerTest {
  private static final String UDP4 = "17 10.0.0.1:5000 > 10.0.0.2:53 31 B";
  private static final String UDP6 = "17 [fd00::1]:5000 > [fd00::2]:53 51 B";

  private static FrameBuilder udp4(FrameBuilder link) {
    return link.ipv4("10.0.0.1", "10.0.0.2").udp(5000, 53).payloadOf(3);
  }

  private static FrameBuilder udp6(FrameBuilder link) {
    return link.ipv6("fd00::1", "fd00::2").udp(5000, 53).payloadOf(3);
  }

  @Test
  void shouldReadEthernet() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ethernet())));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.ethernet())));
  }

  @Test
  void shouldReadUdpFieldByField() {
    Decoded decoded =
        Decoded.ofHex(
            LinkType.ETHERNET,
            "020000000002", // destination
            "020000000001", // source
            "0800", // IPv4
            "45", // version, header length
            "00",
            "001f", // total length
            "0000",
            "0000", // no fragment
            "40",
            "11", // UDP
            "0000",
            "0a000001",
            "0a000002",
            "1388", // source port
            "0035", // destination port
            "000b",
            "0000",
            "616263");

    assertEquals(new Decoded(FrameOutcome.PACKET, UDP4), decoded);
  }

  @Test
  void shouldReadLinuxCookedCaptures() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.linuxSll())));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.linuxSll())));
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.linuxSll2())));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.linuxSll2())));
    assertEquals(UDP4 + " vlan 9", packetOf(udp4(FrameBuilder.linuxSll().vlan(9))));
    assertEquals(UDP6 + " vlan 9", packetOf(udp6(FrameBuilder.linuxSll2().vlan(9))));
  }

  @Test
  void shouldReadRawIpOfEveryNumber() {
    for (int number : new int[] {12, 14, 101}) {
      assertEquals(UDP4, packetOf(udp4(FrameBuilder.raw(number))));
      assertEquals(UDP6, packetOf(udp6(FrameBuilder.raw(number))));
    }
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.raw(228))));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.raw(229))));
  }

  @Test
  void shouldReadLoopbackOfEitherByteOrder() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.nullLoopback(ByteOrder.LITTLE_ENDIAN))));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.nullLoopback(ByteOrder.LITTLE_ENDIAN))));
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.nullLoopback(ByteOrder.BIG_ENDIAN))));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.nullLoopback(ByteOrder.BIG_ENDIAN))));
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.loop())));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.loop())));
  }

  @Test
  void shouldReadPpp() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ppp())));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.ppp())));
  }

  @Test
  void shouldReadPppWithShortProtocolNumberAndWithoutAddress() {
    String ip = "4500001400000000402f00000a0000010a000002";
    String expected = "47 10.0.0.1:0 > 10.0.0.2:0 20 B";

    assertEquals(expected, Decoded.ofHex(LinkType.PPP, "ff03", "21", ip).packet());
    assertEquals(expected, Decoded.ofHex(LinkType.PPP, "0021", ip).packet());
    assertEquals(expected, Decoded.ofHex(LinkType.PPP, "21", ip).packet());
    assertEquals(
        FrameOutcome.NOT_IP, Decoded.ofHex(LinkType.PPP, "ff03", "c021", "01010004").outcome());
  }

  @Test
  void shouldReadVlanTagsAndKeepTheOutermost() {
    assertEquals(UDP4 + " vlan 100", packetOf(udp4(FrameBuilder.ethernet().vlan(100))));
    assertEquals(UDP6 + " vlan 4095", packetOf(udp6(FrameBuilder.ethernet().vlan(0xffff))));
    assertEquals(UDP4 + " vlan 5", packetOf(udp4(FrameBuilder.ethernet().vlan(0x88a8, 5).vlan(7))));
    assertEquals(
        UDP4 + " vlan 5",
        packetOf(udp4(FrameBuilder.ethernet().vlan(0x9100, 5).vlan(0x88a8, 6).vlan(7))));
  }

  @Test
  void shouldTakePriorityTagForNoVlan() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ethernet().vlan(0xe000))));
  }

  @Test
  void shouldReadMplsStacks() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ethernet().mpls(16))));
    assertEquals(UDP6, packetOf(udp6(FrameBuilder.ethernet().mpls(16, 17, 18))));
    assertEquals(UDP4 + " vlan 8", packetOf(udp4(FrameBuilder.ethernet().vlan(8).mpls(3))));
  }

  @Test
  void shouldFindNoIpInMplsPseudoWire() {
    FrameBuilder frame = FrameBuilder.ethernet().mpls(16).payload(new byte[60]);

    assertEquals(FrameOutcome.NOT_IP, outcomeOf(frame));
  }

  @Test
  void shouldReadPppoeSessions() {
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ethernet().pppoeSession(1))));
    assertEquals(
        UDP6 + " vlan 35", packetOf(udp6(FrameBuilder.ethernet().vlan(35).pppoeSession(1))));
  }

  @Test
  void shouldReadIpBehindSnap() {
    String ip = "4500001400000000402f00000a0000010a000002";

    assertEquals(
        "47 10.0.0.1:0 > 10.0.0.2:0 20 B",
        Decoded.ofHex(
                LinkType.ETHERNET,
                "020000000002",
                "020000000001",
                "001c", // 802.3 length
                "aaaa03", // LLC: SNAP
                "000000", // no vendor
                "0800",
                ip)
            .packet());
  }

  @Test
  void shouldFindNoIpInOtherProtocols() {
    assertEquals(
        FrameOutcome.NOT_IP, outcomeOf(FrameBuilder.ethernet().arp("10.0.0.1", "10.0.0.2")));
    assertEquals(
        FrameOutcome.NOT_IP, outcomeOf(FrameBuilder.ethernet().etherType(0x88cc).payloadOf(40)));
    assertEquals(
        FrameOutcome.NOT_IP, outcomeOf(FrameBuilder.ethernet().etherType(0x26).payloadOf(40)));
    assertEquals(
        FrameOutcome.NOT_IP, outcomeOf(FrameBuilder.linuxSll().etherType(0x0806).payloadOf(28)));
    assertEquals(FrameOutcome.NOT_IP, outcomeOf(FrameBuilder.ethernet().vlan(3).etherType(0x8863)));
    assertEquals(
        FrameOutcome.NOT_IP, Decoded.ofHex(LinkType.NULL, "07000000", "99999999").outcome());
  }

  @Test
  void shouldGiveUpOnDeepStacks() {
    FrameBuilder tags = FrameBuilder.ethernet();
    for (int tag = 0; tag < 9; tag++) {
      tags.vlan(tag + 1);
    }

    assertEquals(FrameOutcome.LINK_HEADERS_TOO_DEEP, outcomeOf(udp4(tags)));
    assertEquals(
        FrameOutcome.LINK_HEADERS_TOO_DEEP,
        outcomeOf(udp4(FrameBuilder.ethernet().mpls(new int[17]))));
  }

  @Test
  void shouldReadTheDeepestStacksAllowed() {
    FrameBuilder tags = FrameBuilder.ethernet();
    for (int tag = 0; tag < 8; tag++) {
      tags.vlan(tag + 1);
    }

    assertEquals(UDP4 + " vlan 1", packetOf(udp4(tags)));
    assertEquals(UDP4, packetOf(udp4(FrameBuilder.ethernet().mpls(new int[16]))));
  }

  private static String strippedOf(FrameBuilder builder, int strippedVlan) {
    Frame frame = builder.toFrame(Decoded.TIMESTAMP_NS);
    frame.strippedVlan = strippedVlan;
    return Decoded.of(frame).packet();
  }

  @Test
  void shouldTakeTheTagThatTheKernelStripped() {
    FrameBuilder tcp = FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, 2);

    assertEquals(UDP4 + " vlan 7", strippedOf(udp4(FrameBuilder.ethernet()), 7));
    assertEquals("6 10.0.0.1:1 > 10.0.0.2:2 40 B flags 2 vlan 7", strippedOf(tcp, 7));
    assertEquals(UDP4, strippedOf(udp4(FrameBuilder.ethernet()), 0));
  }

  @Test
  void shouldTakeTheStrippedTagForTheOutermost() {
    assertEquals(UDP4 + " vlan 7", strippedOf(udp4(FrameBuilder.ethernet().vlan(8)), 7));
    // a tag for its priority only is one, too
    assertEquals(UDP4, strippedOf(udp4(FrameBuilder.ethernet().vlan(8)), 0));
    assertEquals(
        UDP4 + " vlan 8", strippedOf(udp4(FrameBuilder.ethernet().vlan(8)), Frame.NO_VLAN));
  }
}
