package io.flowlog.agent.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Frames of every kind, cut at every byte. */
class TruncatedFrameTest {
  private static final List<Supplier<FrameBuilder>> FRAMES =
      List.of(
          () -> udp4(FrameBuilder.ethernet().vlan(0x88a8, 5).vlan(6).mpls(1, 2)),
          () -> udp4(FrameBuilder.ethernet().pppoeSession(3)),
          () -> udp4(FrameBuilder.linuxSll()),
          () -> udp4(FrameBuilder.linuxSll2()),
          () -> udp4(FrameBuilder.ppp()),
          () -> udp4(FrameBuilder.nullLoopback(ByteOrder.LITTLE_ENDIAN)),
          () -> udp4(FrameBuilder.raw()),
          TruncatedFrameTest::tcp6);

  private static FrameBuilder udp4(FrameBuilder link) {
    return link.ipv4("10.0.0.1", "10.0.0.2").ipv4Options(new byte[4]).udp(5, 6).payloadOf(9);
  }

  private static FrameBuilder tcp6() {
    return FrameBuilder.ethernet()
        .ipv6("fd00::1", "fd00::2")
        .hopByHop()
        .routing()
        .authentication()
        .fragmentHeader(0, false, 1)
        .destinationOptions()
        .tcp(5, 6, FrameBuilder.SYN)
        .payloadOf(9);
  }

  @Test
  void shouldNameTheSamePartAsCutUntilItIsThere() {
    for (Supplier<FrameBuilder> frame : FRAMES) {
      int wireBytes = frame.get().build().length;
      String whole = Decoded.packetOf(frame.get());
      int step = 0;
      for (int captured = 0; captured <= wireBytes; captured++) {
        Decoded decoded = Decoded.of(frame.get().truncate(captured));
        int next = stepOf(decoded.outcome());

        assertTrue(next >= step, "at " + captured + " bytes: " + decoded);
        step = next;
      }
      assertEquals(3, step);
      assertEquals(whole, Decoded.packetOf(frame.get().truncate(wireBytes)));
    }
  }

  /** More bytes never make a frame look more damaged. */
  private static int stepOf(FrameOutcome outcome) {
    return switch (outcome) {
      case LINK_HEADER_CUT -> 0;
      case IP_HEADER_CUT -> 1;
      case PACKET_WITHOUT_LAYER4 -> 2;
      case PACKET -> 3;
      case NOT_IP,
          LINK_HEADERS_TOO_DEEP,
          IP_VERSION_WRONG,
          IP_HEADER_LENGTH_WRONG,
          IP_TOTAL_LENGTH_WRONG ->
          throw new AssertionError(outcome);
    };
  }

  @Test
  void shouldTakeSizeFromTheHeaderHoweverMuchIsCut() {
    for (int captured = 14 + 40; captured <= 14 + 125; captured++) {
      String packet = Decoded.packetOf(tcp6().truncate(captured));

      assertTrue(packet.contains(" 125 B"), "at " + captured + " bytes: " + packet);
    }
  }
}
