package io.flowlog.agent.flow;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;

/** Where a table's rows and numbers go. */
public record CutTarget(CutHandler handler, CounterSet counters) {
  void tellUnseen(int portIndex, long packets) {
    if (packets > 0) {
      counters.add(AgentCounter.PACKETS_DROPPED_UNSEEN, packets);
      handler.onDroppedUnseen(portIndex, packets);
    }
  }
}
