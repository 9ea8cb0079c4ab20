package io.flowlog.agent.bench;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.RecordEncoder;
import io.flowlog.agent.format.RecordEncoders;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Rows of IPv4 connections of a few ports, to be written in the 17 default fields. */
final class BenchRows {
  static final String REGION = "KR1";
  static final int PORTS = 4;

  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final long INTERVAL_NS = 60_000_000_000L;

  final RecordBatch batch;
  final RecordDictionary dictionary = new RecordDictionary();
  final List<LoggingPort> ports;

  BenchRows(int rows) {
    ports = List.of(port(1), port(2), port(3), port(4));
    for (int i = 0; i < PORTS; i++) {
      dictionary.define(i, ports.get(i));
    }
    batch = new RecordBatch((rows + 1) * FlowRecord.BYTES_MAX);
    Random random = new Random(20_260_213);
    FlowRecord row = new FlowRecord();
    for (int i = 0; i < rows; i++) {
      fill(row.at(batch.data(), batch.usedBytes()), random);
      batch.append(row.rowBytes());
    }
  }

  private static LoggingPort port(int number) {
    String id = "1a2b3c4d-5e6f-4000-8000-00000000000";
    return new LoggingPort(
        null, id + number, null, List.of(), id + "a", id + "b", id + "c", null, null, null);
  }

  private static void fill(FlowRecord row, Random random) {
    boolean isTcp = random.nextInt(10) < 8;
    boolean isDropped = random.nextInt(20) == 0;
    long firstNs = 1_700_000_000_000_000_000L + (long) (random.nextDouble() * INTERVAL_NS);
    long packets = 1 + (long) Math.exp(random.nextDouble() * 9);
    row.kind(4, Direction.EGRESS.ordinal(), isDropped ? 1 : 0, FlowRecord.OK)
        .portIndex(random.nextInt(PORTS))
        .protocol(
            isTcp ? TCP : UDP, FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN)
        .ports(1024 + random.nextInt(60_000), random.nextBoolean() ? 443 : 53)
        .tcp(isTcp ? 3 : 0, isTcp ? 27 : 0, isTcp ? TcpState.ESTABLISHED.ordinal() : 0, 0)
        .setupUs(FlowRecord.UNKNOWN)
        .times(firstNs, firstNs + random.nextInt(2_000_000_000))
        .counts(packets, packets * (40 + random.nextInt(1400)))
        .dropPoint(0)
        .audience(FlowRecord.FOR_EVERYBODY)
        .addresses4(0x0a00_0000 | random.nextInt(1 << 10), random.nextInt(1 << 20) * 4001);
  }

  /** Opens an encoder of these rows. */
  RecordEncoder open(
      FlowLogger.LogFormat format,
      FlowLogger.CompressionType compression,
      WritableByteChannel sink) {
    UUID id = new UUID(1, 2);
    FlowLogger logger =
        new FlowLogger(
            id,
            "benchmark",
            "",
            FlowLogger.ResourceType.PORT,
            id,
            FlowLogger.TrafficFilter.ALL,
            1,
            false,
            FlowLogger.StorageType.FILE,
            "file:///",
            format,
            compression,
            FlowLogger.Layout.nhn,
            RowLayout.of(FlowLogger.Layout.nhn).defaultNames(),
            "DAY",
            null,
            true,
            null);
    try {
      EncoderSettings settings = new EncoderSettings(TimestampUnit.SECONDS, false, REGION, "host");
      Interval interval = new Interval(0, INTERVAL_NS);
      return new RecordEncoders(settings).open(logger, interval, dictionary, sink);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes every row once. */
  void encode(RecordEncoder encoder) throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      encoder.encode(batch, offset);
    }
  }
}
