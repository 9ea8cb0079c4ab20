package io.flowlog.agent.record;

import java.io.IOException;

/** Takes finished batches of records. */
@FunctionalInterface
public interface BatchHandler {
  /** Uses the rows before it returns; the batch then belongs to the caller again. */
  void onBatch(RecordBatch batch) throws IOException;
}
