package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BpfFilterTest {
  private final List<Frame> passed = new ArrayList<>();

  private static FrameBuilder udp(FrameBuilder start, int destinationPort) {
    return start.ipv4("10.0.0.1", "10.0.0.2").udp(1000, destinationPort).payloadOf(40);
  }

  @Test
  void shouldPassOnlyMatchingFrames() throws IOException {
    Frame wanted = udp(FrameBuilder.ethernet(), 53).toFrame(1);
    Frame tagged = udp(FrameBuilder.ethernet().vlan(5), 53).toFrame(2);
    Frame other = udp(FrameBuilder.ethernet(), 54).toFrame(3);
    try (BpfFilter filter = BpfFilter.compile("udp dst port 53", LinkType.ETHERNET, passed::add)) {
      filter.onFrame(tagged);
      filter.onFrame(wanted);
      filter.onFrame(other);
    }
    assertEquals(1, passed.size());
    assertSame(wanted, passed.get(0));
  }

  @Test
  void shouldJudgeEachFrameByItsFraming() throws IOException {
    List<FrameBuilder> starts =
        List.of(
            FrameBuilder.ethernet(),
            FrameBuilder.raw(),
            FrameBuilder.linuxSll(),
            FrameBuilder.linuxSll2(),
            FrameBuilder.nullLoopback(ByteOrder.nativeOrder()),
            FrameBuilder.loop(),
            FrameBuilder.ppp());
    try (BpfFilter filter = BpfFilter.compile("udp port 53", LinkType.RAW, passed::add)) {
      for (FrameBuilder start : starts) {
        filter.onFrame(udp(start, 53).toFrame(1));
      }
    }
    assertEquals(starts.size(), passed.size());
  }

  @Test
  void shouldMatchNothingWhereTheExpressionHasNoMeaning() throws IOException {
    String expression = "ether src 02:00:00:00:00:01";
    try (BpfFilter filter = BpfFilter.compile(expression, LinkType.ETHERNET, passed::add)) {
      filter.onFrame(udp(FrameBuilder.raw(), 53).toFrame(1));
      filter.onFrame(udp(FrameBuilder.ethernet(), 53).toFrame(1));
    }
    assertEquals(1, passed.size());
    assertThrows(
        LibPcapException.class, () -> BpfFilter.compile(expression, LinkType.RAW, passed::add));
  }

  @Test
  void shouldKnowTheWireLengthOfACutFrame() throws IOException {
    Frame cut = udp(FrameBuilder.ethernet(), 53).truncate(60).toFrame(1);
    try (BpfFilter filter = BpfFilter.compile("len = 82", LinkType.ETHERNET, passed::add)) {
      filter.onFrame(cut);
    }
    // a byte beyond the capture matches nothing, whatever the frame before left behind
    try (BpfFilter filter = BpfFilter.compile("ether[70] = 0x63", LinkType.ETHERNET, passed::add)) {
      filter.onFrame(udp(FrameBuilder.ethernet(), 53).toFrame(1));
      filter.onFrame(cut);
    }
    assertEquals(2, passed.size());
  }

  @Test
  void shouldFilterFramesLargerThanItsScratch() throws IOException {
    Frame large =
        FrameBuilder.raw().ipv4("10.0.0.1", "10.0.0.2").udp(1, 53).payloadOf(9000).toFrame(1);
    try (BpfFilter filter =
        BpfFilter.compile("udp dst port 53 and greater 9000", LinkType.RAW, passed::add)) {
      filter.onFrame(large);
    }
    assertEquals(1, passed.size());
  }

  @Test
  void shouldRefuseABadExpressionInTheWordsOfLibpcap() {
    LibPcapException failure =
        assertThrows(
            LibPcapException.class,
            () -> BpfFilter.compile("udp prot 53", LinkType.ETHERNET, passed::add));
    Failures.assertLine(failure, "filter 'udp prot 53': can't parse filter expression: syntax er");
  }
}
