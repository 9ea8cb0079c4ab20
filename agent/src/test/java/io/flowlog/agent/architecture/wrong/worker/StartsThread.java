package io.flowlog.agent.architecture.wrong.worker;

/** Starts a thread, as only a worker may. */
public final class StartsThread {
  public Thread thread() {
    return new Thread(() -> {});
  }
}
