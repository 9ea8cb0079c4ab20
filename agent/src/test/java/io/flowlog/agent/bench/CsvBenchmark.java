package io.flowlog.agent.bench;

import io.flowlog.agent.format.RecordEncoder;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
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
 * Rows of 17 fields per second as CSV, into nowhere, beside the same rows by hand, by {@link
 * StringBuilder} and by {@link String#format}.
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

  private final BenchRows rows = new BenchRows(ROWS);
  private final RecordBatch batch = rows.batch;
  private final FlowRecord row = new FlowRecord();
  private final OutputStream nowhere = OutputStream.nullOutputStream();
  private final CsvPrototype prototype = new CsvPrototype(rows, nowhere);
  private final RecordEncoder encoder = open(nowhere);

  private RecordEncoder open(OutputStream out) {
    return rows.open(LogFormat.CSV, CompressionType.RAW, Channels.newChannel(out));
  }

  /** Makes sure that all ways write the same. */
  @Setup
  public void compare() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    RecordEncoder whole = open(bytes);
    rows.encode(whole);
    whole.finish();
    ByteArrayOutputStream byHand = new ByteArrayOutputStream();
    CsvPrototype other = new CsvPrototype(rows, byHand);
    byPrototype(other);
    other.flush();
    ByteArrayOutputStream builder = new ByteArrayOutputStream();
    byStringBuilder(builder);
    ByteArrayOutputStream format = new ByteArrayOutputStream();
    byFormat(format);
    String expected = bytes.toString(StandardCharsets.UTF_8);
    if (!expected.equals(byHand.toString(StandardCharsets.UTF_8))
        || !expected.equals(builder.toString(StandardCharsets.UTF_8))
        || !expected.equals(format.toString(StandardCharsets.UTF_8))) {
      throw new IllegalStateException("all ways must write the same");
    }
  }

  /** The encoder. */
  @Benchmark
  public void bytes() throws IOException {
    rows.encode(encoder);
  }

  /** Baseline: the same fields, written out by hand. */
  @Benchmark
  public void prototype() throws IOException {
    byPrototype(prototype);
  }

  private void byPrototype(CsvPrototype writer) throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      writer.write(row.at(batch.data(), offset));
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
      LoggingPort port = rows.ports.get(row.portIndex());
      line.append(port.portId()).append(',').append(port.vmId()).append(',');
      line.append(port.subnetId()).append(',').append(port.networkId()).append(',');
      line.append(BenchRows.REGION).append(',');
      line.append(row.protocol()).append(',');
      line.append(ParquetPrototype.address(row.source4())).append(',');
      line.append(ParquetPrototype.address(row.destination4())).append(',');
      line.append(row.sourcePort()).append(',').append(row.destinationPort()).append(',');
      line.append(row.tcpFlag()).append(',');
      line.append(row.packets()).append(',').append(row.bytes()).append(',');
      line.append(RecordNames.verdicts().get(row.verdict())).append(',');
      line.append(RecordNames.statuses().get(row.status())).append('\n');
      out.write(line.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Baseline: the shortest way to write it down. */
  @Benchmark
  public void stringFormat() throws IOException {
    byFormat(nowhere);
  }

  private void byFormat(OutputStream out) throws IOException {
    for (int offset = 0; offset < batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
      row.at(batch.data(), offset);
      LoggingPort port = rows.ports.get(row.portIndex());
      String line =
          String.format(
              Locale.ROOT,
              "%d,%d,%s,%s,%s,%s,%s,%d,%s,%s,%d,%d,%d,%d,%d,%s,%s\n",
              row.firstNs() / 1_000_000_000,
              row.lastNs() / 1_000_000_000,
              port.portId(),
              port.vmId(),
              port.subnetId(),
              port.networkId(),
              BenchRows.REGION,
              row.protocol(),
              ParquetPrototype.address(row.source4()),
              ParquetPrototype.address(row.destination4()),
              row.sourcePort(),
              row.destinationPort(),
              row.tcpFlag(),
              row.packets(),
              row.bytes(),
              RecordNames.verdicts().get(row.verdict()),
              RecordNames.statuses().get(row.status()));
      out.write(line.getBytes(StandardCharsets.UTF_8));
    }
  }
}
