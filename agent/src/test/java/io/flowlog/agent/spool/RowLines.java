package io.flowlog.agent.spool;

import io.flowlog.agent.format.EncoderFactory;
import io.flowlog.agent.format.RecordEncoder;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Encodes each row as a line of its port, status, packets, lost packets and times. */
final class RowLines implements EncoderFactory {
  private static final String[] STATUS = {"OK", "NODATA", "SKIPDATA"};

  @Override
  public RecordEncoder open(
      FlowLogger logger, Interval interval, RecordDictionary ports, WritableByteChannel sink) {
    FlowRecord row = new FlowRecord();
    return new RecordEncoder() {
      @Override
      public void encode(RecordBatch batch, int offset) throws IOException {
        row.at(batch.data(), offset);
        ByteBuffer line = ByteBuffer.wrap(lineOf(row, ports).getBytes(StandardCharsets.US_ASCII));
        while (line.hasRemaining()) {
          sink.write(line);
        }
      }

      @Override
      public void finish() {}

      @Override
      public void close() {}
    };
  }

  private static String lineOf(FlowRecord row, RecordDictionary ports) {
    return ports.get(row.portIndex()).portId()
        + " "
        + STATUS[row.status()]
        + " packets="
        + row.packets()
        + " lost="
        + row.lostPackets()
        + " "
        + row.firstNs()
        + "-"
        + row.lastNs()
        + "\n";
  }

  @Override
  public String extension(FlowLogger logger) {
    return ".txt";
  }
}
