package io.flowlog.agent.capture.replay;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.BlockFileWriter;
import io.flowlog.agent.cli.demo.BlockFileWriter.Option;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockCaptureTest {
  private static final byte[] FRAME = {1, 2, 3, 4, 5};
  private static final String FRAME_HEX = "0102030405";
  private static final int SECTION_BYTES = 28;
  private static final int INTERFACE_BYTES = 20;

  @TempDir Path directory;
  private Path file = Path.of("");
  private final CounterSet counters = new CounterSet();
  private List<String> complaints = List.of();

  @BeforeEach
  void nameFile() {
    file = directory.resolve("made.pcapng");
  }

  /** What a test writes into the file. */
  private interface Content {
    void writeTo(BlockFileWriter writer) throws IOException;
  }

  private void write(Content content) throws IOException {
    try (BlockFileWriter writer = BlockFileWriter.create(file)) {
      content.writeTo(writer);
    }
  }

  private List<SeenFrame> readAll(Map<String, Integer> ports) throws IOException {
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withPorts(ports), counters)) {
      List<SeenFrame> frames = SeenFrame.allOf(source);
      complaints = source.complaints();
      return frames;
    }
  }

  private List<SeenFrame> readAll() throws IOException {
    return readAll(Map.of());
  }

  private static SeenFrame expected(long timestampNs, long wireBytes) {
    return new SeenFrame(timestampNs, FRAME_HEX, wireBytes, LinkType.ETHERNET, -1);
  }

  @Test
  void shouldReadSectionsOfBothByteOrders() throws IOException {
    for (ByteOrder order : List.of(LITTLE_ENDIAN, BIG_ENDIAN)) {
      write(w -> w.section(order).networkInterface(1, 0).enhancedPacket(0, 1L << 33, FRAME, 60));
      assertEquals(List.of(expected((1L << 33) * 1000, 60)), readAll());
    }
    write(
        w -> {
          w.section(BIG_ENDIAN).networkInterface(1, 0).enhancedPacket(0, 1, FRAME, 5);
          w.section(LITTLE_ENDIAN).networkInterface(1, 0).enhancedPacket(0, 2, FRAME, 5);
        });
    assertEquals(List.of(expected(1000, 5), expected(2000, 5)), readAll());
  }

  @Test
  void shouldForgetInterfacesAtTheNextSection() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN).networkInterface(1, 0).networkInterface(101, 0);
          w.section(LITTLE_ENDIAN).networkInterface(113, 0).enhancedPacket(0, 1, FRAME, 5);
        });
    assertEquals(LinkType.LINUX_SLL, readAll().get(0).linkType());
  }

  @Test
  void shouldReadSimpleAndOldPacketBlocks() throws IOException {
    write(
        w -> {
          w.section(BIG_ENDIAN).networkInterface(1, 0);
          w.simplePacket(FRAME, 5).oldPacket(0, 7, FRAME, 9).simplePacket(FRAME, 5);
        });
    assertEquals(List.of(expected(0, 5), expected(7000, 9), expected(7000, 5)), readAll());
  }

  @Test
  void shouldTakeTheCapturedLengthOfASimplePacketFromTheSnapLength() throws IOException {
    write(w -> w.section(LITTLE_ENDIAN).networkInterface(1, 5).simplePacket(FRAME, 1500));
    assertEquals(List.of(expected(0, 1500)), readAll());
  }

  @Test
  void shouldApplyTheResolutionAndOffsetOfEachInterface() throws IOException {
    write(
        w -> {
          w.section(BIG_ENDIAN);
          w.networkInterface(1, 0, Option.timeResolution(9));
          w.networkInterface(1, 0, Option.timeResolution(0x8A));
          Option comment = Option.text(BlockFileWriter.OPTION_COMMENT, "odd");
          w.networkInterface(1, 0, comment, Option.timeOffset(BIG_ENDIAN, -3));
          w.enhancedPacket(0, 7, FRAME, 5);
          w.enhancedPacket(1, 1536, FRAME, 5);
          w.enhancedPacket(2, 4_000_000, FRAME, 5);
        });
    assertEquals(
        List.of(expected(7, 5), expected(1_500_000_000, 5), expected(1_000_000_000, 5)), readAll());
  }

  @Test
  void shouldClampAndCountTimesOutOfRange() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN).networkInterface(1, 0, Option.timeOffset(LITTLE_ENDIAN, -3));
          w.enhancedPacket(0, 1, FRAME, 5).enhancedPacket(0, -1, FRAME, 5);
        });
    assertEquals(List.of(expected(0, 5), expected(Long.MAX_VALUE, 5)), readAll());
    assertEquals(2, counters.get(AgentCounter.TIMESTAMPS_CLAMPED));
  }

  @Test
  void shouldFindThePortByTheInterfaceName() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN);
          w.networkInterface(1, 0, Option.text(BlockFileWriter.OPTION_INTERFACE_NAME, "tapa"));
          w.networkInterface(1, 0, Option.text(BlockFileWriter.OPTION_INTERFACE_NAME, "tapb"));
          w.enhancedPacket(1, 1, FRAME, 5).enhancedPacket(0, 1, FRAME, 5);
        });
    List<SeenFrame> frames = readAll(Map.of("tapb", 4));
    assertEquals(4, frames.get(0).portIndex());
    assertEquals(-1, frames.get(1).portIndex());
  }

  @Test
  void shouldPassOverUnknownBlocks() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN, Option.text(BlockFileWriter.OPTION_COMMENT, "made"));
          w.block(0x0BAD, new byte[40]).networkInterface(1, 0).block(5);
          w.enhancedPacket(0, 1, FRAME, 5, Option.text(BlockFileWriter.OPTION_COMMENT, "here"));
        });
    assertEquals(List.of(expected(1000, 5)), readAll());
  }

  @Test
  void shouldCountAndReportFramesOfAnUnknownLinkType() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN).networkInterface(127, 0).networkInterface(1, 0);
          w.enhancedPacket(0, 1, FRAME, 5).enhancedPacket(1, 1, FRAME, 5).simplePacket(FRAME, 5);
        });
    assertEquals(List.of(expected(1000, 5)), readAll());
    assertEquals(2, counters.get(AgentCounter.LINKTYPE_UNKNOWN));
    assertEquals(1, counters.get(AgentCounter.FRAMES));
    assertEquals(5, counters.get(AgentCounter.FRAME_BYTES));
    assertEquals(1, complaints.size());
    assertTrue(
        complaints.get(0).startsWith(file + ": 2 frames of link type 127 were not read: capture "),
        complaints.toString());
  }

  @Test
  void shouldReadBeyondTwoGibibytes() throws IOException {
    long hugeBytes = (2L << 30) + 400;
    write(w -> w.section(LITTLE_ENDIAN).networkInterface(1, 0).enhancedPacket(0, 1, FRAME, 5));
    byte[] start = Files.readAllBytes(file);
    byte[] packet = Arrays.copyOfRange(start, SECTION_BYTES + INTERFACE_BYTES, start.length);
    byte[] head = concatenated(start, ints(0x0BAD, (int) hugeBytes));
    byte[] tail = concatenated(concatenated(ints((int) hugeBytes), packet), ints(6, 13, 13));
    FileWindow window =
        new FileWindow(file, new HollowChannel(head, hugeBytes - 12, tail), 1 << 20);
    FrameReader reader = new BlockCaptureReader(window, ReplayContext.withoutPorts(), counters);
    List<SeenFrame> frames = new ArrayList<>();

    Exception failure =
        assertThrows(
            CaptureFileException.class,
            () -> reader.read(frame -> frames.add(SeenFrame.of(frame)), 9));

    long offset = start.length + hugeBytes + packet.length;
    Failures.assertLine(failure, file + ": damaged at offset " + offset + ": a block of 13 ");
    assertEquals(List.of(expected(1000, 5), expected(1000, 5)), frames);
  }

  @Test
  void shouldNameTheOffsetOfDamagedBlocks() throws IOException {
    assertDamage("a block of 8 bytes; it must be a multiple of 4, at least 12", ints(6, 8, 8));
    assertDamage("a block of 14 bytes; it must be a multiple of 4", ints(6, 14, 0, 14));
    assertDamage("a block of 16 bytes that ends in the length 20", ints(9, 16, 0, 20));
    assertDamage("a block of 16 bytes that ends in the length 12", ints(3, 16, 0, 12));
    assertDamage("a block of 16 bytes is too small for a packet (32)", ints(6, 16, 0, 16));
    assertDamage("a block of 12 bytes is too small for a simple packet", ints(3, 12, 12));
    assertDamage("a block of 16 bytes is too small for an interface (20)", ints(1, 16, 1, 16));
    assertDamage("a block of 33554432 bytes, more than any frame has", ints(6, 32 << 20, 0));
    assertDamage("a frame of 5 bytes in a block of 36", ints(6, 36, 0, 0, 0, 5, 5, 0, 36));
    assertDamage("a frame of 4294967295 bytes in", ints(6, 36, 0, 0, 0, -1, 5, 0, 36));
    assertDamage("a frame of 5 bytes in a block of 20", ints(3, 20, 5, 0, 20));
    assertDamage(
        "a packet of interface 2; its section has declared 1", ints(6, 32, 2, 0, 0, 0, 0, 32));
    assertDamage(
        "a packet of interface 4294967295; its section has", ints(6, 32, -1, 0, 0, 0, 0, 32));
    assertDamage("an option of 9 bytes that leaves", ints(1, 28, 1, 0, 9 << 16 | 2, 0, 28));
    assertDamage("an option 14 of 4 bytes; it must have 8", ints(1, 28, 1, 0, 4 << 16 | 14, 0, 28));
    assertDamage("a section header without its byte order mark", ints(0x0A0D0D0A, 28, 0));
    assertDamage(
        "a block of 16 bytes is too small for a section", ints(0x0A0D0D0A, 16, 0x1A2B3C4D, 16));
  }

  private void assertDamage(String problem, byte[] damagedBlock) throws IOException {
    assertFailure("damaged at offset 88: " + problem, damagedBlock);
  }

  @Test
  void shouldTellWhereTheFileIsCutOff() throws IOException {
    assertFailure(
        "cut off at offset 88: the last block's header wants 12 bytes, 8 are there: ", ints(6, 32));
    assertFailure(
        "cut off at offset 88: the last block wants 32 bytes, 16 are there: ", ints(6, 32, 0, 0));
    assertFailure(
        "cut off at offset 88: the last block wants 40 bytes, 16 are there: ", ints(9, 40, 0, 0));
  }

  /** Puts a bad end after a good packet. */
  private void assertFailure(String message, byte[] end) throws IOException {
    write(w -> w.section(LITTLE_ENDIAN).networkInterface(1, 0).enhancedPacket(0, 1, FRAME, 5));
    Files.write(file, concatenated(Files.readAllBytes(file), end));
    List<SeenFrame> frames = new ArrayList<>();
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withoutPorts(), counters)) {
      Exception failure =
          assertThrows(CaptureFileException.class, () -> SeenFrame.readTo(frames, source, 9));
      Failures.assertLine(failure, file + ": " + message);
    }
    assertEquals(1, frames.size());
  }

  @Test
  void shouldReportAPacketBeforeAnyInterface() throws IOException {
    write(w -> w.section(LITTLE_ENDIAN).simplePacket(FRAME, 5));
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withoutPorts(), counters)) {
      Exception failure =
          assertThrows(CaptureFileException.class, () -> source.poll(frame -> {}, 1));
      Failures.assertLine(
          failure,
          file + ": damaged at offset 28: a packet of interface 0; its section has declared 0");
    }
  }

  @Test
  void shouldRefuseASectionHeaderThatIsCutOffOrTooNew() throws IOException {
    write(w -> w.section(LITTLE_ENDIAN));
    byte[] section = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(section, 20));
    Failures.assertRefused(file, "cut off at offset 0: the last block wants 28 bytes, 20 are ");
    section[12] = 2;
    Files.write(file, section);
    Failures.assertRefused(file, "offset 0: pcapng format version 2.0: only 1 is readable");
  }

  @Test
  void shouldBoundTheInterfacesOfASection() throws IOException {
    write(
        w -> {
          w.section(LITTLE_ENDIAN);
          for (int i = 0; i < 65_537; i++) {
            w.networkInterface(1, 0);
          }
        });
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withoutPorts(), counters)) {
      Exception failure =
          assertThrows(CaptureFileException.class, () -> source.poll(frame -> {}, 1));
      Failures.assertLine(
          failure, file + ": damaged at offset 1310748: more than 65536 interfaces in one section");
    }
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
