package io.flowlog.agent.record;

import java.io.IOException;

/** Takes the records of one interval after the other. */
public interface RecordSink {
  /** The rows of an interval follow. */
  void onIntervalStart(long startNs, long endNs) throws IOException;

  /** Uses the rows before it returns; the batch then belongs to the caller again. */
  void onBatch(RecordBatch batch) throws IOException;

  /** The interval has no more rows; together they account for so many packets. */
  void onIntervalComplete(long packets) throws IOException;
}
