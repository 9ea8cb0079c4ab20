package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.spool.SpoolException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The spool on a disk that is full, or that may not be written. */
class FullDiskTest {
  private static final FlowLogger LOGGER = TestRows.logger(0, TrafficFilter.ALL);

  @TempDir Path temporary;

  private static Spool open(SmallDisk disk) throws IOException {
    return Spool.open(disk.folder().resolve("spool"), SpoolConfig.defaults(), new CounterSet());
  }

  private static Sealer sealer(Spool spool) {
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    return new Sealer(spool, new NumberEncoders(), names, 500);
  }

  @Test
  void shouldKeepTheJournalWholeAndGoOnOnceThereIsRoom() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"));
        Spool spool = open(disk)) {
      RowJournal journal = spool.beginSlice(0, 1);
      journal.definePort(0, TestRows.ports(1));
      Path file = disk.folder().resolve("spool/journal/000000000001_0_1.open");
      RecordBatch batch = TestRows.batch(1, 300);
      journal.append(batch);
      disk.fill();
      long sizeBytes = Files.size(file);
      assertFails(Code.DISK_FULL, file, () -> appendUntilFull(journal, batch));
      long rows = journal.rows();
      assertTrue(Files.size(file) - sizeBytes <= 4096, "no torn frame is left");
      disk.makeRoom();
      journal.append(batch);
      assertRows(rows + 300, journal.complete(0).path());
    }
  }

  private static void appendUntilFull(RowJournal journal, RecordBatch batch) throws IOException {
    while (true) {
      journal.append(batch);
    }
  }

  private static void assertRows(long rows, Path journal) throws IOException {
    try (JournalReader reader = JournalReader.open(journal)) {
      while (reader.next() != null) {
        assertEquals(0, reader.rows() % 300);
      }
      assertTrue(reader.isComplete());
      assertEquals(rows, reader.rows());
      assertEquals(0, reader.tornBytes());
    }
  }

  @Test
  void shouldNotBeginAJournalThatCannotHaveAHeader() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"));
        Spool spool = open(disk)) {
      disk.fill();
      assertFails(Code.DISK_FULL, disk.folder(), () -> spool.beginSlice(0, 1));
      assertEquals(List.of(), filesIn(disk, "journal"));
      disk.makeRoom();
      spool.beginSlice(0, 1).complete(0);
    }
  }

  @Test
  void shouldLeaveNoSealedFileBehindAFullDisk() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"));
        Spool spool = open(disk)) {
      JournalFile journal = journalOf(spool, 1200);
      disk.fill();
      SealJob job = new SealJob(journal, LOGGER, Coverage.ofEverything(), journal.interval());
      Sealer sealer = sealer(spool);
      assertFails(Code.DISK_FULL, disk.folder(), () -> sealer.seal(job));
      assertEquals(List.of(), spool.sealed());
      assertEquals(List.of(), filesIn(disk, "sealed"));
      disk.makeRoom();
      assertEquals(3, sealer.seal(job).size());
      assertEquals(3, spool.sealed().size());
    }
  }

  @Test
  void shouldOpenOnAFullDiskAndRecoverOnceThereIsRoom() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"))) {
      try (Spool spool = open(disk)) {
        RowJournal journal = spool.beginSlice(0, 1);
        journal.definePort(0, TestRows.ports(1));
        // ends near a page's end, so that the last frame needs another page
        long rowBytes = TestRows.batch(0, 1).usedBytes();
        long sizeBytes = Files.size(disk.folder().resolve("spool/journal/000000000001_0_1.open"));
        int rows = 0;
        while ((sizeBytes + 13 + rowBytes) % 4096 < 4096 - 26) {
          journal.append(TestRows.batch(0, 1));
          sizeBytes += 13 + rowBytes;
          rows++;
        }
        journal.append(TestRows.batch(0, 1));
        journal.close();
        assertTrue(rows > 10);
      }
      disk.fill();
      try (Spool spool = open(disk)) {
        assertFails(Code.DISK_FULL, disk.folder(), spool::journals);
        assertEquals(List.of(), spool.sealed());
        disk.makeRoom();
        assertEquals(1, spool.journals().size());
      }
    }
  }

  @Test
  void shouldSayThatADiskMayNotBeWritten() throws IOException {
    try (SmallDisk disk = new SmallDisk(temporary.resolve("disk"))) {
      Path folder = disk.folder().resolve("spool");
      try (Spool spool = open(disk)) {
        journalOf(spool, 10);
      }
      disk.makeReadOnly();
      assertFails(Code.NO_PERMISSION, folder, () -> open(disk));
    }
  }

  @Test
  void shouldSayThatAFolderMayNotBeMade() {
    Path forbidden = Path.of("/sys/flowlog-spool-test");
    CounterSet counters = new CounterSet();
    assertFails(
        Code.NO_PERMISSION,
        forbidden,
        () -> Spool.open(forbidden, SpoolConfig.defaults(), counters));
  }

  private static JournalFile journalOf(Spool spool, int rows) throws IOException {
    RowJournal journal = spool.beginSlice(0, 1);
    journal.definePort(0, TestRows.ports(1));
    journal.append(TestRows.batch(1, rows));
    return journal.complete(0);
  }

  private static List<Path> filesIn(SmallDisk disk, String name) throws IOException {
    try (Stream<Path> found = Files.list(disk.folder().resolve("spool").resolve(name))) {
      return found.toList();
    }
  }

  private static void assertFails(Code code, Path path, Executable work) {
    SpoolException e = assertThrows(SpoolException.class, work);
    assertEquals(code, e.code(), e.getMessage());
    String line = String.valueOf(e.getMessage());
    assertTrue(line.contains(path.toString()), line);
    assertTrue(line.lines().count() == 1, line);
  }
}
