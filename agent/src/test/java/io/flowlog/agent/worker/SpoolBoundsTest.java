package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.JournalFile;
import io.flowlog.agent.spool.NumberEncoders;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.SealJob;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.TestRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolBoundsTest {
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long START_NS = 1_767_323_040 * TestRows.SECOND_NS;
  private static final FlowLogger ON = TestRows.logger(1, TrafficFilter.ALL);
  private static final FlowLogger OFF = TestRows.logger(2, TrafficFilter.ALL);
  private static final Set<UUID> COLLECTING = Set.of(ON.id());

  @TempDir Path folder;
  private final CounterSet counters = new CounterSet();
  private final LoggedEvents events = new LoggedEvents();
  private Spool spool;
  private SpoolBounds bounds;

  @BeforeEach
  void open() throws IOException {
    open(0, START_NS);
  }

  private void open(long tickNs, long nowNs) throws IOException {
    spool = Spool.open(folder.resolve("spool"), new SpoolConfig(false), counters);
    SpoolBounds.Means means =
        new SpoolBounds.Means(
            SpoolConfig.defaults(),
            new StateFolder(folder.resolve("state")),
            events.log(),
            counters);
    bounds = new SpoolBounds(spool, means, tickNs, nowNs);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private void seal(FlowLogger logger) throws IOException {
    RowJournal journal = spool.beginSlice(START_NS, START_NS + 60 * TestRows.SECOND_NS);
    journal.definePort(0, TestRows.ports(1));
    journal.append(TestRows.batch(1, 7));
    JournalFile file = journal.complete(0);
    new Sealer(spool, new NumberEncoders(), new ObjectNames(ZoneOffset.UTC, "h1"), 0)
        .seal(new SealJob(file, logger, Coverage.ofEverything(), file.interval()));
    spool.retire(file);
  }

  private List<UUID> waiting() {
    return spool.sealed().stream().map(SealedFile::loggerId).toList();
  }

  @Test
  void shouldDiscardTheFilesOfALoggerADayAfterItWasSwitchedOff() throws IOException {
    seal(ON);
    seal(OFF);
    bounds.keepDisabled(COLLECTING, 0, START_NS);
    bounds.keepDisabled(COLLECTING, 24 * HOUR_NS - 1, START_NS);
    assertEquals(2, waiting().size());
    bounds.keepDisabled(COLLECTING, 25 * HOUR_NS, START_NS);
    assertEquals(List.of(ON.id()), waiting());
    assertEquals(1, counters.get(AgentCounter.FILES_DISCARDED_DISABLED));
    assertEquals(7, counters.get(AgentCounter.ROWS_DISCARDED_DISABLED));
    String what = "logger " + OFF.id() + ": 1 file with 7 rows of the interval from 2026-01-02";
    assertTrue(events.lines().get(0).contains(what), events.lines().get(0));
    assertTrue(bounds.problems().get(0).contains(what), bounds.problems().get(0));
  }

  @Test
  void shouldRememberOverARestartWhenALoggerWasSwitchedOff() throws IOException {
    seal(OFF);
    bounds.keepDisabled(COLLECTING, 0, START_NS);
    spool.close();
    open(5, START_NS + 23 * HOUR_NS);
    bounds.keepDisabled(COLLECTING, 5, START_NS);
    assertEquals(1, waiting().size());
    bounds.keepDisabled(COLLECTING, 5 + HOUR_NS, START_NS);
    assertEquals(List.of(), waiting());
    bounds.keepDisabled(COLLECTING, 5 + 2 * HOUR_NS, START_NS);
    assertEquals("", Files.readString(folder.resolve("state/disabled-since")));
  }

  @Test
  void shouldSayThatItCannotNoteWhenALoggerWasSwitchedOff() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("state"), "");
    seal(OFF);
    bounds.keepDisabled(COLLECTING, 0, START_NS);
    assertTrue(
        bounds.problems().get(0).contains(inTheWay + ": make room"), bounds.problems().get(0));
    assertEquals(1, waiting().size());
    Files.delete(inTheWay);
    bounds.keepDisabled(COLLECTING, HOUR_NS, START_NS);
    assertEquals(List.of(), bounds.problems());
  }

  @Test
  void shouldTellWhatWaitsAndHowMuchMay() throws IOException {
    seal(ON);
    assertFalse(bounds.keep(0, START_NS));
    assertEquals(32 << 10, bounds.bytes());
    assertEquals(8L << 30, bounds.bytesMax());
    assertTrue(bounds.keep(73 * HOUR_NS, START_NS));
    assertEquals(0, bounds.bytes());
  }
}
