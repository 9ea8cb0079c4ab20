package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.replay.CaptureFileSource;
import io.flowlog.agent.capture.replay.ReplayContext;
import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A capture in the making and the settings of its replay; owned by one test. */
final class ReplayFixture {
  /** 2026-01-02 03:04:05 UTC. */
  static final long START_NS = 1_767_323_045_000_000_000L;

  static final UUID PORT_ID = UUID.fromString("00000000-0000-4000-8000-0000000000aa");
  static final UUID NETWORK_ID = UUID.fromString("00000000-0000-4000-8000-0000000000cc");

  private static final UUID LOGGER_ID = UUID.fromString("11111111-1111-4111-8111-111111111111");

  private static final List<String> FIELDS =
      List.of(
          "timestamp_start",
          "timestamp_end",
          "interface_id",
          "protocol",
          "src_addr",
          "dst_addr",
          "src_port",
          "dst_port",
          "tcp_flag",
          "packets",
          "bytes",
          "direction",
          "filter",
          "status",
          "ip_version",
          "icmp_type",
          "icmp_code",
          "tcp_flags_all",
          "initiator",
          "tcp_state",
          "setup_us",
          "lost_packets",
          "end_reason");

  private record Timed(long timestampNs, FrameBuilder frame) {}

  private final List<Timed> frames = new ArrayList<>();
  private final Path folder;
  private long nowNs = START_NS;

  List<String> fields = FIELDS;
  TrafficFilter filter = TrafficFilter.ALL;
  CompressionType compression = CompressionType.RAW;
  String partitionPeriod = "DAY";
  Ports ports = Ports.assumed(PORT_ID);
  long intervalUnitNs;
  TableSize tableSize = TableSize.growing(1 << 20, 20260201);
  TimestampUnit unit = TimestampUnit.MILLISECONDS;
  int rowsPerFile;
  List<String> excludedNetworks = List.of();

  /** The numbers of the last run. */
  CounterSet counters = new CounterSet();

  ReplayFixture(Path folder) {
    this.folder = folder;
  }

  /** Lets time pass before the next frame. */
  ReplayFixture after(long milliseconds) {
    nowNs += milliseconds * 1_000_000;
    return this;
  }

  /** Adds a frame, one millisecond behind the last one. */
  ReplayFixture add(FrameBuilder frame) {
    after(1);
    frames.add(new Timed(nowNs, frame));
    return this;
  }

  /** Makes a port of the network that the logger covers when there are declared ports. */
  static LoggingPort port(int number, String mac, String... addresses) {
    return new LoggingPort(
        "tap" + number,
        "00000000-0000-4000-8000-00000000000" + number,
        mac,
        List.of(addresses),
        "vm-" + number,
        "subnet",
        NETWORK_ID.toString(),
        null,
        "instance",
        "vm-" + number);
  }

  Path out() {
    return folder.resolve("out");
  }

  FlowLogger logger() {
    return new FlowLogger(
        LOGGER_ID,
        "logger",
        "",
        FlowLogger.ResourceType.VPC,
        NETWORK_ID,
        filter,
        1,
        false,
        FlowLogger.StorageType.FILE,
        "file:///",
        FlowLogger.LogFormat.CSV,
        compression,
        FlowLogger.Layout.nhn,
        fields,
        partitionPeriod,
        null,
        true,
        null);
  }

  ReplayPlan plan(Path out) {
    return new ReplayPlan(
        out,
        List.of(logger()),
        ports,
        intervalUnitNs,
        tableSize,
        FlowConfig.Timeouts.defaults(),
        new EncoderSettings(unit, true, "KR1", "host-1"),
        rowsPerFile,
        ZoneOffset.UTC,
        LoggerConfig.defaults(),
        excludedNetworks);
  }

  /** Writes the capture file. */
  Path capture() throws IOException {
    Path file = folder.resolve("capture.pcap");
    try (CaptureFileWriter writer =
        CaptureFileWriter.create(file, frames.get(0).frame().linkTypeNumber())) {
      for (Timed timed : frames) {
        writer.write(timed.timestampNs(), timed.frame());
      }
    }
    return file;
  }

  /** Replays what was added; returns the files by their path below the output directory. */
  SortedMap<String, byte[]> run() throws IOException {
    run(out(), capture());
    return files(out());
  }

  /** Replays a capture file into a directory; of a damaged one, what is readable. */
  void run(Path out, Path capture) throws IOException {
    try (ReplayPipeline pipeline = ReplayPipeline.open(plan(out))) {
      counters = pipeline.counters();
      try (CaptureSource source =
          CaptureFileSource.open(capture, ReplayContext.withoutPorts(), counters)) {
        pipeline.read(source, () -> false, (packets, records) -> {});
      } finally {
        pipeline.finish((packets, records) -> {});
      }
    }
  }

  /** Returns every file below a directory by its path. */
  static SortedMap<String, byte[]> files(Path out) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(out)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(out.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    return files;
  }
}
