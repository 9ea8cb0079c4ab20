package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The row journal beside a naive list of what was written into it. */
@Tag("slow")
class JournalModelTest {
  private static final int PORTS = 20;
  private static final int FRAMES = 40;

  @TempDir Path folder;
  private final Random random = new Random(20260102);
  private final RecordDictionary ports = TestRows.ports(PORTS);
  private final SlicePlan plan =
      new SlicePlan(7, true, List.of(TestRows.logger(3, TrafficFilter.DROP)));

  /** Size of the file after each frame, and the rows that it has then, as what they say. */
  private final List<Long> sizes = new ArrayList<>();

  private final List<Integer> rowsAfter = new ArrayList<>();
  private final List<Integer> dropPointsAfter = new ArrayList<>();
  private final List<String> rows = new ArrayList<>();
  private Path file = Path.of("");

  @BeforeEach
  void writeRandomJournal() throws IOException {
    try (Spool spool = Spool.open(folder.resolve("spool"), new SpoolConfig(false), counters())) {
      RowJournal journal = spool.beginSlice(1000, 2000);
      Path open = folder.resolve("spool/journal/000000000001_1000_2000.open");
      note(open);
      journal.declare(plan);
      note(open);
      int known = 0;
      for (int frame = 1; frame < FRAMES; frame++) {
        if (known > 0 && random.nextInt(8) == 0) {
          ports.numberOfDropPoint("point-" + frame);
          journal.defineDropPoints(ports);
        } else if (known == 0 || (known < PORTS && random.nextInt(4) == 0)) {
          journal.definePort(known++, ports);
        } else {
          journal.append(randomBatch(known));
        }
        note(open);
      }
      file = journal.complete(77).path();
      note(file);
    }
  }

  private static CounterSet counters() {
    return new CounterSet();
  }

  private RecordBatch randomBatch(int known) {
    RecordBatch batch = new RecordBatch(1024);
    for (int i = random.nextInt(5); i >= 0; i--) {
      int port = random.nextInt(known);
      long number = random.nextInt(1_000_000);
      int offset = batch.usedBytes();
      TestRows.add(batch, port, number);
      int dropPoint = random.nextInt(ports.dropPoints().size() + 1);
      new FlowRecord().at(batch.data(), offset).dropPoint(dropPoint);
      rows.add(number + " port-" + port + " " + ports.dropPoint(dropPoint));
    }
    return batch;
  }

  private void note(Path path) throws IOException {
    sizes.add(Files.size(path));
    rowsAfter.add(rows.size());
    dropPointsAfter.add(ports.dropPoints().size());
  }

  @Test
  void shouldReadBackWhatWasWrittenAnyNumberOfTimes() throws IOException {
    for (int pass = 0; pass < 3; pass++) {
      try (JournalReader reader = JournalReader.open(file)) {
        assertEquals(rows, readRows(reader));
        assertTrue(reader.isComplete());
        assertEquals(plan, reader.plan());
        assertEquals(ports.dropPoints(), reader.dictionary().dropPoints());
        assertEquals(0, reader.tornBytes());
        assertEquals(rows.size(), reader.rows());
        assertEquals(77, reader.packets());
        assertEquals(1000, reader.startNs());
        assertEquals(2000, reader.endNs());
        assertEquals(1, reader.sequence());
      }
    }
  }

