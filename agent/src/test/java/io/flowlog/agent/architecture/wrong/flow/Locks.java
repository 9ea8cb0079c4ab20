package io.flowlog.agent.architecture.wrong.flow;

/** Takes a monitor for each call. */
public final class Locks {
  private int count;

  public synchronized int count() {
    return count++;
  }
}
