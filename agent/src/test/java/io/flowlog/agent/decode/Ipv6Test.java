package io.flowlog.agent.decode;

import static io.flowlog.agent.decode.Decoded.outcomeOf;
import static io.flowlog.agent.decode.Decoded.packetOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The IPv6 header, its extension headers in every order, fragments and jumbograms. */
class Ipv6Test {
  private static final int IP = 14;
  private static final int FIXED_BYTES = 40;

  /** One header of each kind, each of eight bytes but the authentication header's 24. */
  private static final List<Consumer<FrameBuilder>> EXTENSIONS =
      List.of(
          frame -> frame.hopByHop(),
          frame -> frame.routing(),
          frame -> frame.destinationOptions(),
          frame -> frame.fragmentHeader(0, false, 99),
          frame -> frame.authentication());

  private static FrameBuilder ip() {
    return FrameBuilder.ethernet().ipv6("2001:db8::1", "ff02::fb");
  }

  private static String udp(long bytes) {
    return "17 [2001:db8::1]:1 > [ff02::fb]:2 " + bytes + " B";
  }

  @Test
  void shouldReadPlainPackets() {
    assertEquals(udp(53), packetOf(ip().udp(1, 2).payloadOf(5)));
    assertEquals("59 [2001:db8::1]:0 > [ff02::fb]:0 40 B", packetOf(ip().protocol(59)));
    assertEquals(
        "50 [2001:db8::1]:0 > [ff02::fb]:0 60 B", packetOf(ip().protocol(50).payloadOf(20)));
  }

  @Test
  void shouldWalkExtensionHeadersInEveryOrder() {
    int orders = 0;
    for (List<Consumer<FrameBuilder>> order : permutations(EXTENSIONS)) {
      FrameBuilder frame = ip();
      order.forEach(extension -> extension.accept(frame));

      assertEquals(udp(FIXED_BYTES + 4 * 8 + 24 + 8), packetOf(frame.udp(1, 2)));
      orders++;
    }
    assertEquals(120, orders);
  }

  private static <T> List<List<T>> permutations(List<T> items) {
    if (items.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> all = new ArrayList<>();
    for (T first : items) {
      List<T> rest = new ArrayList<>(items);
      rest.remove(first);
      for (List<T> tail : permutations(rest)) {
        List<T> order = new ArrayList<>(List.of(first));
        order.addAll(tail);
        all.add(order);
      }
    }
    return all;
  }

  @Test
  void shouldWalkRepeatedAndLongExtensionHeaders() {
    FrameBuilder frame = ip();
    for (int i = 0; i < 20; i++) {
      frame.destinationOptions(new byte[i * 8 + 6]);
    }

    assertEquals(udp(FIXED_BYTES + 8 * 210 + 8), packetOf(frame.udp(1, 2)));
  }

  @Test
  void shouldTakeAtomicFragmentForWhole() {
    assertEquals(udp(56), packetOf(ip().fragmentHeader(0, false, 1).udp(1, 2)));
  }

  @Test
  void shouldMarkFirstAndLaterFragments() {
    assertEquals(
        udp(72) + " first", packetOf(ip().fragmentHeader(0, true, 1).udp(1, 2).payloadOf(16)));
    assertEquals(
        "17 [2001:db8::1]:0 > [ff02::fb]:0 72 B later",
        packetOf(ip().fragmentHeader(24, false, 1).protocol(17).payloadOf(24)));
    assertEquals(
        "58 [2001:db8::1]:65535 > [ff02::fb]:65535 72 B later",
        packetOf(ip().hopByHop().fragmentHeader(24, true, 1).icmpv6(128, 0).payloadOf(8)));
  }

  @Test
  void shouldKeepIdentificationOfFragments() {
    Frame first = ip().fragmentHeader(0, true, 0xfedcba98).udp(1, 2).payloadOf(16).toFrame(5);
    PacketBatch batch = new PacketBatch(1);
    new FrameDecoder().decode(first, batch);

    assertEquals(0xfedcba98L, batch.words()[PacketBatch.SEQUENCE]);
    assertEquals(5, batch.words()[PacketBatch.TIMESTAMP]);
  }

  @Test
  void shouldCountJumboPayloadLength() {
    assertEquals(udp(40 + 100_000), packetOf(ip().jumbo(100_000).udp(1, 2).payloadOf(100)));
  }

  @Test
  void shouldFindJumboOptionBehindPadding() {
    byte[] options = {0, 1, 2, 9, 9, 0, (byte) 0xc2, 4, (byte) 0xff, 0, 0, 0};

    assertEquals(
        udp(0xff00_0000L + 40), packetOf(ip().payloadLength(0).hopByHop(options).udp(1, 2)));
  }

  @Test
  void shouldIgnoreJumboOptionBesideAPayloadLength() {
    byte[] option = {(byte) 0xc2, 4, 0, 1, 0x11, 0x70};

    assertEquals(udp(56), packetOf(ip().hopByHop(option).udp(1, 2)));
  }

  @Test
  void shouldIgnoreJumboOptionOfAnotherLength() {
    byte[] option = {(byte) 0xc2, 5, 0, 1, 0x11, 0x70, 0};

    assertEquals(
        "17 [2001:db8::1]:0 > [ff02::fb]:0 40 B",
        packetOf(ip().payloadLength(0).hopByHop(option).udp(1, 2)));
  }

  @Test
  void shouldTakeWireLengthOfSuperPacketsWithoutJumboOption() {
    Frame frame = ip().payloadLength(0).udp(1, 2).toFrame(1);
    frame.wireBytes = 14 + 40 + 65_536;

    assertEquals(udp(40 + 65_536), Decoded.of(frame).packet());
  }

  @Test
  void shouldReadNothingBehindAPayloadLengthOfZero() {
    Decoded decoded = Decoded.of(ip().payloadLength(0).udp(1, 2));

    assertEquals("17 [2001:db8::1]:0 > [ff02::fb]:0 40 B", decoded.packet());
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, decoded.outcome());
  }

  @Test
  void shouldCountWhatIsCutInsideExtensionHeaders() {
    Decoded cutHeader = Decoded.of(ip().hopByHop().routing().udp(1, 2).truncate(IP + 40 + 12));
    Decoded cutBody =
        Decoded.of(ip().destinationOptions(new byte[30]).udp(1, 2).truncate(IP + 40 + 20));

    assertEquals("43 [2001:db8::1]:0 > [ff02::fb]:0 64 B", cutHeader.packet());
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, cutHeader.outcome());
    assertEquals("17 [2001:db8::1]:0 > [ff02::fb]:0 80 B", cutBody.packet());
    assertEquals(FrameOutcome.PACKET_WITHOUT_LAYER4, cutBody.outcome());
  }

  @Test
  void shouldRefuseFewerThanFortyBytesAndOtherVersions() {
    assertEquals(FrameOutcome.IP_HEADER_CUT, outcomeOf(ip().udp(1, 2).truncate(IP + 39)));
    assertEquals(FrameOutcome.IP_VERSION_WRONG, outcomeOf(ip().udp(1, 2).overwrite(IP, 0x45)));
  }
}
