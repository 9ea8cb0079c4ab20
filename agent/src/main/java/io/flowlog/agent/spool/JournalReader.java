package io.flowlog.agent.spool;

import static io.flowlog.agent.spool.JournalFormat.DROP_POINT;
import static io.flowlog.agent.spool.JournalFormat.END;
import static io.flowlog.agent.spool.JournalFormat.FRAME_HEAD_BYTES;
import static io.flowlog.agent.spool.JournalFormat.INT;
import static io.flowlog.agent.spool.JournalFormat.LONG;
import static io.flowlog.agent.spool.JournalFormat.PLAN;
import static io.flowlog.agent.spool.JournalFormat.PORT;
import static io.flowlog.agent.spool.JournalFormat.ROWS;
import static io.flowlog.agent.spool.JournalFormat.ROW_COUNT_BYTES;
import static io.flowlog.agent.spool.JournalFormat.UNCOUNTED_BYTES;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads a row journal from its start to its last good frame. Owned by one thread and used for one
 * pass; any number of readers may read one file.
 *
 * <p>The file's bytes may be anything. Reading ends before the first frame whose length, checksum
 * or content is wrong, and {@link #tornBytes()} tells how much is behind.
 */
public final class JournalReader implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long sizeBytes;
  private final byte[] header = new byte[JournalFormat.HEADER_BYTES];
  private final byte[] head = new byte[FRAME_HEAD_BYTES + ROW_COUNT_BYTES];
  private final RecordDictionary dictionary = new RecordDictionary();
  private final FlowRecord row = new FlowRecord();
  private SlicePlan plan = SlicePlan.NONE;
  private RecordBatch batch;
  private long goodBytes = JournalFormat.HEADER_BYTES;
  private long rows;
  private long packets;
  private boolean atEnd;
  private boolean complete;

  private JournalReader(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    sizeBytes = channel.size();
    long batchBytes = Math.min(sizeBytes, RecordBatch.USUAL_BYTES);
    batch = new RecordBatch((int) Math.max(FlowRecord.BYTES_MAX, batchBytes));
    if (!read(header, 0, header.length, 0) || !JournalFormat.isHeader(header)) {
      throw SpoolException.damaged(path, 0, "it is no row journal");
    }
    int version = JournalFormat.versionOf(header);
    if (version != JournalFormat.VERSION) {
      throw SpoolException.ofVersion(version, path);
    }
  }

  /**
   * Reads the plan of a complete journal.
   *
   * @throws SpoolException {@code DAMAGED} when what is before the rows cannot be read
   */
  static SlicePlan planOf(JournalFile journal) throws SpoolException {
    try (JournalReader reader = open(journal.path())) {
      if (reader.next() == null) {
        reader.expectWhole();
      }
      return reader.plan();
    }
  }

  /** Opens a journal, complete or not. */
  public static JournalReader open(Path path) throws SpoolException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw SpoolException.of("read", path, e);
    }
    try {
      return new JournalReader(path, channel);
    } catch (IOException e) {
      SpoolException failure = SpoolException.of("read", path, e);
      try {
        channel.close();
      } catch (IOException again) {
        failure.addSuppressed(again);
      }
      throw failure;
    }
  }

  /** Returns the next rows, valid until the next call, or null when there are no more. */
  public @Nullable RecordBatch next() throws SpoolException {
    while (!atEnd) {
      int kind;
      try {
        kind = readFrame();
      } catch (IOException e) {
        throw SpoolException.of("read", path, e);
      }
      atEnd = kind == 0 || kind == END;
      if (kind == ROWS) {
        return batch;
      }
    }
    batch.clear();
    return null;
  }

  /** Returns what the rows so far refer to by number. */
  public RecordDictionary dictionary() {
    return dictionary;
  }

  /** Returns the plan, if it was read already; there is no row before it. */
  public SlicePlan plan() {
    return plan;
  }

  /** Returns the start of the span that the rows are of. */
  public long startNs() {
    return (long) LONG.get(header, 12);
  }

  /** Returns the end of the span that the rows are of. */
  public long endNs() {
    return (long) LONG.get(header, 20);
  }

  /** Returns the journal's number in its spool. */
  public long sequence() {
    return (long) LONG.get(header, 28);
  }

  /** Tells, at the end, whether the writer said that these are all rows. */
  public boolean isComplete() {
    return complete;
  }

  /** Returns the number of rows so far. */
  public long rows() {
    return rows;
  }

  /** Returns, at the end of a complete journal, the packets that its writer accounted for. */
  public long packets() {
    return packets;
  }

  /** Returns how many bytes, from the file's start, are good so far. */
  public long goodBytes() {
    return goodBytes;
  }

  /** Returns, at the end, how many bytes are behind the last good frame. */
  public long tornBytes() {
    return sizeBytes - goodBytes;
  }

  /** Returns the kind of the next frame, which is then in our hands, or 0 if there is none. */
  private int readFrame() throws IOException {
    long leftBytes = sizeBytes - goodBytes;
    if (leftBytes < FRAME_HEAD_BYTES || !read(head, 0, FRAME_HEAD_BYTES, goodBytes)) {
      return 0;
    }
    int headBytes = FRAME_HEAD_BYTES;
    int kind = head[UNCOUNTED_BYTES];
    if (kind == ROWS) {
      headBytes += ROW_COUNT_BYTES;
    }
    long frameBytes = (long) (int) INT.get(head, 0) + UNCOUNTED_BYTES;
    if (frameBytes < headBytes
        || frameBytes > leftBytes
        || frameBytes > JournalFormat.FRAME_BYTES_MAX
        || !readBody(headBytes, (int) frameBytes - headBytes)
        || !take(kind, (int) frameBytes - headBytes)) {
      return 0;
    }
    goodBytes += frameBytes;
    return kind;
  }

  private boolean readBody(int headBytes, int bodyBytes) throws IOException {
    if (bodyBytes > batch.data().length) {
      batch = new RecordBatch(bodyBytes);
    }
    int countBytes = headBytes - FRAME_HEAD_BYTES;
    long offset = goodBytes + FRAME_HEAD_BYTES;
    return read(head, FRAME_HEAD_BYTES, countBytes, offset)
        && read(batch.data(), 0, bodyBytes, offset + countBytes)
        && (int) INT.get(head, 4)
            == JournalFormat.frameChecksum(head, headBytes, batch.data(), bodyBytes);
  }

  private boolean take(int kind, int bodyBytes) {
    return switch (kind) {
      case PLAN -> takePlan(bodyBytes);
      case DROP_POINT -> takeDropPoint(bodyBytes);
      case PORT -> takePort(bodyBytes);
      case ROWS -> takeRows(bodyBytes);
      case END -> takeEnd(bodyBytes);
      default -> false;
    };
  }

  private boolean takePlan(int bodyBytes) {
    if (goodBytes != JournalFormat.HEADER_BYTES) {
      return false;
    }
    try {
      plan = SlicePlan.decode(ByteBuffer.wrap(batch.data(), 0, bodyBytes));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean takeDropPoint(int bodyBytes) {
    int known = dictionary.dropPoints().size();
    String name = new String(batch.data(), 0, bodyBytes, StandardCharsets.UTF_8);
    return known < RecordDictionary.DROP_POINTS_MAX
        && dictionary.numberOfDropPoint(name) == known + 1;
  }

  private boolean takePort(int bodyBytes) {
    byte[] data = batch.data();
    if (bodyBytes < 4) {
      return false;
    }
    try {
      dictionary.decode((int) INT.get(data, 0), ByteBuffer.wrap(data, 4, bodyBytes - 4));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean takeRows(int bodyBytes) {
    int count = (int) INT.get(head, FRAME_HEAD_BYTES);
    if (!areRows(bodyBytes, count)) {
      return false;
    }
    batch.filled(bodyBytes, count);
    rows += count;
    return true;
  }

  private boolean areRows(int bodyBytes, int count) {
    int offset = 0;
    int found = 0;
    while (bodyBytes - offset >= FlowRecord.HEADER_BYTES) {
      row.at(batch.data(), offset);
      if (!JournalFormat.isPlausible(row)
          || dictionary.find(row.portIndex()) == null
          || row.dropPoint() > dictionary.dropPoints().size()) {
        return false;
      }
      offset += row.rowBytes();
      found++;
    }
    return offset == bodyBytes && found == count && count > 0;
  }

  private boolean takeEnd(int bodyBytes) {
    byte[] data = batch.data();
    if (bodyBytes != JournalFormat.END_BODY_BYTES || (long) LONG.get(data, 0) != rows) {
      return false;
    }
    packets = (long) LONG.get(data, 8);
    complete = true;
    return true;
  }

  /**
   * Refuses, at the end, a journal that its writer did not end, or that has bytes behind that.
   *
   * @throws SpoolException {@code DAMAGED}
   */
  void expectWhole() throws SpoolException {
    if (!complete || tornBytes() > 0) {
      throw SpoolException.damaged(path, goodBytes, tornBytes() + " bytes are unreadable");
    }
  }

  private boolean read(byte[] into, int offset, int count, long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into, offset, count);
    long at = position;
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, at);
      if (got < 0) {
        return false;
      }
      at += got;
    }
    return true;
  }

  @Override
  public void close() throws SpoolException {
    try {
      channel.close();
    } catch (IOException e) {
      throw SpoolException.of("close", path, e);
    }
  }
}
