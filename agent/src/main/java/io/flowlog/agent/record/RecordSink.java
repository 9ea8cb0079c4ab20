package io.flowlog.agent.record;

import java.io.IOException;

/** Takes the records of one slice of time after the other. */
public interface RecordSink {
  /** The rows of a slice follow. */
  void onIntervalStart(long startNs, long endNs) throws IOException;

  /** Uses the rows before it returns; the batch then belongs to the caller again. */
  void onBatch(RecordBatch batch) throws IOException;

  /** The slice has no more rows; together they account for so many packets. */
  void onIntervalComplete(long packets) throws IOException;
}
