package io.flowlog.agent.worker;

import io.flowlog.agent.store.Uploader;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

class SpoolWorkerTest extends SliceSinkContract {
  private @Nullable SpoolWorker worker;
  private @Nullable Uploader uploader;

  @Override
  SliceSink open(SpoolWorker made, Uploader stores) {
    worker = made;
    uploader = stores;
    return made;
  }

  @Override
  void finish() throws IOException {
    SpoolWorker made = Objects.requireNonNull(worker);
    boolean busy;
    do {
      busy = made.sealNext();
      busy |= Objects.requireNonNull(uploader).doWork(0) > 0;
    } while (busy);
    made.close();
  }
}