  @Test
  void shouldReadTheGoodPrefixOfAFileCutAnywhere() throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long size = channel.size() - 1; size >= 0; size--) {
        channel.truncate(size);
        assertGoodPrefix(size, size);
      }
    }
  }

  @Test
  void shouldReadTheGoodPrefixOfAFileWithBitsFlipped() throws IOException {
    byte[] good = Files.readAllBytes(file);
    for (int round = 0; round < 1500; round++) {
      byte[] bad = good.clone();
      int first = bad.length;
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        int at = random.nextInt(bad.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        first = bad[at] == good[at] ? first : Math.min(first, at);
      }
      if (Arrays.equals(bad, good)) {
        continue;
      }
      Files.write(file, bad);
      assertGoodPrefix(first, bad.length);
    }
  }

  @Test
  void shouldCountWhatFollowsTheEndAsTorn() throws IOException {
    Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals(rows, readRows(reader));
      assertTrue(reader.isComplete());
      assertEquals(3, reader.tornBytes());
    }
  }

  @Test
  void shouldStopAtFramesThatAreNonsenseUnderARightChecksum() throws IOException {
    byte[] good = Files.readAllBytes(file);
    int stopped = 0;
    for (int round = 0; round < 1500; round++) {
      int frame = random.nextInt(FRAMES);
      byte[] bad = good.clone();
      int start = (int) (long) sizes.get(frame);
      damageWithRightChecksum(bad, start, (int) (long) sizes.get(frame + 1));
      Files.write(file, bad);
      try (JournalReader reader = JournalReader.open(file)) {
        readRows(reader);
        assertTrue(reader.goodBytes() >= start, "what is before must be good");
        stopped += reader.tornBytes() > 0 ? 1 : 0;
      }
    }
    assertTrue(stopped > 150, "structure must be checked: " + stopped);
  }

  @Test
  void shouldStopAtRowsThatNoWriterWrites() throws IOException {
    byte[] good = Files.readAllBytes(file);
    int frame = 1;
    while (rowsAfter.get(frame).equals(rowsAfter.get(frame - 1))) {
      frame++;
    }
    int start = (int) (long) sizes.get(frame - 1);
    int end = (int) (long) sizes.get(frame);
    for (int field = 0; field < 4; field++) {
      for (int value : new int[] {-1, 3, 5}) {
        byte[] bad = good.clone();
        bad[start + 13 + field] = (byte) value;
        setChecksum(bad, start, end);
        Files.write(file, bad);
        assertGoodPrefix(start, bad.length);
      }
    }
  }

  @Test
  void shouldStopAtARowWhoseDropPointHasNoName() throws IOException {
    byte[] bad = Files.readAllBytes(file);
    int frame = 1;
    while (rowsAfter.get(frame).equals(rowsAfter.get(frame - 1))) {
      frame++;
    }
    int start = (int) (long) sizes.get(frame - 1);
    new FlowRecord().at(bad, start + 13).dropPoint(dropPointsAfter.get(frame) + 1);
    setChecksum(bad, start, (int) (long) sizes.get(frame));
    Files.write(file, bad);
    assertGoodPrefix(start, bad.length);
  }

  @Test
  void shouldStopAtAPlanThatComesTooLate() throws IOException {
    byte[] good = Files.readAllBytes(file);
    int planStart = (int) (long) sizes.get(0);
    int planEnd = (int) (long) sizes.get(1);
    int end = (int) (long) sizes.get(FRAMES);
    byte[] bad = Arrays.copyOf(good, end + planEnd - planStart);
    System.arraycopy(good, planStart, bad, end, planEnd - planStart);
    Files.write(file, bad);
    assertGoodPrefix(end, bad.length);
  }

  @Test
  void shouldStopAtADropPointThatHasANumberAlready() throws IOException {
    byte[] good = Files.readAllBytes(file);
    int frame = 1;
    while (dropPointsAfter.get(frame) == 0) {
      frame++;
    }
    int start = (int) (long) sizes.get(frame - 1);
    int bytes = (int) (long) sizes.get(frame) - start;
    int end = (int) (long) sizes.get(FRAMES);
    byte[] bad = Arrays.copyOf(good, end + bytes);
    System.arraycopy(good, start, bad, end, bytes);
    Files.write(file, bad);
    assertGoodPrefix(end, bad.length);
  }

  @Test
  void shouldNotBelieveAnEndOfOtherRows() throws IOException {
    byte[] bad = Files.readAllBytes(file);
    int start = (int) (long) sizes.get(FRAMES);
    bad[start + 9]++;
    setChecksum(bad, start, bad.length);
    Files.write(file, bad);
    assertGoodPrefix(start, bad.length);
  }

  private void damageWithRightChecksum(byte[] bytes, int start, int end) {
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes[start + 8 + random.nextInt(end - start - 8)] = (byte) random.nextInt();
    }
    setChecksum(bytes, start, end);
  }

  private static void setChecksum(byte[] bytes, int start, int end) {
    byte[] head = Arrays.copyOfRange(bytes, start, start + 9);
    byte[] body = Arrays.copyOfRange(bytes, start + 9, end);
    JournalFormat.putHead(head, head.length, head[8], body, body.length);
    System.arraycopy(head, 0, bytes, start, head.length);
  }

  @Test
  void shouldReadFramesLargerThanItsBuffer() throws IOException {
    RecordBatch large = TestRows.batch(0, 10_000);
    try (Spool spool = Spool.open(folder.resolve("large"), new SpoolConfig(false), counters())) {
      RowJournal journal = spool.beginSlice(0, 1);
      journal.definePort(0, ports);
      journal.append(large);
      try (JournalReader reader = JournalReader.open(journal.complete(0).path())) {
        RecordBatch read = reader.next();
        assertTrue(read != null && read.rows() == 10_000);
        assertArrayEquals(
            Arrays.copyOf(large.data(), large.usedBytes()),
            Arrays.copyOf(read.data(), read.usedBytes()));
      }
    }
  }

  @Test
  void shouldNameAJournalOfAnotherVersion() throws IOException {
    byte[] header = Arrays.copyOf(Files.readAllBytes(file), JournalFormat.HEADER_BYTES);
    JournalFormat.INT.set(header, 8, JournalFormat.VERSION + 1);
    CRC32C crc = new CRC32C();
    crc.update(header, 0, header.length - 4);
    JournalFormat.INT.set(header, header.length - 4, (int) crc.getValue());
    Files.write(file, header);
    SpoolException e = assertThrows(SpoolException.class, () -> JournalReader.open(file));
    assertEquals(SpoolException.Code.OTHER, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("version 4"), e.getMessage());
  }

  /** Checks what is read when all bytes before {@code goodUntil} are right and none behind. */
  private void assertGoodPrefix(long goodUntil, long sizeBytes) throws IOException {
    if (goodUntil < sizes.get(0)) {
      SpoolException e = assertThrows(SpoolException.class, () -> JournalReader.open(file));
      assertEquals(SpoolException.Code.DAMAGED, e.code());
      assertTrue(String.valueOf(e.getMessage()).contains(file.toString()), e.getMessage());
      return;
    }
    int frame = 0;
    while (frame + 1 < sizes.size() && sizes.get(frame + 1) <= goodUntil) {
      frame++;
    }
    try (JournalReader reader = JournalReader.open(file)) {
      assertEquals(rows.subList(0, rowsAfter.get(frame)), readRows(reader));
      assertEquals(sizes.get(frame), reader.goodBytes());
      assertEquals(frame == 0 ? SlicePlan.NONE : plan, reader.plan());
      assertEquals(
          ports.dropPoints().subList(0, dropPointsAfter.get(frame)),
          reader.dictionary().dropPoints());
      assertEquals(sizeBytes - sizes.get(frame), reader.tornBytes());
      assertFalse(reader.isComplete());
    }
  }

  private static List<String> readRows(JournalReader reader) throws IOException {
    List<String> found = new ArrayList<>();
    FlowRecord row = new FlowRecord();
    for (RecordBatch batch = reader.next(); batch != null; batch = reader.next()) {
      int count = 0;
      for (int at = 0; at < batch.usedBytes(); at += row.rowBytes()) {
        row.at(batch.data(), at);
        found.add(
            row.packets()
                + " "
                + reader.dictionary().get(row.portIndex()).portId()
                + " "
                + reader.dictionary().dropPoint(row.dropPoint()));
        count++;
      }
      assertEquals(batch.rows(), count);
    }
    return found;
  }
}
