package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.SlicePlan;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStore;
import io.flowlog.agent.store.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for whoever takes the rows of slices: all of them get into files, in order. */
abstract class SliceSinkContract {
  static final long UNIT_NS = 1_000_000_000L;
  private static final int BATCHES = 100;
  private static final int ROWS = 40;

  @TempDir Path folder;
  final CounterSet counters = new CounterSet();
  final LoggedEvents events = new LoggedEvents();
  private Spool spool;
  private SliceSink sink;
  private volatile TestUploads.Put put = file -> new DirectoryStore(out()).put(file);

  /** Makes a sink that has the worker's work done. */
  abstract SliceSink open(SpoolWorker worker, Spool filled, ObjectStore store) throws IOException;

  /** Returns when all files are stored. */
  abstract void finish() throws IOException;

  @BeforeEach
  void open() throws IOException {
    spool = Spool.open(folder.resolve("spool"), new SpoolConfig(false), counters);
    EncoderSettings encoding = new EncoderSettings(TimestampUnit.SECONDS, false, "", "h");
    FileSettings files = new FileSettings(encoding, new ObjectNames(ZoneOffset.UTC, "h"), 0);
    sink =
        open(
            SpoolWorker.of(spool, files, Coverage.ofEverything(), counters),
            spool,
            TestUploads.store(file -> put.put(file)));
  }

  /** Returns the sink that the test opened. */
  final SliceSink sink() {
    return sink;
  }

  /** Makes the bounds of the spool, which are as wide as usual. */
  final SpoolBounds bounds(StateFolder state) throws IOException {
    SpoolBounds.Means means =
        new SpoolBounds.Means(SpoolConfig.defaults(), state, events.log(), counters);
    return new SpoolBounds(spool, means, System.nanoTime(), TimeOfDay.nowNs());
  }

  /** Says where files are stored, if not in a directory. */
  final void storeBy(TestUploads.Put other) {
    put = other;
  }

  final Path out() {
    return folder.resolve("out");
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
  }

  static NumberedPlan plan(FlowLogger logger) {
    return new NumberedPlan(
        new SlicePlan(UNIT_NS, true, List.of(logger)),
        List.of(new NumberedPort(0, ReplayFixture.port(1, "02:00:00:00:00:01"))));
  }

  static FlowLogger logger() {
    ReplayFixture fixture = new ReplayFixture(Path.of(""));
    fixture.fields = List.of("src_port", "dst_port", "drop_point");
    return fixture.logger();
  }

  /** Makes rows whose ports number them. */
  private static void fill(RecordBatch batch, int number, int dropPoint) {
    batch.clear();
    FlowRecord row = new FlowRecord();
    for (int i = 0; i < ROWS; i++) {
      row.at(batch.data(), batch.usedBytes())
          .kind(4, 1, dropPoint == 0 ? FlowRecord.ACCEPT : FlowRecord.DROP, FlowRecord.OK)
          .protocol(17, FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN)
          .portIndex(0)
          .ports(number, i)
          .counts(1, 40)
          .dropPoint(dropPoint)
          .audience(FlowRecord.FOR_EVERYBODY)
          .expiresNs(FlowRecord.NEVER)
          .addresses4(1, 2);
      batch.append(row.rowBytes());
    }
  }

  @Test
  void shouldBringEveryRowIntoTheFileOfItsSliceInOrder() throws IOException {
    RecordBatch batch = new RecordBatch(ROWS * FlowRecord.BYTES_MAX);
    sink.onPlan(plan(logger()));
    sink.onDropPoint("NETFILTER_DROP");
    for (int slice = 0; slice < 3; slice++) {
      sink.onSliceStart(slice * UNIT_NS, (slice + 1) * UNIT_NS);
      for (int i = 0; i < BATCHES; i++) {
        fill(batch, i, slice % 2);
        sink.onBatch(batch);
      }
      sink.onSliceComplete(BATCHES * ROWS);
    }
    finish();
    SortedMap<String, byte[]> files = new TreeMap<>(ReplayFixture.files(out()));
    assertEquals(3, files.size());
    int slice = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertTrue(file.getKey().contains("00:00:0" + slice), file.getKey());
      assertEquals(text(slice % 2), new String(file.getValue(), StandardCharsets.UTF_8));
      slice++;
    }
    assertEquals(3 * BATCHES * ROWS, counters.get(AgentCounter.RECORDS));
    assertEquals(List.of(), spool.journals());
  }

  private static String text(int dropPoint) {
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < BATCHES; number++) {
      for (int i = 0; i < ROWS; i++) {
        text.append(number).append(',').append(i).append(',');
        text.append(dropPoint == 0 ? "" : "NETFILTER_DROP").append('\n');
      }
    }
    return text.toString();
  }

  @Test
  void shouldPutTheRowsOfASliceUnderThePlanThatItEndedWith() throws IOException {
    RecordBatch batch = new RecordBatch(ROWS * FlowRecord.BYTES_MAX);
    sink.onPlan(plan(logger()));
    sink.onSliceStart(0, UNIT_NS);
    sink.onPlan(NumberedPlan.NOTHING);
    fill(batch, 7, 0);
    sink.onBatch(batch);
    sink.onSliceComplete(ROWS);
    sink.onSliceStart(UNIT_NS, 2 * UNIT_NS);
    sink.onSliceComplete(0);
    finish();
    assertEquals(1, ReplayFixture.files(out()).size());
    assertEquals(List.of(), spool.journals());
  }
}
