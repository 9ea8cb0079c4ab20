package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows of a journal a logger gets, and what stands for a port that has none. */
class SilentPortTest {
  private static final UUID VPC = new UUID(1, 1);
  private static final UUID OTHER_VPC = new UUID(1, 2);

  @TempDir Path folder;
  private final RecordDictionary dictionary = new RecordDictionary();
  private final RecordBatch batch = new RecordBatch(4096);
  private boolean dropEvidence = true;
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(folder, new SpoolConfig(false), new CounterSet());
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  private static FlowLogger logger(TrafficFilter filter, boolean setupOnly) {
    return new LoggerMaker(1).ofVpc(VPC).filter(filter).setupOnly(setupOnly).make();
  }

  private static LoggingPort port(String id, UUID network, String owner) {
    return new LoggingPort(
        null, id, null, List.of(), null, null, network.toString(), null, "instance", owner);
  }

  /** Appends a row whose times are its place, and returns it for changes. */
  private FlowRecord add(int portIndex, int ipVersion, int verdict, int status) {
    int place = batch.rows() + 1;
    FlowRecord row =
        new FlowRecord()
            .at(batch.data(), batch.usedBytes())
            .kind(ipVersion, 0, verdict, status)
            .portIndex(portIndex)
            .times(place, place)
            .counts(place, 100)
            .audience(FlowRecord.FOR_EVERYBODY)
            .expiresNs(FlowRecord.NEVER);
    if (ipVersion == 0) {
      row.lostPackets(FlowRecord.UNKNOWN);
    }
    batch.append(row.rowBytes());
    return row;
  }

  private FlowRecord addLoss(int portIndex, long lostPackets) {
    return add(portIndex, 0, FlowRecord.ACCEPT, FlowRecord.SKIPDATA)
        .protocol(0, FlowRecord.OF_WHOLE_INTERVAL)
        .counts(0, 0)
        .lostPackets(lostPackets);
  }

  private List<String> linesOf(FlowLogger logger) throws IOException {
    List<SealedFile> files = seal(logger);
    return files.isEmpty() ? List.of() : Files.readAllLines(files.get(0).path());
  }

  private List<SealedFile> seal(FlowLogger logger) throws IOException {
    RowJournal journal = spool.beginSlice(1000, 2000);
    journal.declare(new SlicePlan(1000, dropEvidence, List.of(logger)));
    for (int portIndex = 0; portIndex < dictionary.size(); portIndex++) {
      if (dictionary.find(portIndex) != null) {
        journal.definePort(portIndex, dictionary);
      }
    }
    journal.append(batch);
    JournalFile file = journal.complete(0);
    Sealer sealer = new Sealer(spool, new RowLines(), new ObjectNames(ZoneOffset.UTC, "h1"), 0);
    Coverage coverage = new Coverage(LoggerConfig.defaults());
    return sealer.seal(new SealJob(file, logger, coverage, file.interval()));
  }

