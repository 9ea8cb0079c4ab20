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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Encodes each row of {@link TestRows} as a line of its number and its port's id. */
public final class NumberEncoders implements EncoderFactory {
  private static final String TRAILER = "end";

  private int rowsUntilFailure = Integer.MAX_VALUE;

  /** Makes the encoders fail once, when they have taken so many rows more. */
  public void failAfter(int rows) {
    rowsUntilFailure = rows;
  }

  @Override
  public RecordEncoder open(
      FlowLogger logger, Interval interval, RecordDictionary ports, WritableByteChannel sink) {
    return new NumberEncoder(ports, sink);
  }

  @Override
  public String extension(FlowLogger logger) {
    return ".txt";
  }

  /** Returns the numbers in a file, which must be whole. */
  public static List<Long> numbersIn(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.get(lines.size() - 1).equals(TRAILER)) {
      throw new AssertionError(file + " is not whole");
    }
    List<Long> numbers = new ArrayList<>();
    for (String line : lines.subList(0, lines.size() - 1)) {
      numbers.add(Long.parseLong(line.substring(0, line.indexOf(' '))));
    }
    return numbers;
  }

  private final class NumberEncoder implements RecordEncoder {
    private final RecordDictionary ports;
    private final WritableByteChannel sink;
    private final FlowRecord row = new FlowRecord();

    NumberEncoder(RecordDictionary ports, WritableByteChannel sink) {
      this.ports = ports;
      this.sink = sink;
    }

    @Override
    public void encode(RecordBatch batch, int offset) throws IOException {
      if (rowsUntilFailure-- == 0) {
        rowsUntilFailure = Integer.MAX_VALUE;
        throw new IOException("the encoder was told to fail");
      }
      row.at(batch.data(), offset);
      String port = ports.get(row.portIndex()).portId();
      write(row.packets() + " " + port + " " + row.status() + " " + row.endReason());
    }

    @Override
    public void finish() throws IOException {
      write(TRAILER);
    }

    private void write(String line) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        sink.write(bytes);
      }
    }

    @Override
    public void close() {}
  }
}
