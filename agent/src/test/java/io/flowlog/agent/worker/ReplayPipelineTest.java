package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.format.RecordEncoders;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.spool.JournalFile;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.RowJournal;
import io.flowlog.agent.spool.SealJob;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.spool.SpoolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayPipelineTest {
  private static final String PORT_MAC = "02:00:00:00:0a:01";
  private static final long MINUTE_NS = 60_000_000_000L;
  private static final int FRAMES = 60;

  @TempDir Path folder;
  private ReplayFixture replay = new ReplayFixture(Path.of(""));

  @BeforeEach
  void makeCapture() {
    replay = new ReplayFixture(folder);
    replay.fields = List.of("timestamp_start", "src_addr", "src_port", "packets", "bytes");
  }

  private static FrameBuilder udpOf(String sourceMac, String source, int sourcePort) {
    return FrameBuilder.ethernet(sourceMac, "02:00:00:00:0f:0f")
        .ipv4(source, "192.0.2.80")
        .udp(sourcePort, 53)
        .payloadOf(12);
  }

  private static FrameBuilder udp(String source, int sourcePort) {
    return FrameBuilder.ethernet().ipv4(source, "192.0.2.80").udp(sourcePort, 53).payloadOf(12);
  }

  /** Adds frames over three minutes. */
  private void addMinutes() {
    replay.intervalUnitNs = MINUTE_NS;
    for (int i = 0; i < FRAMES; i++) {
      replay.after(3000).add(udp("10.0.0." + i, 1000 + i));
    }
  }

  private static List<String> lines(Map<String, byte[]> files) {
    return files.values().stream()
        .flatMap(bytes -> new String(bytes, StandardCharsets.UTF_8).lines().skip(1))
        .toList();
  }

  @Test
  void shouldLeaveNothingButTheFiles() throws IOException {
    addMinutes();
    SortedMap<String, byte[]> files = replay.run();
    assertEquals(4, files.size());
    assertTrue(files.keySet().stream().allMatch(name -> name.endsWith(".csv")));
    assertEquals(FRAMES, lines(files).size());
    assertFalse(Files.exists(replay.out().resolve(ReplayPipeline.SPOOL_FOLDER)));
  }

  @Test
  void shouldGiveTheSameFilesWhenRepeatedIntoTheSameDirectory() throws IOException {
    addMinutes();
    SortedMap<String, byte[]> once = replay.run();
    assertSameFiles(once, replay.run());
  }

  private static void assertSameFiles(
      SortedMap<String, byte[]> expected, SortedMap<String, byte[]> files) {
    assertEquals(expected.keySet(), files.keySet());
    expected.forEach((name, bytes) -> assertArrayEquals(bytes, files.get(name), name));
  }

  @Test
  void shouldCountEveryPacketAndEveryRecord() throws IOException {
    addMinutes();
    replay.add(FrameBuilder.ethernet().arp("10.0.0.1", "10.0.0.2"));
    replay.add(udp("10.0.0.1", 9).overwrite(14, 0x44));
    replay.run();
    assertEquals(FRAMES, replay.counters.get(AgentCounter.PACKETS));
    assertEquals(FRAMES * 40, replay.counters.get(AgentCounter.PACKET_BYTES));
    assertEquals(FRAMES, replay.counters.get(AgentCounter.RECORDS));
    assertEquals(4, replay.counters.get(AgentCounter.FILES_STORED));
    assertEquals(1, replay.counters.get(AgentCounter.FRAMES_NOT_IP));
    assertEquals(1, replay.counters.get(AgentCounter.FRAMES_IP_HEADER_LENGTH_WRONG));
  }

  @Test
  void shouldLeaveOutExcludedNetworks() throws IOException {
    replay.excludedNetworks = List.of("10.0.0.1/32", "10.1.0.0/16");
    replay.add(udp("10.0.0.1", 1)).add(udp("10.0.0.2", 2)).add(udp("10.1.2.3", 3));
    assertEquals(List.of("1767323045002,10.0.0.2,2,1,40"), lines(replay.run()));
    assertEquals(2, replay.counters.get(AgentCounter.FRAMES_EXCLUDED));
    assertEquals(1, replay.counters.get(AgentCounter.PACKETS));
  }

  @Test
  void shouldLeaveOutWhatBelongsToNoPort() throws IOException {
    replay.ports = Ports.of(List.of(ReplayFixture.port(1, PORT_MAC, "10.0.0.1")));
    replay.add(udpOf(PORT_MAC, "10.0.0.1", 1)).add(udp("10.0.0.2", 2));
    assertEquals(List.of("1767323045001,10.0.0.1,1,1,40"), lines(replay.run()));
    assertEquals(1, replay.counters.get(AgentCounter.FRAMES_OF_NO_PORT));
  }

  @Test
  void shouldRecordOnlyPortsThatTheLoggerCovers() throws IOException {
    LoggingPort foreign =
        new LoggingPort(
            null, "foreign", null, List.of("10.0.0.2"), null, null, "other", null, null, null);
    replay.ports = Ports.of(List.of(foreign, ReplayFixture.port(1, PORT_MAC, "10.0.0.1")));
    replay.add(udpOf(PORT_MAC, "10.0.0.1", 1)).add(udp("10.0.0.2", 2));
    assertEquals(List.of("1767323045001,10.0.0.1,1,1,40"), lines(replay.run()));
    assertEquals(2, replay.counters.get(AgentCounter.PACKETS));
  }

  @Test
  void shouldDiscardWhatAKilledReplayLeftInTheSpool() throws IOException {
    addMinutes();
    Path capture = replay.capture();
    Path clean = folder.resolve("clean");
    replay.run(clean, capture);
    leaveBehind(replay.out().resolve(ReplayPipeline.SPOOL_FOLDER));
    replay.run(replay.out(), capture);
    assertSameFiles(ReplayFixture.files(clean), ReplayFixture.files(replay.out()));
  }

  /** Fills a spool with a sealed file, a complete journal and one that was cut off. */
  private void leaveBehind(Path spoolFolder) throws IOException {
    ReplayPlan plan = replay.plan(replay.out());
    RecordDictionary ports = new RecordDictionary();
    ports.define(0, plan.ports().list().get(0));
    try (Spool spool = Spool.open(spoolFolder, new SpoolConfig(false), new CounterSet())) {
      Sealer sealer =
          new Sealer(
              spool,
              new RecordEncoders(plan.encoding()),
              new ObjectNames(plan.zone(), plan.encoding().host()),
              0);
      writeJournal(spool, ports).complete(1);
      JournalFile journal = spool.journals().get(0);
      sealer.seal(
          new SealJob(journal, plan.loggers().get(0), Coverage.ofEverything(), journal.interval()));
      assertEquals(1, spool.sealed().size());
      writeJournal(spool, ports).complete(1);
      writeJournal(spool, ports);
    }
  }

  private static RowJournal writeJournal(Spool spool, RecordDictionary ports) throws IOException {
    long startNs = Math.floorDiv(ReplayFixture.START_NS, MINUTE_NS) * MINUTE_NS;
    RowJournal journal = spool.beginSlice(startNs, startNs + MINUTE_NS);
    journal.definePort(0, ports);
    RecordBatch batch = new RecordBatch(FlowRecord.BYTES_MAX);
    new FlowRecord().at(batch.data(), 0).kind(4, 0, 0, 0).portIndex(0).counts(666, 666);
    batch.append(FlowRecord.bytesOf(4));
    journal.append(batch);
    return journal;
  }

  @Test
  void shouldComeOutRightAfterAReplayThatWasBrokenOff() throws IOException {
    addMinutes();
    Path capture = replay.capture();
    Path clean = folder.resolve("clean");
    replay.run(clean, capture);
    try (ReplayPipeline pipeline = ReplayPipeline.open(replay.plan(replay.out()))) {
      pipeline.read(new Frames(FRAMES / 2, null), () -> false, (packets, records) -> {});
    }
    assertFalse(Files.exists(replay.out().resolve(ReplayPipeline.SPOOL_FOLDER)));
    replay.run(replay.out(), capture);
    assertSameFiles(ReplayFixture.files(clean), ReplayFixture.files(replay.out()));
  }

  @Test
  void shouldKeepWhatWasReadWhenItIsTimeToStop() throws IOException {
    try (ReplayPipeline pipeline = ReplayPipeline.open(replay.plan(replay.out()))) {
      CaptureSource source = new Frames(FRAMES, null);
      pipeline.read(
          source,
          () -> pipeline.counters().get(AgentCounter.PACKETS) > 0,
          (packets, records) -> {});
      assertFalse(source.isExhausted());
      pipeline.finish((packets, records) -> {});
      long packets = pipeline.counters().get(AgentCounter.PACKETS);
      assertTrue(packets > 0 && packets < FRAMES, "packets: " + packets);
    }
    assertFalse(ReplayFixture.files(replay.out()).isEmpty());
  }

  @Test
  void shouldKeepWhatWasReadableOfADamagedSource() throws IOException {
    IOException damage = new IOException("cut off");
    replay.add(udp("10.0.0.1", 1));
    try (ReplayPipeline pipeline = ReplayPipeline.open(replay.plan(replay.out()))) {
      CaptureSource source = new Frames(10, damage);
      IOException e =
          assertThrows(
              IOException.class,
              () -> pipeline.read(source, () -> false, (packets, records) -> {}));
      assertSame(damage, e);
      pipeline.finish((packets, records) -> {});
      assertEquals(10, pipeline.counters().get(AgentCounter.PACKETS));
    }
    assertEquals(10, lines(ReplayFixture.files(replay.out())).size());
  }

  @Test
  void shouldHaveTheOutputDirectoryForItself() throws IOException {
    replay.add(udp("10.0.0.1", 1));
    try (ReplayPipeline first = ReplayPipeline.open(replay.plan(replay.out()))) {
      SpoolException e =
          assertThrows(
              SpoolException.class, () -> ReplayPipeline.open(replay.plan(replay.out())).close());
      assertEquals(SpoolException.Code.LOCKED, e.code());
      first.finish((packets, records) -> {});
    }
    assertEquals(Map.of(), ReplayFixture.files(replay.out()), "no packet, no file");
  }

  @Test
  void shouldReportHowFarItIs() throws IOException {
    addMinutes();
    long[] seen = new long[2];
    try (ReplayPipeline pipeline = ReplayPipeline.open(replay.plan(replay.out()))) {
      pipeline.read(
          new Frames(FRAMES, null),
          () -> false,
          (packets, records) -> {
            assertTrue(packets >= seen[0] && records >= seen[1], "progress never goes back");
            seen[0] = packets;
            seen[1] = records;
          });
      pipeline.finish((packets, records) -> seen[1] = records);
    }
    assertEquals(FRAMES, seen[0]);
    assertEquals(FRAMES, seen[1]);
  }

  /** Frames of as many connections, one a poll, and then the end or a failure. */
  private static final class Frames implements CaptureSource {
    private final int frames;
    private final @Nullable IOException failure;
    private int next;

    Frames(int frames, @Nullable IOException failure) {
      this.frames = frames;
      this.failure = failure;
    }

    @Override
    public int poll(FrameHandler handler, int frameLimit) throws IOException {
      if (next == frames && failure != null) {
        throw failure;
      }
      long timestampNs = ReplayFixture.START_NS + next * 3_000_000_000L;
      handler.onFrame(udp("10.9.0." + next, 2000 + next).toFrame(timestampNs));
      next++;
      return 1;
    }

    @Override
    public boolean isExhausted() {
      return next == frames && failure == null;
    }

    @Override
    public void close() {}
  }
}
