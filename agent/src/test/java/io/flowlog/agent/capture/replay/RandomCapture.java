package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.BlockFileWriter;
import io.flowlog.agent.cli.demo.BlockFileWriter.Option;
import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.CaptureFileWriter.Header;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A made capture file of random form, with the frames that a source must find in it. */
final class RandomCapture {
  /** The devices whose logging port the reader knows. */
  static final Map<String, Integer> PORTS = Map.of("tap0", 10, "tap2", 12);

  private static final int[] LINK_TYPES = {0, 1, 12, 101, 108, 113, 276};
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final Random random;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<SeenFrame> frames = new ArrayList<>();

  private RandomCapture(Random random) {
    this.random = random;
  }

  static RandomCapture make(Random random) throws IOException {
    RandomCapture capture = new RandomCapture(random);
    if (random.nextBoolean()) {
      capture.makeClassic();
    } else {
      capture.makeBlocks();
    }
    return capture;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  List<SeenFrame> frames() {
    return frames;
  }

  private void makeClassic() throws IOException {
    int linkType = randomLinkType();
    Header header =
        switch (random.nextInt(3)) {
          case 0 -> Header.microseconds(linkType);
          case 1 -> Header.nanoseconds(linkType);
          default -> Header.modified(linkType);
        };
    boolean nanoseconds = header.equals(Header.nanoseconds(linkType));
    Header ordered = random.nextBoolean() ? header.bigEndian() : header;
    try (CaptureFileWriter writer = new CaptureFileWriter(bytes, ordered)) {
      for (int i = random.nextInt(30); i > 0; i--) {
        long timeNs = random.nextLong((1L << 32) * NANOS_PER_SECOND);
        byte[] captured = randomBytes();
        long wireBytes = captured.length + (random.nextInt() & 0x7FFF_FFFFL);
        writer.write(timeNs, captured, wireBytes);
        long keptNs = nanoseconds ? timeNs : timeNs / 1000 * 1000;
        expect(linkType, keptNs, captured, wireBytes, Frame.NO_PORT);
      }
    }
  }

  private void makeBlocks() throws IOException {
    try (BlockFileWriter writer = new BlockFileWriter(bytes)) {
      for (int sections = 1 + random.nextInt(3); sections > 0; sections--) {
        makeSection(writer);
      }
    }
  }

  /** An interface of the section: its framing, the length of a tick and its logging port. */
  private record MadeInterface(int linkType, long tickNs, long offsetSeconds, int portIndex) {}

  private void makeSection(BlockFileWriter writer) throws IOException {
    ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    writer.section(order);
    List<MadeInterface> interfaces = new ArrayList<>();
    for (int i = random.nextInt(40); i > 0; i--) {
      int choice = random.nextInt(6);
      if (interfaces.isEmpty() || choice == 0) {
        interfaces.add(declare(writer, order, interfaces.size()));
      } else if (choice == 1) {
        writer.block(0x4000 + random.nextInt(99), new byte[4 * random.nextInt(40)]);
      } else {
        writePacket(writer, interfaces, choice);
      }
    }
  }

  private MadeInterface declare(BlockFileWriter writer, ByteOrder order, int number)
      throws IOException {
    List<Option> options = new ArrayList<>();
    String name = "tap" + number;
    options.add(Option.text(BlockFileWriter.OPTION_INTERFACE_NAME, name));
    int exponent = 6;
    if (random.nextBoolean()) {
      exponent = random.nextInt(10);
      options.add(Option.timeResolution(exponent));
    }
    long offsetSeconds = random.nextBoolean() ? random.nextInt(1_000_000) : 0;
    options.add(Option.timeOffset(order, offsetSeconds));
    int linkType = randomLinkType();
    writer.networkInterface(linkType, 0, options.toArray(Option[]::new));
    long tickNs = (long) Math.pow(10, 9 - exponent);
    int portIndex = PORTS.getOrDefault(name, Frame.NO_PORT);
    return new MadeInterface(linkType, tickNs, offsetSeconds, portIndex);
  }

  private void writePacket(BlockFileWriter writer, List<MadeInterface> interfaces, int choice)
      throws IOException {
    byte[] captured = randomBytes();
    if (choice == 2) {
      writer.simplePacket(captured, captured.length);
      long lastNs = frames.isEmpty() ? 0 : frames.get(frames.size() - 1).timestampNs();
      MadeInterface first = interfaces.get(0);
      expect(first.linkType(), lastNs, captured, captured.length, first.portIndex());
      return;
    }
    int number = random.nextInt(interfaces.size());
    MadeInterface origin = interfaces.get(number);
    long ticks = random.nextLong((1L << 32) * NANOS_PER_SECOND / origin.tickNs());
    long wireBytes = (long) captured.length + random.nextInt(9_000);
    if (choice == 3) {
      writer.oldPacket(number, ticks, captured, wireBytes);
    } else {
      writer.enhancedPacket(number, ticks, captured, wireBytes);
    }
    long timeNs = ticks * origin.tickNs() + origin.offsetSeconds() * NANOS_PER_SECOND;
    expect(origin.linkType(), timeNs, captured, wireBytes, origin.portIndex());
  }

  private void expect(int linkType, long timeNs, byte[] captured, long wireBytes, int portIndex) {
    LinkType type = Objects.requireNonNull(LinkType.ofNumber(linkType));
    String hex = HexFormat.of().formatHex(captured);
    frames.add(new SeenFrame(timeNs, hex, wireBytes, type, portIndex));
  }

  private int randomLinkType() {
    return LINK_TYPES[random.nextInt(LINK_TYPES.length)];
  }

  private byte[] randomBytes() {
    byte[] captured = new byte[random.nextInt(random.nextInt(10) == 0 ? 3_000 : 80)];
    random.nextBytes(captured);
    return captured;
  }
}
