package io.flowlog.agent.architecture.wrong.store;

import java.util.concurrent.ScheduledExecutorService;

/** Has somebody else's threads at hand. */
public final class KeepsExecutor {
  public Class<?> executor() {
    return ScheduledExecutorService.class;
  }
}
