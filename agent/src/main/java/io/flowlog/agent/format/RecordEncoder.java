package io.flowlog.agent.format;

import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;

/**
 * Writes the rows of one file in one format.
 *
 * <p>Owned by one thread, used for one file: open, any number of rows, {@link #finish()}. Rows that
 * go in twice in the same order give the same bytes twice.
 */
public interface RecordEncoder extends AutoCloseable {
  /**
   * Encodes one row.
   *
   * @param batch where the row is
   * @param offset the row's first byte in the batch
   */
  void encode(RecordBatch batch, int offset) throws IOException;

  /** Writes what is buffered and the format's trailer; the sink stays open. */
  void finish() throws IOException;

  /** Releases memory; without {@link #finish()} the file is incomplete. */
  @Override
  void close();
}
