package io.flowlog.agent.decode;

import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.nio.ByteOrder;
import java.util.Random;

/** Makes frames by dice: well-formed ones of every kind, and bytes. Owned by one test. */
public final class RandomFrames {
  /** Bytes of a frame and the framing that they are said to have. */
  public static final class Made {
    private final LinkType linkType;
    private final byte[] bytes;

    Made(LinkType linkType, byte[] bytes) {
      this.linkType = linkType;
      this.bytes = bytes;
    }

    LinkType linkType() {
      return linkType;
    }

    public byte[] bytes() {
      return bytes;
    }
  }

  private static final LinkType[] LINK_TYPES = LinkType.values();
  private static final int[] PROTOCOLS = {0, 1, 6, 17, 33, 43, 44, 47, 50, 51, 58, 60, 132, 136};

  private final Random random;

  public RandomFrames(Random random) {
    this.random = random;
  }

  /** Makes a frame that is well-formed, damaged, or nothing but noise. */
  public Made any() {
    Made made = random.nextInt(8) == 0 ? noise() : wellFormed();
    byte[] bytes = made.bytes();
    int damages = bytes.length == 0 ? 0 : random.nextInt(4);
    for (int i = 0; i < damages; i++) {
      int at = random.nextInt(Math.min(bytes.length, 120));
      bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ 1 << at % 8);
    }
    return made;
  }

  private Made noise() {
    byte[] bytes = new byte[random.nextInt(120)];
    random.nextBytes(bytes);
    return new Made(LINK_TYPES[random.nextInt(LINK_TYPES.length)], bytes);
  }

  /** Makes a frame that a real network could carry. */
  public Made wellFormed() {
    FrameBuilder frame = link();
    LinkType linkType = frame.toFrame(0).linkType;
    if (random.nextBoolean()) {
      ipv4(frame);
    } else {
      ipv6(frame);
    }
    layer4(frame);
    return new Made(linkType, frame.payloadOf(random.nextInt(30)).build());
  }

  private FrameBuilder link() {
    return switch (random.nextInt(12)) {
      case 0 -> FrameBuilder.raw();
      case 1 -> random.nextBoolean() ? FrameBuilder.linuxSll() : FrameBuilder.linuxSll2();
      case 2 -> FrameBuilder.nullLoopback(ByteOrder.LITTLE_ENDIAN);
      case 3 -> random.nextBoolean() ? FrameBuilder.loop() : FrameBuilder.ppp();
      case 4 -> FrameBuilder.ethernet().vlan(random.nextInt(4096));
      case 5 -> FrameBuilder.ethernet().vlan(0x88a8, random.nextInt(9)).vlan(random.nextInt(9));
      case 6 -> FrameBuilder.ethernet().mpls(new int[random.nextInt(4) + 1]);
      case 7 -> FrameBuilder.ethernet().pppoeSession(random.nextInt(9));
      case 8 -> deepStack();
      default -> FrameBuilder.ethernet();
    };
  }

  private FrameBuilder deepStack() {
    FrameBuilder frame = FrameBuilder.ethernet();
    for (int tags = random.nextInt(12); tags > 0; tags--) {
      frame.vlan(tags);
    }
    return frame;
  }

  private void ipv4(FrameBuilder frame) {
    frame.ipv4("10.0.0." + random.nextInt(256), "172.16.0." + random.nextInt(256));
    frame.ipv4Options(new byte[random.nextInt(4) == 0 ? random.nextInt(10) * 4 : 0]);
    if (random.nextInt(4) == 0) {
      frame.fragment(random.nextInt(3) * 8, random.nextBoolean()).id(random.nextInt());
    }
    if (random.nextInt(8) == 0) {
      frame.totalLength(random.nextInt(120));
    }
  }

  private void ipv6(FrameBuilder frame) {
    frame.ipv6("fd00::" + random.nextInt(100), "2001:db8::" + random.nextInt(100));
    if (random.nextInt(8) == 0) {
      frame.payloadLength(random.nextInt(120));
    }
    while (random.nextInt(3) == 0) {
      switch (random.nextInt(6)) {
        case 0 -> frame.hopByHop(new byte[random.nextInt(20)]);
        case 1 -> frame.routing(new byte[random.nextInt(20)]);
        case 2 -> frame.destinationOptions(new byte[random.nextInt(20)]);
        case 3 -> frame.authentication();
        case 4 -> frame.jumbo(random.nextInt());
        default ->
            frame.fragmentHeader(random.nextInt(3) * 8, random.nextBoolean(), random.nextInt());
      }
    }
  }

  private void layer4(FrameBuilder frame) {
    switch (random.nextInt(5)) {
      case 0 -> frame.udp(random.nextInt(65536), random.nextInt(65536));
      case 1 -> frame.icmp(random.nextInt(256), random.nextInt(256));
      case 2 -> frame.protocol(PROTOCOLS[random.nextInt(PROTOCOLS.length)]).payloadOf(12);
      default -> {
        frame.tcp(
            random.nextInt(65536),
            random.nextInt(65536),
            random.nextInt(256),
            random.nextInt(),
            random.nextInt());
        frame.tcpOptions(new byte[random.nextInt(3) * 4]);
      }
    }
  }
}
