package io.flowlog.agent.bench;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.nio.ByteBuffer;
import java.util.Random;

/**
 * Frames as a data center's ports see them, in one buffer: mostly TCP over IPv4, some UDP, one in
 * seven IPv6, one in ten tagged, a few ICMP and ARP.
 */
final class FrameMix {
  static final int FRAMES = 1024;

  final int[] offsets = new int[FRAMES];
  final int[] lengths = new int[FRAMES];
  final ByteBuffer buffer;

  FrameMix(long seed) {
    Random random = new Random(seed);
    byte[][] frames = new byte[FRAMES][];
    int size = 0;
    for (int i = 0; i < FRAMES; i++) {
      frames[i] = frame(random).build();
      offsets[i] = size;
      lengths[i] = frames[i].length;
      size += frames[i].length;
    }
    buffer = ByteBuffer.allocateDirect(size);
    for (byte[] frame : frames) {
      buffer.put(frame);
    }
  }

  /** Points a frame at one of the mix. */
  void select(Frame frame, int index) {
    frame.buffer = buffer;
    frame.offset = offsets[index];
    frame.capturedBytes = lengths[index];
    frame.wireBytes = lengths[index];
    frame.timestampNs = index;
  }

  private static FrameBuilder frame(Random random) {
    FrameBuilder frame = FrameBuilder.ethernet();
    if (random.nextInt(100) == 0) {
      return frame.arp("10.0.0.1", "10.0.0.2");
    }
    if (random.nextInt(10) == 0) {
      frame.vlan(1 + random.nextInt(4000));
    }
    boolean ipv6 = random.nextInt(7) == 0;
    int host = 1 + random.nextInt(250);
    if (ipv6) {
      frame.ipv6("2001:db8::" + host, "2001:db8:1::1");
    } else {
      frame.ipv4("10.0.0." + host, "192.0.2.1");
    }
    return layer4(frame, ipv6, random).payloadOf(random.nextInt(200));
  }

  private static FrameBuilder layer4(FrameBuilder frame, boolean ipv6, Random random) {
    int kind = random.nextInt(100);
    int port = 1024 + random.nextInt(60_000);
    if (kind < 75) {
      return frame.tcp(port, 443, FrameBuilder.ACK, random.nextInt(), random.nextInt());
    }
    if (kind < 98) {
      return frame.udp(port, 53);
    }
    return ipv6 ? frame.icmpv6(128, 0) : frame.icmp(8, 0);
  }
}
