package io.flowlog.agent.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The decoder beside a slow one that was written without looking at it. */
class SecondOpinionTest {
  private static final int FRAMES = 60_000 * Integer.getInteger("flowlog.soak", 1);

  private final Random random = new Random(271828);
  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(1);
  private final Frame frame = new Frame();

  @Test
  void shouldAgreeWithTheSlowDecoder() {
    RandomFrames frames = new RandomFrames(random);
    int compared = 0;
    int counted = 0;
    while (compared < FRAMES) {
      RandomFrames.Made made = frames.any();
      if (!isCommon(made)) {
        continue;
      }
      int captured = made.bytes().length;
      if (random.nextBoolean()) {
        captured = random.nextInt(captured + 1);
      }
      byte[] bytes = Arrays.copyOf(made.bytes(), captured);
      SlowDecoder.Answer expected =
          SlowDecoder.decode(made.linkType(), bytes, ipBytesOnWire(made, made.bytes().length));

      assertEquals(
          expected, decode(made, bytes), () -> made.linkType() + HexFormat.of().formatHex(bytes));
      compared++;
      counted += expected.counted() ? 1 : 0;
    }

    assertTrue(counted > FRAMES / 2);
  }

  /** Leaves out what the slow decoder does not know: other framings. */
  private static boolean isCommon(RandomFrames.Made made) {
    if (made.linkType() != LinkType.ETHERNET && made.linkType() != LinkType.RAW) {
      return false;
    }
    String hex = HexFormat.of().formatHex(made.bytes());
    return !hex.contains("8847")
        && !hex.contains("8848")
        && !hex.contains("8864")
        && !hex.contains("aaaa03");
  }

  private static int ipBytesOnWire(RandomFrames.Made made, int wireBytes) {
    int link = 0;
    if (made.linkType() == LinkType.ETHERNET) {
      link = 14;
      while (link + 4 <= made.bytes().length && isTag(made.bytes(), link - 2)) {
        link += 4;
      }
    }
    return wireBytes - link;
  }

  private static boolean isTag(byte[] bytes, int at) {
    int type = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
  }

  private SlowDecoder.Answer decode(RandomFrames.Made made, byte[] captured) {
    frame.buffer = ByteBuffer.wrap(captured);
    frame.capturedBytes = captured.length;
    frame.wireBytes = made.bytes().length;
    frame.linkType = made.linkType();
    batch.clear();
    decoder.decode(frame, batch);
    PacketView packet = new PacketView(batch);
    if (batch.size() == 0) {
      return new SlowDecoder.Answer(false, 0, "", "", 0, 0, 0, 0, 0, 0, "");
    }
    return new SlowDecoder.Answer(
        true,
        packet.isIpv6() ? 6 : 4,
        address(packet, packet.sourceHigh(), packet.sourceLow()),
        address(packet, packet.destinationHigh(), packet.destinationLow()),
        packet.protocol(),
        packet.sourcePort(),
        packet.destinationPort(),
        packet.bytes(),
        packet.tcpFlags(),
        packet.vlan(),
        packet.isLaterFragment() ? "later" : packet.isFragment() ? "first" : "");
  }

  private static String address(PacketView packet, long high, long low) {
    return packet.isIpv6() ? "%016x%016x".formatted(high, low) : "%08x".formatted(low);
  }
}
