package io.flowlog.agent.architecture.wrong.store;

import java.util.List;

/** Spreads a stream over the common threads. */
public final class StreamsInParallel {
  public long count() {
    return List.of(1, 2).parallelStream().filter(number -> number > 1).count();
  }
}
