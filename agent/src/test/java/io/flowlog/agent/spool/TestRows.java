package io.flowlog.agent.spool;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes rows that carry a number, the ports that they belong to, and loggers that want them. */
public final class TestRows {
  public static final long SECOND_NS = 1_000_000_000L;

  private static final int[] IP_VERSIONS = {4, 6, 0};

  private TestRows() {}

  public static LoggingPort port(int index) {
    return new LoggingPort(
        null, "port-" + index, null, List.of(), null, null, null, null, null, null);
  }

  public static RecordDictionary ports(int count) {
    RecordDictionary ports = new RecordDictionary();
    for (int i = 0; i < count; i++) {
      ports.define(i, port(i));
    }
    return ports;
  }

  /** Appends the row of a number: odd ones are dropped traffic. */
  public static void add(RecordBatch batch, int portIndex, long number) {
    int ipVersion = IP_VERSIONS[(int) (number % IP_VERSIONS.length)];
    int verdict = number % 2 == 1 ? FlowRecord.DROP : FlowRecord.ACCEPT;
    new FlowRecord()
        .at(batch.data(), batch.usedBytes())
        .kind(ipVersion, 0, verdict, FlowRecord.OK)
        .portIndex(portIndex)
        .counts(number, 100)
        .audience(FlowRecord.FOR_EVERYBODY)
        .expiresNs(FlowRecord.NEVER);
    batch.append(FlowRecord.bytesOf(ipVersion));
  }

  /** Returns a batch of the rows from a number on, all of port 0. */
  public static RecordBatch batch(long firstNumber, int rows) {
    RecordBatch batch = new RecordBatch(rows * FlowRecord.BYTES_MAX + FlowRecord.BYTES_MAX);
    for (int i = 0; i < rows; i++) {
      add(batch, 0, firstNumber + i);
    }
    return batch;
  }

  public static FlowLogger logger(int number, TrafficFilter filter) {
    return logger(number, filter, "DAY");
  }

  public static FlowLogger logger(int number, TrafficFilter filter, String partitionPeriod) {
    return logger(number, filter, partitionPeriod, null);
  }

  public static FlowLogger logger(
      int number,
      TrafficFilter filter,
      String partitionPeriod,
      @Nullable String customizedFileName) {
    UUID id = new UUID(0x4000L, 0x8000_0000_0000_0000L + number);
    return new FlowLogger(
        id,
        "logger " + number,
        "",
        FlowLogger.ResourceType.PORT,
        id,
        filter,
        1,
        false,
        FlowLogger.StorageType.FILE,
        "file:///out",
        FlowLogger.LogFormat.CSV,
        FlowLogger.CompressionType.RAW,
        FlowLogger.Layout.nhn,
        List.of("packets"),
        partitionPeriod,
        customizedFileName,
        true,
        null);
  }
}
