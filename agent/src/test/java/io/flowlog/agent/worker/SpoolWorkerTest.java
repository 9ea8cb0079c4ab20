package io.flowlog.agent.worker;

import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.store.ObjectStore;
import io.flowlog.agent.store.SpoolDelivery;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

class SpoolWorkerTest extends SliceSinkContract {
  private @Nullable SpoolWorker worker;
  private @Nullable Spool spool;
  private @Nullable ObjectStore store;

  @Override
  SliceSink open(SpoolWorker made, Spool filled, ObjectStore target) {
    worker = made;
    spool = filled;
    store = target;
    return made;
  }

  @Override
  void finish() throws IOException {
    SpoolWorker made = Objects.requireNonNull(worker);
    boolean busy;
    do {
      busy = made.sealNext();
      busy |=
          SpoolDelivery.storeAll(
                  Objects.requireNonNull(spool), Objects.requireNonNull(store), counters)
              > 0;
    } while (busy);
    made.close();
  }
}
