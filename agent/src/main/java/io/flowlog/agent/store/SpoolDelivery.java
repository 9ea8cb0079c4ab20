package io.flowlog.agent.store;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Spool;
import java.io.IOException;

/** Brings what a spool has sealed to one store, on the caller's thread. */
public final class SpoolDelivery {
  private SpoolDelivery() {}

  /**
   * Stores and releases all that waits, oldest interval first.
   *
   * @return how many files there were
   * @throws IOException when one could not be stored; it and those behind it stay
   */
  public static int storeAll(Spool spool, ObjectStore store, CounterSet counters)
      throws IOException {
    int stored = 0;
    for (SealedFile file : spool.sealed()) {
      store.put(file);
      spool.release(file);
      counters.increment(AgentCounter.FILES_STORED);
      counters.add(AgentCounter.ROWS_STORED, file.rows());
      stored++;
    }
    return stored;
  }
}
