package io.flowlog.agent.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever bytes come: no exception, no look outside the frame, no more work than its length. */
class FrameDecoderFuzzTest {
  private static final int FRAMES = 25_000 * Integer.getInteger("flowlog.soak", 1);
  private static final int CUTS = 6;
  private static final int AROUND_BYTES = 64;

  private final Random random = new Random(20260314);
  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(1);
  private final Frame frame = new Frame();

  @Test
  void shouldNotDependOnWhatSurroundsAFrame() {
    RandomFrames frames = new RandomFrames(random);
    Set<FrameOutcome> seen = EnumSet.noneOf(FrameOutcome.class);
    for (int i = 0; i < FRAMES; i++) {
      RandomFrames.Made made = frames.any();
      for (int cut = 0; cut < CUTS; cut++) {
        int captured = cut == 0 ? made.bytes().length : random.nextInt(made.bytes().length + 1);
        seen.add(decodeThrice(made, captured));
      }
    }

    assertEquals(EnumSet.allOf(FrameOutcome.class), seen);
  }

  private FrameOutcome decodeThrice(RandomFrames.Made made, int captured) {
    // The buffer ends with the frame: a look behind it would be an exception.
    FrameOutcome outcome = decode(made, captured, 0, (byte) 0);
    long[] packet = packet();
    assertEquals(outcome, decode(made, captured, AROUND_BYTES, (byte) 0xff));
    assertArrayEquals(packet, packet());
    assertEquals(outcome, decode(made, captured, AROUND_BYTES, (byte) random.nextInt()));
    assertArrayEquals(packet, packet());
    assertEquals(outcome.isPacket(), packet.length != 0);
    return outcome;
  }

  private FrameOutcome decode(RandomFrames.Made made, int captured, int around, byte poison) {
    ByteBuffer buffer = ByteBuffer.allocate(around + captured + around);
    Arrays.fill(buffer.array(), poison);
    buffer.put(around, made.bytes(), 0, captured);
    frame.buffer = buffer;
    frame.offset = around;
    frame.capturedBytes = captured;
    frame.wireBytes = made.bytes().length;
    frame.linkType = made.linkType();
    batch.clear();
    Arrays.fill(batch.words(), poison);
    return decoder.decode(frame, batch);
  }

  private long[] packet() {
    return batch.size() == 0 ? new long[0] : batch.words().clone();
  }

  @Test
  void shouldNotRememberTheFrameBefore() {
    RandomFrames frames = new RandomFrames(random);
    for (int i = 0; i < FRAMES; i++) {
      RandomFrames.Made made = frames.any();
      FrameOutcome outcome = decode(made, made.bytes().length, 0, (byte) 0);
      long[] packet = packet();
      PacketBatch fresh = new PacketBatch(1);

      assertEquals(outcome, new FrameDecoder().decode(frame, fresh));
      assertArrayEquals(packet, fresh.size() == 0 ? new long[0] : fresh.words());
    }
  }

  @Test
  void shouldWriteOnlyValuesThatFitTheirBits() {
    RandomFrames frames = new RandomFrames(random);
    PacketView packet = new PacketView(batch);
    for (int i = 0; i < FRAMES; i++) {
      RandomFrames.Made made = frames.any();
      if (decode(made, made.bytes().length, 0, (byte) 0).isPacket()) {
        assertEquals(1, packet.packets());
        assertTrue(packet.bytes() >= 20);
        assertEquals(0, packet.portIndex());
        assertEquals(0, packet.direction().ordinal());
      }
    }
  }

  /** A frame sixteen times as long must not cost much more than sixteen times as much. */
  @Test
  void shouldWorkNoLongerThanAFrameIs() {
    for (int kind = 0; kind < 4; kind++) {
      double shortNs = leastCpuNs(worstFrame(kind, 4_000), 1_600);
      double longNs = leastCpuNs(worstFrame(kind, 64_000), 100);
      // Quadratic work would make it sixteen; other work on the machine makes it up to four.
      assertTrue(longNs < 8 * shortNs, "kind " + kind + ": " + shortNs + " to " + longNs);
    }
  }

  private static byte[] worstFrame(int kind, int bytes) {
    return switch (kind) {
      case 0 -> longFrame(bytes, 0, 0);
      case 1 -> longFrame(bytes, 0, 255);
      case 2 -> longFrame(bytes, 60, 0);
      default -> manyTags(bytes);
    };
  }

  private static byte[] manyTags(int bytes) {
    byte[] frame = new byte[bytes];
    for (int at = 12; at < bytes - 4; at += 4) {
      frame[at] = (byte) 0x81;
    }
    return frame;
  }

  /** Returns the CPU time, not the time on the wall, of the best of several rounds. */
  private double leastCpuNs(byte[] bytes, int times) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long leastNs = Long.MAX_VALUE;
    for (int round = 0; round < 8; round++) {
      long startNs = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < times; i++) {
        decode(new RandomFrames.Made(LinkType.ETHERNET, bytes), bytes.length, 0, (byte) 0);
      }
      leastNs = Math.min(leastNs, threads.getCurrentThreadCpuTime() - startNs);
    }
    return leastNs;
  }

  private static byte[] longFrame(int size, int extension, int lengthField) {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    bytes.putShort(12, (short) 0x86dd).put(14, (byte) 0x60).put(20, (byte) extension);
    int headerBytes = (lengthField + 1) * 8;
    for (int at = 54; at + headerBytes <= bytes.capacity(); at += headerBytes) {
      bytes.put(at, (byte) extension).put(at + 1, (byte) lengthField);
    }
    return bytes.array();
  }
}
