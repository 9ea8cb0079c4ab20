package io.flowlog.agent.worker;

import io.flowlog.agent.record.RecordSink;
import java.io.IOException;

/** Takes the records of one slice of time after the other, and what is declared meanwhile. */
interface SliceSink extends RecordSink {
  /** Takes the plan of all slices that have not ended yet. */
  void onPlan(NumberedPlan plan) throws IOException;

  /** Takes the name of the next drop point; rows may refer to it by its number from now on. */
  void onDropPoint(String name) throws IOException;
}
