package io.flowlog.agent.cli.demo;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FrameBuilderTest {
  private static final String ETHERNET = "020000000002" + "020000000001";

  @Test
  void shouldWriteUdpOverIpv4WithChecksums() {
    byte[] frame =
        FrameBuilder.ethernet()
            .ipv4("192.168.0.31", "192.168.0.30")
            .udp(20, 10)
            .payload((byte) 'H', (byte) 'i')
            .build();

    assertHex(
        ETHERNET
            + "0800"
            + "4500"
            + "001e"
            + "0000"
            + "0000"
            + "4011"
            + "f941"
            + "c0a8001f"
            + "c0a8001e"
            + "0014"
            + "000a"
            + "000a"
            + "35c5"
            + "4869",
        frame);
  }

  @Test
  void shouldStackTags() {
    byte[] frame = FrameBuilder.ethernet().vlan(0x88A8, 5).vlan(7).mpls(16, 17).build();

    assertHex(
        ETHERNET + "88a8" + "0005" + "8100" + "0007" + "8847" + "00010040" + "00011140", frame);
  }

  @Test
  void shouldChainIpv6ExtensionHeaders() {
    byte[] frame =
        FrameBuilder.raw()
            .ipv6("2001:db8::1", "2001:db8::2")
            .hopByHop()
            .destinationOptions()
            .fragmentHeader(8, true, 0x1234)
            .tcp(1, 2, SYN | ACK)
            .build();

    assertHex(
        "60000000"
            + "002c"
            + "00"
            + "40"
            + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002"
            + "3c00"
            + "010400000000"
            + "2c00"
            + "010400000000"
            + "0600"
            + "0009"
            + "00001234"
            + "00010002"
            + "00000000"
            + "00000000"
            + "5012ffff"
            + "545b0000",
        frame);
  }

  @Test
  void shouldNameThePayloadInPppoeAndLoopbackHeaders() {
    assertHex(
        ETHERNET + "8864" + "1100" + "0009" + "0016" + "0021" + "45000014",
        FrameBuilder.ethernet().pppoeSession(9).ipv4("1.1.1.1", "2.2.2.2").truncate(26).build());
    assertHex(
        "02000000" + "45",
        FrameBuilder.nullLoopback(ByteOrder.LITTLE_ENDIAN)
            .ipv4("1.1.1.1", "2.2.2.2")
            .truncate(5)
            .build());
    assertHex("0000001e" + "60", FrameBuilder.loop().ipv6("::1", "::2").truncate(5).build());
    assertHex(
        "0800" + "0000" + "00000002" + "0001" + "00" + "06" + "0200000000010000" + "45",
        FrameBuilder.linuxSll2().ipv4("1.1.1.1", "2.2.2.2").truncate(21).build());
  }

  @Test
  void shouldKeepTheWireLengthOfACutFrame() {
    Frame frame =
        FrameBuilder.raw().ipv4("1.1.1.1", "2.2.2.2").tcp(1, 2, SYN).truncate(30).toFrame(77);

    assertEquals(30, frame.capturedBytes);
    assertEquals(40, frame.wireBytes);
    assertEquals(77, frame.timestampNs);
    assertEquals(LinkType.RAW, frame.linkType);
    assertEquals(30, frame.buffer.capacity());
  }

  @Test
  void shouldLieWhereToldTo() {
    byte[] frame =
        FrameBuilder.raw()
            .ipv4("1.1.1.1", "2.2.2.2")
            .id(7)
            .fragment(16, true)
            .totalLength(0)
            .tcp(1, 2, SYN)
            .dataOffset(4)
            .overwrite(0, 0x44)
            .build();

    assertEquals(0x44, frame[0]);
    assertEquals(0, frame[2] | frame[3]);
    assertEquals(7, frame[5]);
    assertEquals(0x20, frame[6]);
    assertEquals(2, frame[7]);
    assertEquals(0x40, frame[32]);
  }

  @Test
  void shouldSumTheOuterHeaderWithItsOptions() {
    FrameBuilder builder = FrameBuilder.raw().ipv4("10.0.0.1", "10.0.0.2");
    byte[] frame = builder.ipv4Options((byte) 7, (byte) 3, (byte) 4).icmp(8, 0).build();

    assertHex(
        "4600"
            + "0020"
            + "0000"
            + "0000"
            + "4001"
            + "5ad8"
            + "0a000001"
            + "0a000002"
            + "07030400"
            + "0800"
            + "f7ff"
            + "00000000",
        frame);
    assertArrayEquals(frame, builder.build());
  }

  @Test
  void shouldRefuseLayersThatDoNotFit() {
    assertThrows(IllegalStateException.class, () -> FrameBuilder.ethernet().tcp(1, 2, SYN));
    assertThrows(IllegalStateException.class, () -> FrameBuilder.raw().vlan(1));
  }

  private static void assertHex(String expected, byte[] actual) {
    assertEquals(expected, HexFormat.of().formatHex(actual));
  }
}
