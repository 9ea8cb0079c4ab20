package io.flowlog.agent.decode;

import static io.flowlog.agent.decode.Decoded.outcomeOf;
import static io.flowlog.agent.decode.Decoded.packetOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import org.junit.jupiter.api.Test;

/** The IPv4 header: lengths, options, fragments, and headers that cannot be. */
class Ipv4Test {
  /** Where the IP header starts in these frames. */
  private static final int IP = 14;

  private static FrameBuilder ip() {
    return FrameBuilder.ethernet().ipv4("192.0.2.1", "198.51.100.255");
  }

  @Test
  void shouldSkipOptions() {
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 36 B",
        packetOf(ip().ipv4Options(new byte[8]).udp(1, 2)));
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 68 B",
        packetOf(ip().ipv4Options(new byte[40]).udp(1, 2)));
  }

  @Test
  void shouldReadUnsignedPortsAndAddresses() {
    assertEquals(
        "17 255.255.255.255:65535 > 128.0.0.0:32768 28 B",
        packetOf(FrameBuilder.ethernet().ipv4("255.255.255.255", "128.0.0.0").udp(65535, 32768)));
  }

  @Test
  void shouldCountTheClaimedLengthAndNotThePadding() {
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 28 B",
        packetOf(ip().totalLength(28).udp(1, 2).payloadOf(18)));
  }

  @Test
  void shouldCountTheClaimedLengthThoughTheFrameIsShorter() {
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 65535 B",
        packetOf(ip().totalLength(65535).udp(1, 2).payloadOf(18)));
  }

  @Test
  void shouldTakeWireLengthWhereOffloadLeftTotalLengthZero() {
    FrameBuilder frame = ip().totalLength(0).tcp(1, 2, FrameBuilder.ACK).payloadOf(5000);

    assertEquals("6 192.0.2.1:1 > 198.51.100.255:2 5040 B flags 16", packetOf(frame.truncate(96)));
  }

  @Test
  void shouldNotReadPortsBehindTheClaimedEnd() {
    Decoded decoded = Decoded.of(ip().totalLength(23).udp(1, 2));

    assertEquals("17 192.0.2.1:0 > 198.51.100.255:0 23 B", decoded.packet());
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, decoded.outcome());
  }

  @Test
  void shouldMarkFirstAndLaterFragments() {
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 44 B first",
        packetOf(ip().id(7).fragment(0, true).udp(1, 2).payloadOf(16)));
    assertEquals(
        "17 192.0.2.1:0 > 198.51.100.255:0 44 B later",
        packetOf(ip().id(7).fragment(16, true).protocol(17).payloadOf(24)));
    assertEquals(
        "17 192.0.2.1:0 > 198.51.100.255:0 44 B later",
        packetOf(ip().id(7).fragment(65528, false).protocol(17).payloadOf(24)));
  }

  @Test
  void shouldIgnoreTheDontFragmentAndEvilBits() {
    assertEquals(
        "17 192.0.2.1:1 > 198.51.100.255:2 28 B", packetOf(ip().udp(1, 2).overwrite(IP + 6, 0xc0)));
  }

  @Test
  void shouldLeaveIcmpTypeOfLaterFragmentUnknown() {
    assertEquals(
        "1 192.0.2.1:65535 > 198.51.100.255:65535 28 B later",
        packetOf(ip().fragment(8, false).icmp(8, 0)));
  }

  @Test
  void shouldNotOpenTunnels() {
    assertEquals(
        "4 192.0.2.1:0 > 198.51.100.255:0 48 B",
        packetOf(ip().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2)));
    assertEquals(
        "41 192.0.2.1:0 > 198.51.100.255:0 68 B",
        packetOf(ip().ipv6("fd00::1", "fd00::2").udp(1, 2)));
  }

  @Test
  void shouldLeaveAuthenticationHeaderClosed() {
    assertEquals(
        "51 192.0.2.1:0 > 198.51.100.255:0 52 B", packetOf(ip().authentication().udp(1, 2)));
  }

  @Test
  void shouldRefuseShortHeaderLength() {
    assertEquals(
        FrameOutcome.IP_HEADER_LENGTH_WRONG, outcomeOf(ip().udp(1, 2).overwrite(IP, 0x44)));
    assertEquals(
        FrameOutcome.IP_HEADER_LENGTH_WRONG, outcomeOf(ip().udp(1, 2).overwrite(IP, 0x40)));
  }

  @Test
  void shouldRefuseTotalLengthBelowHeaderLength() {
    assertEquals(FrameOutcome.IP_TOTAL_LENGTH_WRONG, outcomeOf(ip().totalLength(19).udp(1, 2)));
    assertEquals(
        FrameOutcome.IP_TOTAL_LENGTH_WRONG,
        outcomeOf(ip().ipv4Options(new byte[4]).totalLength(23).udp(1, 2)));
    assertEquals(
        FrameOutcome.IP_TOTAL_LENGTH_WRONG,
        outcomeOf(ip().totalLength(0).protocol(17).overwrite(IP, 0x46)));
  }

  @Test
  void shouldRefuseAnotherVersionThanAnnounced() {
    assertEquals(FrameOutcome.IP_VERSION_WRONG, outcomeOf(ip().udp(1, 2).overwrite(IP, 0x65)));
    assertEquals(FrameOutcome.IP_VERSION_WRONG, outcomeOf(ip().udp(1, 2).overwrite(IP, 0x05)));
    assertEquals(
        FrameOutcome.IP_VERSION_WRONG,
        outcomeOf(FrameBuilder.raw().payload(new byte[] {0x50}).payload(new byte[60])));
  }

  @Test
  void shouldRefuseFewerThanTwentyBytes() {
    assertEquals(FrameOutcome.IP_HEADER_CUT, outcomeOf(ip().udp(1, 2).truncate(IP + 19)));
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, outcomeOf(ip().udp(1, 2).truncate(IP + 20)));
  }

  @Test
  void shouldCountWhatIsCutInsideTheOptions() {
    Decoded decoded = Decoded.of(ip().ipv4Options(new byte[8]).udp(1, 2).truncate(IP + 24));

    assertEquals("17 192.0.2.1:0 > 198.51.100.255:0 36 B", decoded.packet());
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, decoded.outcome());
  }
}
