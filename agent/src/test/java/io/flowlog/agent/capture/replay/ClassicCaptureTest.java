package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.CaptureFileWriter.Header;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassicCaptureTest {
  private static final long TIMESTAMP_NS = 1_700_000_000_123_456_789L;

  @TempDir Path directory;
  private Path file = Path.of("");
  private final CounterSet counters = new CounterSet();

  @BeforeEach
  void nameFile() {
    file = directory.resolve("made.pcap");
  }

  private static FrameBuilder frame() {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(30);
  }

  private List<SeenFrame> readAll() throws IOException {
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withoutPorts(), counters)) {
      List<SeenFrame> frames = SeenFrame.allOf(source);
      assertEquals(Files.size(file), source.positionBytes());
      assertEquals(Files.size(file), source.sizeBytes());
      return frames;
    }
  }

  private void writeOne(Header header) throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, header)) {
      writer.write(TIMESTAMP_NS, frame().truncate(50));
    }
  }

  private static SeenFrame expected(long timestampNs) {
    String hex = HexFormat.of().formatHex(frame().truncate(50).build());
    return new SeenFrame(timestampNs, hex, 72, LinkType.ETHERNET, -1);
  }

  @Test
  void shouldReadMicrosecondsOfEitherByteOrder() throws IOException {
    SeenFrame expected = expected(1_700_000_000_123_456_000L);
    writeOne(Header.microseconds(1));
    assertEquals(List.of(expected), readAll());
    writeOne(Header.microseconds(1).bigEndian());
    assertEquals(List.of(expected), readAll());
  }

  @Test
  void shouldReadNanosecondsOfEitherByteOrder() throws IOException {
    writeOne(Header.nanoseconds(1));
    assertEquals(List.of(expected(TIMESTAMP_NS)), readAll());
    writeOne(Header.nanoseconds(1).bigEndian());
    assertEquals(List.of(expected(TIMESTAMP_NS)), readAll());
  }

  @Test
  void shouldReadLongerRecordHeadersOfTheModifiedFormat() throws IOException {
    SeenFrame expected = expected(1_700_000_000_123_456_000L);
    writeOne(Header.modified(1));
    assertEquals(List.of(expected), readAll());
    writeOne(Header.modified(1).bigEndian());
    assertEquals(List.of(expected), readAll());
  }

  @Test
  void shouldMaskChecksumBitsOffTheLinkType() throws IOException {
    writeOne(Header.nanoseconds(0x4400_0001));
    assertEquals(List.of(expected(TIMESTAMP_NS)), readAll());
  }

  @Test
  void shouldTakeSecondsAsUnsigned() throws IOException {
    long farNs = 4_294_967_295L * 1_000_000_000L + 1;
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 1)) {
      writer.write(farNs, frame());
    }
    assertEquals(farNs, readAll().get(0).timestampNs());
  }

  @Test
  void shouldNameTheLinkTypeOfEachFraming() throws IOException {
    List<FrameBuilder> starts =
        List.of(
            FrameBuilder.linuxSll(),
            FrameBuilder.linuxSll2(),
            FrameBuilder.raw(12),
            FrameBuilder.raw(229),
            FrameBuilder.nullLoopback(ByteOrder.BIG_ENDIAN),
            FrameBuilder.loop(),
            FrameBuilder.ppp());
    List<LinkType> linkTypes = new ArrayList<>();
    for (FrameBuilder start : starts) {
      try (CaptureFileWriter writer = CaptureFileWriter.create(file, start.linkTypeNumber())) {
        writer.write(1, start.ipv4("10.0.0.1", "10.0.0.2").udp(1, 2));
      }
      linkTypes.add(readAll().get(0).linkType());
    }
    assertEquals(
        List.of(
            LinkType.LINUX_SLL,
            LinkType.LINUX_SLL2,
            LinkType.RAW,
            LinkType.RAW,
            LinkType.NULL,
            LinkType.LOOP,
            LinkType.PPP),
        linkTypes);
  }

  @Test
  void shouldReadAFileWithoutPackets() throws IOException {
    CaptureFileWriter.create(file, 1).close();
    assertEquals(24, Files.size(file));
    assertEquals(List.of(), readAll());
  }

  @Test
  void shouldCountFramesAndTheirCapturedBytes() throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 1)) {
      writer.write(1, frame()).write(2, frame().truncate(10));
    }
    readAll();
    assertEquals(2, counters.get(AgentCounter.FRAMES));
    assertEquals(82, counters.get(AgentCounter.FRAME_BYTES));
    assertEquals(0, counters.get(AgentCounter.TIMESTAMPS_CLAMPED));
  }

  @Test
  void shouldReadAFrameMuchLargerThanTheWindow() throws IOException {
    byte[] large = new byte[3_000_000];
    large[2_999_999] = 7;
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 1)) {
      writer.write(1, frame()).write(2, large, large.length).write(3, frame());
    }
    List<SeenFrame> frames = readAll();
    assertEquals(3, frames.size());
    assertEquals(HexFormat.of().formatHex(large), frames.get(1).hex());
  }

  @Test
  void shouldDeliverWhatComesBeforeACutOffRecord() throws IOException {
    writeTwo();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 24 + 88 + 16 + 40));

    assertFailure(
        1, "cut off at offset 112: the last record wants 88 bytes, 56 are there: what comes ");
  }

  @Test
  void shouldDeliverWhatComesBeforeACutOffRecordHeader() throws IOException {
    writeTwo();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 24 + 88 + 15));

    assertFailure(
        1, "cut off at offset 112: the last record's header wants 16 bytes, 15 are there: what ");
  }

  @Test
  void shouldNameTheOffsetOfAnAbsurdLength() throws IOException {
    writeTwo();
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(112 + 8, (16 << 20) + 1);
    Files.write(file, bytes);
    assertFailure(1, "damaged at offset 112: a record of 16777217 bytes, more than any frame has");

    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(112 + 8, -1);
    Files.write(file, bytes);
    assertFailure(1, "damaged at offset 112: a record of 4294967295 bytes, more than any ");
  }

  private void writeTwo() throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(file, 1)) {
      writer.write(1, frame()).write(2, frame());
    }
  }

  private void assertFailure(int framesBefore, String message) throws IOException {
    List<SeenFrame> frames = new ArrayList<>();
    try (CaptureFileSource source =
        CaptureFileSource.open(file, ReplayContext.withoutPorts(), counters)) {
      CaptureFileException failure =
          assertThrows(CaptureFileException.class, () -> SeenFrame.readTo(frames, source, 1_000));

      assertEquals(framesBefore, frames.size());
      Failures.assertLine(failure, file + ": " + message);
      assertTrue(source.isExhausted());
      assertEquals(0, source.poll(frame -> {}, 1));
    }
  }

  @Test
  void shouldRefuseAnUnknownLinkTypeAndNameTheReadableOnes() throws IOException {
    writeOne(Header.nanoseconds(127));
    Failures.assertRefused(file, "link type 127 is not readable: capture on another interface; ");
    Failures.assertRefused(
        file, "link type 127 is not readable", "1 (ETHERNET)", "276 (LINUX_SLL2)");
  }

  @Test
  void shouldRefuseAnOldFormatVersion() throws IOException {
    writeOne(Header.nanoseconds(1));
    byte[] bytes = Files.readAllBytes(file);
    bytes[6] = 3;
    Files.write(file, bytes);
    Failures.assertRefused(file, "pcap format version 2.3: only 2.4 is readable: convert the file");
  }

  @Test
  void shouldRefuseACutOffFileHeader() throws IOException {
    writeOne(Header.nanoseconds(1));
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 23));
    Failures.assertRefused(
        file, "cut off at offset 0: the file header wants 24 bytes, 23 are there: ");
  }
}
