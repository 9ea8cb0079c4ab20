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
import io.flowlog.agent.record.RecordNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Rows of 17 fields per second as CSV, into nowhere, beside the same rows by {@link StringBuilder}
 * and by {@link String#format}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(CsvBenchmark.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CsvBenchmark {
  static final int ROWS = 2000;

  private static final List<String> FIELDS =
      List.of(
          "timestamp_start",
          "timestamp_end",
          "interface_id",
          "vm_id",
          "subnet_id",
          "vpc_id",
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
          "status");

  private static final LoggingPort PORT =
      new LoggingPort(
          null,
          "1a2b3c4d-5e6f-4000-8000-000000000001",
          null,
          List.of(),
          "1a2b3c4d-5e6f-4000-8000-000000000002",
          "1a2b3c4d-5e6f-4000-8000-000000000003",
          "1a2b3c4d-5e6f-4000-8000-000000000004",
          null,
          null,
          null);

  private final RecordBatch batch = new RecordBatch((ROWS + 1) * FlowRecord.BYTES_MAX);
  private final FlowRecord row = new FlowRecord();
  private final RecordDictionary ports = new RecordDictionary();
  private RecordEncoder encoder = open(Channels.newChannel(OutputStream.nullOutputStream()));
  private final OutputStream nowhere = OutputStream.nullOutputStream();

  private RecordEncoder open(WritableByteChannel sink) {
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
            FlowLogger.LogFormat.CSV,
            FlowLogger.CompressionType.RAW,
            FlowLogger.Layout.nhn,
            FIELDS,
            "DAY",
            null,
            true,
            null);
    try {
      EncoderSettings settings = new EncoderSettings(TimestampUnit.SECONDS, false, "", "host");
      return new RecordEncoders(settings).open(logger, new Interval(0, 1), ports, sink);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes the rows, and makes sure that all three ways write the same. */
  @Setup
  public void makeRows() throws IOException {
    Random random = new Random(20_260_213);
    ports.define(0, PORT);
    for (int i = 0; i < ROWS; i++) {
      long startNs = 1_700_000_000_000_000_000L + random.nextInt(1_000_000_000);
      row.at(batch.data(), batch.usedBytes())
          .kind(4, Direction.EGRESS.ordinal(), FlowRecord.ACCEPT, FlowRecord.OK)
          .portIndex(0)
          .protocol(6, FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN)
          .ports(random.nextInt(65_536), 443)
          .tcp(3, 27, TcpState.ESTABLISHED.ordinal(), 0)
          .times(startNs, startNs + random.nextInt())
          .counts(random.nextInt(10_000), random.nextInt(100_000_000))
          .addresses4(0x0a00_0000 | random.nextInt(1 << 24), random.nextInt());
      batch.append(row.rowBytes());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    encoder = open(Channels.newChannel(bytes));
    bytes();
    encoder.finish();
    ByteArrayOutputStream other = new ByteArrayOutputStream();
    byStringBuilder(other);
    ByteArrayOutputStream third = new ByteArrayOutputStream();
    byFormat(third);
    String expected = bytes.toString(StandardCharsets.UTF_8);
    if (!expected.equals(other.toString(StandardCharsets.UTF_8))
        || !expected.equals(third.toString(StandardCharsets.UTF_8))) {
      throw new IllegalStateException("the three ways must write the same");
    }
    encoder = open(Channels.newChannel(OutputStream.nullOutputStream()));
  }

  /** The encoder. */
  @Benchmark
  public void bytes() throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      encoder.encode(batch, offset);
    }
  }

  /** Baseline: a string per row, put together piece by piece. */
  @Benchmark
  public void stringBuilder() throws IOException {
    byStringBuilder(nowhere);
  }

  private void byStringBuilder(OutputStream out) throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      row.at(batch.data(), offset);
      StringBuilder line = new StringBuilder(256);
      line.append(row.firstNs() / 1_000_000_000).append(',');
      line.append(row.lastNs() / 1_000_000_000).append(',');
      line.append(PORT.portId()).append(',').append(PORT.vmId()).append(',');
      line.append(PORT.subnetId()).append(',').append(PORT.networkId()).append(',');
      line.append(row.protocol()).append(',');
      line.append(address(row.source4())).append(',');
      line.append(address(row.destination4())).append(',');
      line.append(row.sourcePort()).append(',').append(row.destinationPort()).append(',');
      line.append(row.tcpFlag()).append(',');
      line.append(row.packets()).append(',').append(row.bytes()).append(',');
      line.append(RecordNames.directions().get(row.direction())).append(',');
      line.append(RecordNames.verdicts().get(row.verdict())).append(',');
      line.append(RecordNames.statuses().get(row.status())).append('\n');
      out.write(line.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String address(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  /** Baseline: the shortest way to write it down. */
  @Benchmark
  public void stringFormat() throws IOException {
    byFormat(nowhere);
  }

  private void byFormat(OutputStream out) throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      row.at(batch.data(), offset);
      String line =
          String.format(
              Locale.ROOT,
              "%d,%d,%s,%s,%s,%s,%d,%s,%s,%d,%d,%d,%d,%d,%s,%s,%s\n",
              row.firstNs() / 1_000_000_000,
              row.lastNs() / 1_000_000_000,
              PORT.portId(),
              PORT.vmId(),
              PORT.subnetId(),
              PORT.networkId(),
              row.protocol(),
              address(row.source4()),
              address(row.destination4()),
              row.sourcePort(),
              row.destinationPort(),
              row.tcpFlag(),
              row.packets(),
              row.bytes(),
              RecordNames.directions().get(row.direction()),
              RecordNames.verdicts().get(row.verdict()),
              RecordNames.statuses().get(row.status()));
      out.write(line.getBytes(StandardCharsets.UTF_8));
    }
  }
}
