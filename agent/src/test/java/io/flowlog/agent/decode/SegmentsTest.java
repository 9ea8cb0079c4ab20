package io.flowlog.agent.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Super-packets, counted as the packets into which they are cut. */
class SegmentsTest {
  private static String countOf(FrameBuilder builder, int segmentBytes) {
    return countOf(builder.toFrame(1), segmentBytes);
  }

  private static String countOf(Frame frame, int segmentBytes) {
    frame.segmentBytes = segmentBytes;
    PacketBatch batch = new PacketBatch(1);
    new FrameDecoder().decode(frame, batch);
    PacketView packet = new PacketView(batch);
    return packet.packets() + " packets, " + packet.bytes() + " B";
  }

  private static FrameBuilder tcp4() {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(1, 2, FrameBuilder.ACK);
  }

  private static FrameBuilder udp4() {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2);
  }

  @Test
  void shouldGiveEachTcpSegmentItsHeaders() {
    assertEquals("3 packets, 3120 B", countOf(tcp4().payloadOf(3000), 1000));
    assertEquals("4 packets, 3161 B", countOf(tcp4().payloadOf(3001), 1000));
    assertEquals(
        "2 packets, 2104 B", countOf(tcp4().tcpOptions(new byte[12]).payloadOf(2000), 1448));
  }

  @Test
  void shouldCountIpv6HeadersWithExtensions() {
    FrameBuilder plain = FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2");
    FrameBuilder extended = FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2");

    assertEquals("3 packets, 3180 B", countOf(plain.tcp(1, 2, 16).payloadOf(3000), 1000));
    assertEquals(
        "3 packets, 3204 B",
        countOf(
            extended
                .destinationOptions(new byte[] {1, 4, 0, 0, 0, 0})
                .tcp(1, 2, 16)
                .payloadOf(3000),
            1000));
  }

  @Test
  void shouldGiveEachUdpSegmentItsHeaders() {
    assertEquals("10 packets, 12280 B", countOf(udp4().payloadOf(12_000), 1200));
  }

  @Test
  void shouldLeaveWhatFitsIntoOnePacket() {
    assertEquals("1 packets, 1040 B", countOf(tcp4().payloadOf(1000), 1000));
    assertEquals("1 packets, 40 B", countOf(tcp4(), 1000));
    assertEquals("1 packets, 3040 B", countOf(tcp4().payloadOf(3000), 0));
  }

  @Test
  void shouldLeaveFragmentsAndOtherProtocols() {
    FrameBuilder fragment =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").fragment(0, true).udp(1, 2);
    FrameBuilder echo = FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").icmp(8, 0);

    assertEquals("1 packets, 3028 B", countOf(fragment.payloadOf(3000), 1000));
    assertEquals("1 packets, 3028 B", countOf(echo.payloadOf(3000), 1000));
  }

  @Test
  void shouldCountPayloadThatWasNotCaptured() {
    assertEquals("3 packets, 3120 B", countOf(tcp4().payloadOf(3000).truncate(54), 1000));
    assertEquals("3 packets, 3120 B", countOf(tcp4().payloadOf(3000).truncate(44), 1000));
  }

  @Test
  void shouldBelieveSegmentsOfOneByteAsFarAsTheFrameReaches() {
    assertEquals("20000 packets, 820000 B", countOf(tcp4().payloadOf(20_000), 1));
    // what the header claims beyond the frame makes no packets
    assertEquals("2 packets, 60040 B", countOf(tcp4().payloadOf(2).totalLength(60_000), 1));
  }

  @Test
  void shouldCountNoMoreSegmentsThanTheKernelCan() {
    Frame frame =
        FrameBuilder.ethernet()
            .ipv6("fd00::1", "fd00::2")
            .tcp(1, 2, 16)
            .payloadLength(0)
            .toFrame(1);
    frame.wireBytes = 500_000;

    assertEquals("65535 packets, 4432026 B", countOf(frame, 1));
  }

  @Test
  void shouldCountAsCuttingDoes() {
    Random random = new Random(20_261_120);
    for (int i = 0; i < 2_000; i++) {
      int left = random.nextInt(60_000) + 1;
      int segmentBytes = random.nextInt(random.nextBoolean() ? 65_535 : 200) + 1;
      FrameBuilder builder = tcp4().payloadOf(left).truncate(60);
      int packets = 0;
      long bytes = 0;
      while (left > 0) {
        packets++;
        bytes += 40 + Math.min(left, segmentBytes);
        left -= segmentBytes;
      }
      assertEquals(packets + " packets, " + bytes + " B", countOf(builder, segmentBytes));
    }
  }
}
