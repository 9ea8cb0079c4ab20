package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every encoder does. A subclass says which encoder, and reads its files. */
abstract class RecordEncoderContract {
  protected static final List<String> FIELDS =
      CsvFixture.names(
          RecordField.PACKETS, RecordField.INTERFACE_ID, RecordField.VM_ID, RecordField.SRC_ADDR);

  private static final RecordDictionary PORTS =
      CsvFixture.ports(CsvFixture.FULL_PORT, CsvFixture.BARE_PORT);

  /** Opens an encoder that shows {@link #FIELDS}. */
  protected abstract RecordEncoder open(RecordDictionary ports, WritableByteChannel sink)
      throws IOException;

  /** Returns the fields of every row of a whole file; the first row are the fields' names. */
  protected abstract List<List<String>> read(byte[] file) throws IOException;

  /** Returns rows of two ports that are numbered by their packets, from 1 on. */
  private static RecordBatch numbered(int rows) {
    RecordBatch batch = new RecordBatch((rows + 1) * FlowRecord.BYTES_MAX);
    for (int number = 1; number <= rows; number++) {
      int packets = number;
      CsvFixture.append(batch, row -> row.portIndex(packets % 2).counts(packets, 1));
    }
    return batch;
  }

  private byte[] encode(RecordDictionary ports, RecordBatch batch, Sink sink) throws IOException {
    try (RecordEncoder encoder = open(ports, sink)) {
      CsvFixture.encode(encoder, batch);
      encoder.finish();
    }
    return sink.taken.toByteArray();
  }

  private void assertNumbered(int rows, byte[] file) throws IOException {
    List<List<String>> lines = read(file);
    assertEquals(rows + 1, lines.size());
    for (int number = 1; number <= rows; number++) {
      boolean bare = number % 2 == 1;
      List<String> expected =
          List.of(
              Integer.toString(number),
              bare ? "bare-port" : "the-port",
              bare ? "" : "the-vm",
              "10.0.0.5");
      assertEquals(expected, lines.get(number));
    }
  }

  @Test
  void shouldBeginWithTheNamesOfTheFields() throws IOException {
    assertEquals(FIELDS, read(encode(PORTS, numbered(3), new Sink())).get(0));
  }

  @Test
  void shouldKeepRowsInOrder() throws IOException {
    assertNumbered(100, encode(PORTS, numbered(100), new Sink()));
  }

  @Test
  void shouldWriteAWholeFileOfNoRows() throws IOException {
    assertEquals(List.of(FIELDS), read(encode(PORTS, numbered(0), new Sink())));
  }

  @Test
  void shouldGiveTheSameBytesForTheSameRows() throws IOException {
    RecordBatch batch = numbered(500);
    byte[] once = encode(PORTS, batch, new Sink());
    assertArrayEquals(once, encode(PORTS, batch, new Sink()));
  }

  @Test
  void shouldHaveWrittenEverythingWhenFinishedAndLeaveTheSinkOpen() throws IOException {
    Sink sink = new Sink();
    RecordEncoder encoder = open(PORTS, sink);
    CsvFixture.encode(encoder, numbered(10));
    encoder.finish();
    byte[] finished = sink.taken.toByteArray();
    assertNumbered(10, finished);
    encoder.close();
    assertArrayEquals(finished, sink.taken.toByteArray(), "closing writes nothing");
    assertTrue(sink.open, "the sink stays the caller's");
  }

  @Test
  void shouldGoOnWhenTheSinkTakesOnlyAPart() throws IOException {
    Sink stingy = new Sink();
    stingy.random = new Random(20260120);
    assertNumbered(5000, encode(PORTS, numbered(5000), stingy));
  }

  @Test
  void shouldWriteManyTimesItsBuffersSize() throws IOException {
    assertNumbered(60_000, encode(PORTS, numbered(60_000), new Sink()));
  }

  @Test
  void shouldWriteARowThatIsLargerThanItsBuffer() throws IOException {
    String huge = "한".repeat(50_000);
    LoggingPort port =
        new LoggingPort(null, huge, null, List.of(), huge, null, null, null, null, null);
    RecordDictionary ports = CsvFixture.ports(CsvFixture.FULL_PORT, port);
    List<List<String>> lines = read(encode(ports, numbered(3), new Sink()));
    assertEquals(List.of("1", huge, huge, "10.0.0.5"), lines.get(1));
    assertEquals(List.of("2", "the-port", "the-vm", "10.0.0.5"), lines.get(2));
    assertEquals(List.of("3", huge, huge, "10.0.0.5"), lines.get(3));
  }

  @Test
  void shouldPassOnWhatFailsInTheSink() throws IOException {
    int whole = encode(PORTS, numbered(60_000), new Sink()).length;
    for (int goodBytes : new int[] {0, 1, whole / 3, whole / 2, whole - 1}) {
      Sink failing = new Sink();
      failing.goodBytes = goodBytes;
      IOException e =
          assertThrows(IOException.class, () -> encode(PORTS, numbered(60_000), failing));
      assertSame(failing.failure, e, "of " + whole + " bytes at " + goodBytes);
    }
  }

  @Test
  void shouldOnlyReleaseMemoryWhenClosedAfterAFailure() throws IOException {
    Sink failing = new Sink();
    RecordEncoder encoder = open(PORTS, failing);
    CsvFixture.encode(encoder, numbered(10));
    failing.goodBytes = 0;
    assertThrows(IOException.class, encoder::finish);
    int taken = failing.taken.size();
    encoder.close();
    assertEquals(taken, failing.taken.size());
    assertTrue(failing.open);
  }

  /** A channel that may take little, or fail. */
  static final class Sink implements WritableByteChannel {
    final IOException failure = new IOException("the sink was told to fail");
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    @Nullable Random random;
    int goodBytes = Integer.MAX_VALUE;
    boolean open = true;

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (taken.size() >= goodBytes) {
        throw failure;
      }
      int most = Math.min(source.remaining(), goodBytes - taken.size());
      int length = random == null ? most : 1 + random.nextInt(most);
      byte[] part = new byte[length];
      source.get(part);
      taken.writeBytes(part);
      return length;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
