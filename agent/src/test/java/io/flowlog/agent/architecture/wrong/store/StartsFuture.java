package io.flowlog.agent.architecture.wrong.store;

import java.util.concurrent.CompletableFuture;

/** Runs something on the common threads. */
public final class StartsFuture {
  public CompletableFuture<Integer> start() {
    return CompletableFuture.supplyAsync(() -> 1);
  }
}
