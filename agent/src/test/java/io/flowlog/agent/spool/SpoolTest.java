package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();

  private Spool open() throws IOException {
    return Spool.open(folder, SpoolConfig.defaults(), counters);
  }

  @Test
  void shouldCompleteTheJournalOfAKilledWriter() throws IOException {
    try (Spool spool = open()) {
      RowJournal journal = spool.beginSlice(5, 6);
      journal.definePort(0, TestRows.ports(1));
      journal.append(TestRows.batch(10, 3));
      journal.close();
    }
    try (Spool spool = open()) {
      JournalFile found = spool.journals().get(0);
      assertEquals(List.of(5L, 6L), List.of(found.startNs(), found.endNs()));
      try (JournalReader reader = JournalReader.open(found.path())) {
        while (reader.next() != null) {
          assertFalse(reader.isComplete());
        }
        assertTrue(reader.isComplete());
        assertEquals(3, reader.rows());
        assertEquals(10 + 11 + 12, reader.packets());
      }
      assertEquals(0, counters.get(AgentCounter.JOURNAL_TORN_BYTES));
    }
  }

  @Test
  void shouldDropAJournalWithoutAHeaderAndCountIt() throws IOException {
    Files.createDirectories(folder.resolve("journal"));
    Files.write(folder.resolve("journal/000000000003_0_1.open"), new byte[1000]);
    try (Spool spool = open()) {
      assertEquals(List.of(), spool.journals());
      assertEquals(1000, counters.get(AgentCounter.JOURNAL_TORN_BYTES));
      assertEquals(4, spool.beginSlice(0, 1).complete(0).sequence());
    }
  }

  @Test
  void shouldLeaveForeignFilesAlone() throws IOException {
    Files.createDirectories(folder.resolve("journal"));
    Path note = Files.writeString(folder.resolve("journal/notes.open"), "mine");
    try (Spool spool = open()) {
      spool.discardAll();
    }
    assertEquals("mine", Files.readString(note));
  }

  @Test
  void shouldForgetEverythingOnRequest() throws IOException {
    try (Spool spool = open()) {
      JournalFile journal = journalOfOneRow(spool);
      seal(spool, journal);
      spool.beginSlice(7, 8).close();
      spool.discardAll();
      assertEquals(List.of(), spool.journals());
      assertEquals(List.of(), spool.sealed());
    }
    for (String name : List.of("journal", "sealed")) {
      try (Stream<Path> left = Files.list(folder.resolve(name))) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void shouldKeepPartNumbersUntilNothingOfTheIntervalIsLeft() throws IOException {
    try (Spool spool = open()) {
      JournalFile journal = journalOfOneRow(spool);
      SealedFile file = seal(spool, journal).get(0);
      long ended = journal.endNs() + 1;
      assertManifests(1, spool, ended);
      spool.release(file);
      assertManifests(1, spool, ended);
      spool.retire(journal);
      assertManifests(1, spool, journal.endNs());
      assertManifests(0, spool, ended);
    }
  }

  private void assertManifests(int count, Spool spool, long endedBeforeNs) throws IOException {
    spool.forgetPartNumbers(endedBeforeNs);
    try (Stream<Path> left = Files.list(folder.resolve("sealed"))) {
      assertEquals(count, left.filter(p -> p.toString().endsWith(".files")).count());
    }
  }

  @Test
  void shouldRefuseToSpoolBehindADamagedManifest() throws IOException {
    try (Spool spool = open()) {
      seal(spool, journalOfOneRow(spool));
    }
    Path manifest;
    try (Stream<Path> found = Files.list(folder.resolve("sealed"))) {
      manifest = found.filter(p -> p.toString().endsWith(".files")).findAny().orElseThrow();
    }
    Files.writeString(manifest, "nonsense");
    SpoolException e = assertThrows(SpoolException.class, this::open);
    assertEquals(SpoolException.Code.DAMAGED, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(manifest.toString()), e.getMessage());
    Files.delete(manifest);
    open().close();
  }

  @Test
  void shouldLetTheNextOwnerInAfterItIsClosed() throws IOException {
    Spool first = open();
    assertThrows(SpoolException.class, this::open);
    first.close();
    open().close();
  }

  private static JournalFile journalOfOneRow(Spool spool) throws IOException {
    RowJournal journal = spool.beginSlice(5, 6);
    journal.definePort(0, TestRows.ports(1));
    journal.append(TestRows.batch(10, 1));
    return journal.complete(10);
  }

  private static List<SealedFile> seal(Spool spool, JournalFile journal) throws IOException {
    FlowLogger logger = TestRows.logger(0, TrafficFilter.ALL);
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    return new Sealer(spool, new NumberEncoders(), names, 0)
        .seal(new SealJob(journal, logger, Coverage.ofEverything(), journal.interval()));
  }
}
