package io.flowlog.agent.format;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Rows, ports and loggers to encode, and the short ways to a file's text. */
final class CsvFixture {
  static final Interval INTERVAL =
      new Interval(1_699_999_980_000_000_000L, 1_700_000_040_000_000_000L);

  static final EncoderSettings SETTINGS =
      new EncoderSettings(TimestampUnit.SECONDS, true, "KR1", "host-1");

  static final LoggingPort FULL_PORT =
      new LoggingPort(
          "tap1a2b3c4d-5e",
          "the-port",
          "fa:16:3e:00:00:01",
          List.of("10.0.0.5"),
          "the-vm",
          "the-subnet",
          "the-vpc",
          "the-project",
          "instance",
          "the-owner");

  static final LoggingPort BARE_PORT =
      new LoggingPort(null, "bare-port", null, List.of(), null, null, null, null, null, null);

  private static final int KNOWN =
      FlowRecord.SOURCE_PORT_KNOWN
          | FlowRecord.DESTINATION_PORT_KNOWN
          | FlowRecord.INITIATOR_KNOWN
          | FlowRecord.INITIATOR;

  private CsvFixture() {}

  static RecordDictionary ports(LoggingPort... ports) {
    RecordDictionary dictionary = new RecordDictionary();
    for (int portIndex = 0; portIndex < ports.length; portIndex++) {
      dictionary.define(portIndex, ports[portIndex]);
    }
    return dictionary;
  }

  static FlowLogger logger(List<String> fields, CompressionType compression) {
    return logger(Layout.nhn, fields, compression);
  }

  static FlowLogger logger(Layout layout, List<String> fields, CompressionType compression) {
    return logger(layout, fields, FlowLogger.LogFormat.CSV, compression);
  }

  static FlowLogger logger(
      Layout layout,
      List<String> fields,
      FlowLogger.LogFormat format,
      CompressionType compression) {
    return new FlowLogger(
        new UUID(1, 2),
        "logger",
        "",
        FlowLogger.ResourceType.PORT,
        new UUID(3, 4),
        FlowLogger.TrafficFilter.ALL,
        1,
        false,
        FlowLogger.StorageType.FILE,
        "file:///out",
        format,
        compression,
        layout,
        fields,
        "DAY",
        null,
        true,
        null);
  }

  static List<String> names(RecordField... fields) {
    return Arrays.stream(fields).map(RecordField::fieldName).toList();
  }

  /** Returns a batch of one row: an established TCP connection, but for the changes. */
  static RecordBatch row(Consumer<FlowRecord> change) {
    RecordBatch batch = new RecordBatch(FlowRecord.BYTES_MAX);
    append(batch, change);
    return batch;
  }

  /** Appends an established TCP connection, but for the changes. */
  static void append(RecordBatch batch, Consumer<FlowRecord> change) {
    FlowRecord row =
        new FlowRecord()
            .at(batch.data(), batch.usedBytes())
            .kind(4, Direction.EGRESS.ordinal(), FlowRecord.ACCEPT, FlowRecord.OK)
            .portIndex(0)
            .protocol(6, KNOWN)
            .ports(40_000, 443)
            .icmp(0, 0)
            .tcp(3, 0x1b, TcpState.ESTABLISHED.ordinal(), EndReason.NONE.ordinal())
            .setupUs(1500)
            .times(1_700_000_000_123_456_789L, 1_700_000_001_987_654_321L)
            .counts(10, 5000)
            .dropPoint(0)
            .addresses4(0x0a00_0005, 0xc000_0207);
    change.accept(row);
    batch.append(row.rowBytes());
  }

  /** Makes the row of an interval in which nothing was seen, or could not be. */
  static void makeEmpty(FlowRecord row, int status, long lostPackets) {
    row.kind(0, 0, FlowRecord.ACCEPT, status)
        .protocol(0, 0)
        .ports(0, 0)
        .tcp(0, 0, 0, 0)
        .setupUs(FlowRecord.UNKNOWN)
        .counts(0, 0)
        .lostPackets(lostPackets);
  }

  static void encode(RecordEncoder encoder, RecordBatch batch) throws IOException {
    FlowRecord row = new FlowRecord();
    for (int offset = 0; offset < batch.usedBytes(); offset += row.rowBytes()) {
      row.at(batch.data(), offset);
      encoder.encode(batch, offset);
    }
  }

  /** Returns the text of an uncompressed file. */
  static String csv(
      List<String> fields, RecordDictionary ports, EncoderSettings settings, RecordBatch batch)
      throws IOException {
    FlowLogger logger = logger(fields, CompressionType.RAW);
    return new String(file(logger, ports, settings, batch), StandardCharsets.UTF_8);
  }

  /** Returns a whole file. */
  static byte[] file(
      FlowLogger logger, RecordDictionary ports, EncoderSettings settings, RecordBatch batch)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RecordEncoder encoder =
        new RecordEncoders(settings).open(logger, INTERVAL, ports, Channels.newChannel(out))) {
      encode(encoder, batch);
      encoder.finish();
    }
    return out.toByteArray();
  }

  /** Returns one field of one row, as the file has it. */
  static String cell(RecordField field, Consumer<FlowRecord> change) throws IOException {
    return cell(field, ports(FULL_PORT), SETTINGS, change);
  }

  static String cell(
      RecordField field,
      RecordDictionary ports,
      EncoderSettings settings,
      Consumer<FlowRecord> change)
      throws IOException {
    // The neighbours show that the field neither swallows nor adds a separator.
    List<String> fields = names(RecordField.BYTES, field, RecordField.PROTOCOL);
    RecordBatch batch =
        row(
            row -> {
              row.counts(10, 7777);
              change.accept(row);
            });
    String csv = csv(fields, ports, settings, batch);
    List<String> lines = csv.lines().toList();
    if (lines.size() != 2 || !lines.get(0).equals("bytes," + field.fieldName() + ",protocol")) {
      throw new AssertionError("not one row under its header: " + csv);
    }
    String line = lines.get(1);
    return line.substring(line.indexOf(',') + 1, line.lastIndexOf(','));
  }
}
