package io.flowlog.agent.bench;

import io.flowlog.agent.format.RecordEncoder;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.FlowRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.ParquetWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Rows of 17 fields per second as whole Parquet files with ZSTD, into nowhere, beside the same rows
 * by a write support written by hand and by Avro's records.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(ParquetBenchmark.ROWS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx512m"})
public class ParquetBenchmark {
  static final int ROWS = 200_000;

  private final BenchRows rows = new BenchRows(ROWS);
  private final FlowRecord row = new FlowRecord();

  /** The encoder. */
  @Benchmark
  public void encoder() throws IOException {
    try (RecordEncoder encoder =
        rows.open(
            LogFormat.PARQUET,
            CompressionType.ZSTD,
            Channels.newChannel(OutputStream.nullOutputStream()))) {
      rows.encode(encoder);
      encoder.finish();
    }
  }

  /** Baseline: the columns written out by hand. */
  @Benchmark
  public void writeSupport() throws IOException {
    try (ParquetWriter<FlowRecord> writer =
        ParquetPrototype.byHand(rows, OutputStream.nullOutputStream())) {
      for (int offset = 0; offset < rows.batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
        writer.write(row.at(rows.batch.data(), offset));
      }
    }
  }

  /** Baseline: a record of Avro's for each row. */
  @Benchmark
  public void avroRecords() throws IOException {
    try (ParquetWriter<GenericRecord> writer =
        ParquetPrototype.byAvro(OutputStream.nullOutputStream())) {
      for (int offset = 0; offset < rows.batch.usedBytes(); offset += FlowRecord.bytesOf(4)) {
        writer.write(ParquetPrototype.record(rows, row.at(rows.batch.data(), offset)));
      }
    }
  }
}