  @Test
  void shouldSayForEachCoveredPortThatNothingWentThrough() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    dictionary.define(1, port("b", OTHER_VPC, "x"));
    dictionary.define(40, port("c", VPC, "x"));
    dictionary.define(41, port("d", VPC, "x"));
    add(41, 4, FlowRecord.ACCEPT, FlowRecord.OK);
    assertEquals(
        List.of(
            "d OK packets=1 lost=-1 1-1",
            "a NODATA packets=0 lost=-1 1000-2000",
            "c NODATA packets=0 lost=-1 1000-2000"),
        linesOf(logger(TrafficFilter.ALL, false)));
  }

  @Test
  void shouldCountAPortAsSilentWhoseRowsTheFilterHides() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    add(0, 4, FlowRecord.DROP, FlowRecord.OK);
    assertEquals(
        List.of("a NODATA packets=0 lost=-1 1000-2000"),
        linesOf(logger(TrafficFilter.ACCEPT, false)));
    assertEquals(List.of("a OK packets=1 lost=-1 1-1"), linesOf(logger(TrafficFilter.DROP, false)));
  }

  @Test
  void shouldCountAPortAsSilentWhoseRowsAreForOtherLoggers() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    add(0, 4, FlowRecord.ACCEPT, FlowRecord.OK).audience(FlowRecord.FOR_ALL_TRAFFIC);
    assertEquals(
        List.of("a NODATA packets=0 lost=-1 1000-2000"), linesOf(logger(TrafficFilter.ALL, true)));
    assertEquals(List.of("a OK packets=1 lost=-1 1-1"), linesOf(logger(TrafficFilter.ALL, false)));
  }

  @Test
  void shouldGiveEachAudienceItsOwnRows() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    add(0, 4, FlowRecord.ACCEPT, FlowRecord.OK).audience(FlowRecord.FOR_ALL_TRAFFIC);
    add(0, 4, FlowRecord.ACCEPT, FlowRecord.OK).audience(FlowRecord.FOR_SETUP_ONLY);
    add(0, 6, FlowRecord.ACCEPT, FlowRecord.OK);
    assertEquals(
        List.of("a OK packets=1 lost=-1 1-1", "a OK packets=3 lost=-1 3-3"),
        linesOf(logger(TrafficFilter.ALL, false)));
    assertEquals(
        List.of("a OK packets=2 lost=-1 2-2", "a OK packets=3 lost=-1 3-3"),
        linesOf(logger(TrafficFilter.ALL, true)));
  }

  @Test
  void shouldNotClaimThatNothingWasDroppedWhereNobodyCanTell() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    dropEvidence = false;
    assertEquals(
        List.of("a SKIPDATA packets=0 lost=-1 1000-2000"),
        linesOf(logger(TrafficFilter.DROP, false)));
    assertEquals(
        List.of("a NODATA packets=0 lost=-1 1000-2000"), linesOf(logger(TrafficFilter.ALL, false)));
  }

  @Test
  void shouldTellALossToEveryFilterAndPutNoSilenceBesideIt() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    addLoss(0, 17);
    dropEvidence = false;
    for (TrafficFilter filter : TrafficFilter.values()) {
      assertEquals(
          List.of("a SKIPDATA packets=0 lost=17 1000-2000"), linesOf(logger(filter, true)));
    }
  }

  @Test
  void shouldKeepTheTimesOfALossThatWasNotOfTheWholeInterval() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    addLoss(0, 17).protocol(0, 0).times(500, 1200);
    assertEquals(
        List.of("a SKIPDATA packets=0 lost=17 500-1200"),
        linesOf(logger(TrafficFilter.ALL, false)));
  }

  @Test
  void shouldNeverShowARowWithoutPacketsThatTellsOfNoLoss() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    add(0, 4, FlowRecord.ACCEPT, FlowRecord.OK).counts(0, 0);
    add(0, 6, FlowRecord.DROP, FlowRecord.OK).counts(0, 0);
    for (TrafficFilter filter : TrafficFilter.values()) {
      assertEquals(List.of("a NODATA packets=0 lost=-1 1000-2000"), linesOf(logger(filter, false)));
    }
  }

  @Test
  void shouldTreatFoldedTrafficAsTraffic() throws IOException {
    dictionary.define(0, port("a", VPC, "x"));
    add(0, 0, FlowRecord.DROP, FlowRecord.SKIPDATA);
    assertEquals(
        List.of("a SKIPDATA packets=1 lost=-1 1-1"), linesOf(logger(TrafficFilter.ALL, false)));
    assertEquals(
        List.of("a SKIPDATA packets=1 lost=-1 1-1"), linesOf(logger(TrafficFilter.DROP, false)));
    assertEquals(
        List.of("a NODATA packets=0 lost=-1 1000-2000"),
        linesOf(logger(TrafficFilter.ACCEPT, false)));
  }

  @Test
  void shouldSpeakOnceOfAPortThatHasTwoNumbers() throws IOException {
    dictionary.define(3, port("a", VPC, "old owner"));
    dictionary.define(5, port("a", VPC, "new owner"));
    assertEquals(
        List.of("a NODATA packets=0 lost=-1 1000-2000"), linesOf(logger(TrafficFilter.ALL, false)));
    add(5, 4, FlowRecord.ACCEPT, FlowRecord.OK);
    assertEquals(List.of("a OK packets=1 lost=-1 1-1"), linesOf(logger(TrafficFilter.ALL, false)));
  }

  @Test
  void shouldMakeNoFileForALoggerWithoutAPortHere() throws IOException {
    dictionary.define(0, port("a", OTHER_VPC, "x"));
    add(0, 4, FlowRecord.ACCEPT, FlowRecord.OK);
    addLoss(0, 17);
    assertEquals(List.of(), seal(logger(TrafficFilter.ALL, false)));
    assertEquals(List.of(), spool.sealed());
  }
}
