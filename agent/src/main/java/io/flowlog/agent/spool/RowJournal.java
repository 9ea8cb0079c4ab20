package io.flowlog.agent.spool;

import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The file that the rows of one slice, or of an interval merged from slices, are appended to, batch
 * by batch. Owned by the spool thread; {@link Spool#beginSlice} makes one.
 *
 * <p>A failed call leaves the file as it was before, so that the same call can be made again.
 */
public final class RowJournal implements AutoCloseable {
  private final JournalFolder folder;
  private final DiskFiles disk;
  private final JournalFile target;
  private final FileChannel channel;
  private final byte[] head =
      new byte[JournalFormat.FRAME_HEAD_BYTES + JournalFormat.ROW_COUNT_BYTES];
  private long goodBytes;
  private long rows;
  private int dropPoints;
  private boolean torn;
  private boolean nameOnDisk;
  private boolean ended;
  private boolean complete;

  RowJournal(JournalFolder folder, DiskFiles disk, JournalFile target) throws SpoolException {
    this.folder = folder;
    this.disk = disk;
    this.target = target;
    channel = disk.create(target.openPath());
    try {
      byte[] header = JournalFormat.header(target);
      DiskFiles.writeFully(channel, ByteBuffer.wrap(header));
      goodBytes = header.length;
    } catch (IOException e) {
      SpoolException failure = SpoolException.of("write", target.openPath(), e);
      abandon(failure);
      throw failure;
    }
  }

  /** Tells what was declared while the rows were counted; comes once, before all else. */
  public void declare(SlicePlan plan) throws SpoolException {
    byte[] body = plan.encode();
    writeFrame(JournalFormat.PLAN, JournalFormat.FRAME_HEAD_BYTES, body, body.length);
  }

  /** Tells who has this number in the rows that follow; needed before the first of them. */
  public void definePort(int portIndex, RecordDictionary dictionary) throws SpoolException {
    byte[] port = dictionary.encode(portIndex);
    byte[] body = new byte[4 + port.length];
    JournalFormat.INT.set(body, 0, portIndex);
    System.arraycopy(port, 0, body, 4, port.length);
    writeFrame(JournalFormat.PORT, JournalFormat.FRAME_HEAD_BYTES, body, body.length);
  }

  /** Tells the names of drop points that have become known since the last call. */
  public void defineDropPoints(RecordDictionary dictionary) throws SpoolException {
    List<String> names = dictionary.dropPoints();
    while (dropPoints < names.size()) {
      byte[] body = names.get(dropPoints).getBytes(StandardCharsets.UTF_8);
      writeFrame(JournalFormat.DROP_POINT, JournalFormat.FRAME_HEAD_BYTES, body, body.length);
      dropPoints++;
    }
  }

  /** Appends the rows; the batch stays the caller's. On disk only after {@link #sync()}. */
  public void append(RecordBatch batch) throws SpoolException {
    if (batch.rows() == 0) {
      return;
    }
    JournalFormat.INT.set(head, JournalFormat.FRAME_HEAD_BYTES, batch.rows());
    writeFrame(JournalFormat.ROWS, head.length, batch.data(), batch.usedBytes());
    rows += batch.rows();
  }

  /** Returns when all rows so far will survive whatever happens. */
  public void sync() throws SpoolException {
    try {
      disk.force(channel);
    } catch (IOException e) {
      throw SpoolException.of("write to disk", target.openPath(), e);
    }
    if (!nameOnDisk) {
      disk.forceFolder(folder.path());
      nameOnDisk = true;
    }
  }

  /** Returns the size so far. */
  long bytes() {
    return goodBytes;
  }

  /** Returns the number of rows so far. */
  public long rows() {
    return rows;
  }

  /**
   * Ends the journal of a slice and offers it for sealing.
   *
   * @param packets what the rows account for together, for {@link JournalReader#packets()}
   */
  public JournalFile complete(long packets) throws SpoolException {
    if (!ended) {
      byte[] body = JournalFormat.endBody(rows, packets);
      writeFrame(JournalFormat.END, JournalFormat.FRAME_HEAD_BYTES, body, body.length);
      ended = true;
    }
    try {
      disk.force(channel);
    } catch (IOException e) {
      throw SpoolException.of("write to disk", target.openPath(), e);
    }
    if (!complete) {
      disk.rename(target.openPath(), target.path());
      complete = true;
    }
    disk.forceFolder(folder.path());
    close();
    folder.completed(target);
    return target;
  }

  private void writeFrame(byte kind, int headBytes, byte[] body, int bodyBytes)
      throws SpoolException {
    if (ended) {
      throw new IllegalStateException("the journal " + target.path() + " has ended");
    }
    if (bodyBytes > JournalFormat.BODY_BYTES_MAX) {
      throw new IllegalArgumentException("a frame of " + bodyBytes + " bytes is too large");
    }
    JournalFormat.putHead(head, headBytes, kind, body, bodyBytes);
    ByteBuffer first = ByteBuffer.wrap(head, 0, headBytes);
    try {
      repair();
      torn = true;
      DiskFiles.writeFully(channel, first, ByteBuffer.wrap(body, 0, bodyBytes));
      goodBytes += headBytes + bodyBytes;
      torn = false;
    } catch (IOException e) {
      SpoolException failure = SpoolException.of("write", target.openPath(), e);
      try {
        repair();
      } catch (IOException again) {
        failure.addSuppressed(again);
      }
      throw failure;
    }
  }

  /** Cuts off what a failed write left, now or before the next one. */
  private void repair() throws IOException {
    if (torn) {
      channel.truncate(goodBytes);
      torn = false;
    }
  }

  /** Deletes the file, which is not complete, after a failure that makes it useless. */
  public void abandon(SpoolException failure) {
    try {
      close();
      disk.delete(target.openPath());
    } catch (SpoolException e) {
      failure.addSuppressed(e);
    }
  }

  /** Lets go of the file; if it is not complete, the next start of the spool completes it. */
  @Override
  public void close() throws SpoolException {
    folder.ended(this);
    try {
      channel.close();
    } catch (IOException e) {
      throw SpoolException.of("close", target.openPath(), e);
    }
  }
}
