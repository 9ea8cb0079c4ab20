package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.Interval;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  private static final FlowLogger ALL = TestRows.logger(0, TrafficFilter.ALL);
  private static final FlowLogger DROP = TestRows.logger(1, TrafficFilter.DROP);
  private static final String STEM = "1970/01/01/" + ALL.id() + "_1970-01-01T00:01:00_h1";

  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();
  private final NumberEncoders encoders = new NumberEncoders();
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(folder, SpoolConfig.defaults(), counters);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  @Test
  void shouldNameASingleFileWithoutAPart() throws IOException {
    List<SealedFile> files = seal(journal(10), ALL, 10);
    assertEquals(1, files.size());
    SealedFile file = files.get(0);
    assertEquals(STEM + ".txt", file.key().text());
    assertEquals(10, file.rows());
    assertEquals(Files.size(file.path()), file.bytes());
    assertEquals(numbers(1, 10), NumberEncoders.numbersIn(file.path()));
    assertEquals(1, counters.get(AgentCounter.FILES_SEALED));
  }

  @Test
  void shouldNumberEveryPartOfALargeInterval() throws IOException {
    List<SealedFile> files = seal(journal(21), ALL, 10);
    assertEquals(
        List.of(STEM + "_part1.txt", STEM + "_part2.txt", STEM + "_part3.txt"),
        files.stream().map(f -> f.key().text()).toList());
    assertEquals(List.of(10L, 10L, 1L), files.stream().map(SealedFile::rows).toList());
    assertEquals(numbers(11, 20), NumberEncoders.numbersIn(files.get(1).path()));
    assertEquals(files, spool.sealed());
  }

  @Test
  void shouldPutEverythingIntoOneFileWithoutALimit() throws IOException {
    assertEquals(1, seal(journal(5000), ALL, 0).size());
  }

  @Test
  void shouldAlwaysNumberAnIntervalThatWasCutShort() throws IOException {
    assertEquals(STEM + "_part1.txt", seal(journal(3), ALL, 10, true).get(0).key().text());
  }

  @Test
  void shouldNumberOnWhatAnEarlierJournalOfTheIntervalLeft() throws IOException {
    JournalFile first = journal(15);
    spool.release(seal(first, ALL, 10, true).get(0));
    spool.retire(first);
    close();
    open();
    assertEquals(STEM + "_part3.txt", seal(journal(3), ALL, 10).get(0).key().text());
  }

  @Test
  void shouldGiveALoggerOnlyTheVerdictsThatItCollects() throws IOException {
    JournalFile journal = journal(6);
    assertEquals(
        List.of(1L, 3L, 5L), NumberEncoders.numbersIn(seal(journal, DROP, 0).get(0).path()));
    FlowLogger accept = TestRows.logger(2, TrafficFilter.ACCEPT);
    assertEquals(
        List.of(2L, 4L, 6L), NumberEncoders.numbersIn(seal(journal, accept, 0).get(0).path()));
  }

  @Test
  void shouldMakeNoFileOfAnEmptyInterval() throws IOException {
    JournalFile journal = spool.beginSlice(0, 1).complete(0);
    assertEquals(List.of(), seal(journal, ALL, 10));
    assertEquals(List.of(), spool.sealed());
  }

  @Test
  void shouldEncodeTheSameBytesAgain() throws IOException {
    JournalFile journal = journal(100);
    SealedFile first = seal(journal, ALL, 0).get(0);
    byte[] bytes = Files.readAllBytes(first.path());
    spool.sealedFolder().discardAll();
    SealedFile second = seal(journal, ALL, 0).get(0);
    assertEquals(first, second);
    assertArrayEquals(bytes, Files.readAllBytes(second.path()));
  }

  @Test
  void shouldFindSealedFilesAgainAfterARestart() throws IOException {
    List<SealedFile> files = seal(journal(25), ALL, 10);
    spool.release(files.get(1));
    close();
    open();
    assertEquals(List.of(files.get(0), files.get(2)), spool.sealed());
    assertEquals(spool.sealed(), seal(spool.journals().get(0), ALL, 10));
  }

  @Test
  void shouldRefuseADamagedJournalAndSealWhatIsGoodOnceSalvaged() throws IOException {
    JournalFile journal = journal(30);
    long size = Files.size(journal.path());
    try (RandomAccessFile file = new RandomAccessFile(journal.path().toFile(), "rw")) {
      file.seek(size - 40);
      file.write(file.read() ^ 1);
    }
    SpoolException e = assertThrows(SpoolException.class, () -> seal(journal, ALL, 0));
    assertEquals(SpoolException.Code.DAMAGED, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(journal.path() + " is damaged at byte"));
    assertEquals(List.of(), spool.sealed());
    spool.salvage(journal);
    SealedFile file = seal(journal, ALL, 0).get(0);
    assertEquals(numbers(1, 20), NumberEncoders.numbersIn(file.path()));
    assertTrue(counters.get(AgentCounter.JOURNAL_TORN_BYTES) > 600);
  }

  /** Makes the journal of an interval, with a frame for each ten rows. */
  private JournalFile journal(int rows) throws IOException {
    RowJournal journal = spool.beginSlice(60 * TestRows.SECOND_NS, 120 * TestRows.SECOND_NS);
    journal.definePort(0, TestRows.ports(1));
    for (int row = 0; row < rows; row += 10) {
      journal.append(TestRows.batch(row + 1, Math.min(10, rows - row)));
    }
    return journal.complete(0);
  }

  private List<SealedFile> seal(JournalFile journal, FlowLogger logger, int rowsPerFile)
      throws IOException {
    return seal(journal, logger, rowsPerFile, false);
  }

  private List<SealedFile> seal(
      JournalFile journal, FlowLogger logger, int rowsPerFile, boolean early) throws IOException {
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "h1");
    Interval interval = new Interval(journal.startNs(), journal.endNs() + (early ? 1 : 0));
    return new Sealer(spool, encoders, names, rowsPerFile)
        .seal(new SealJob(journal, logger, Coverage.ofEverything(), interval));
  }

  private static List<Long> numbers(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }
}
