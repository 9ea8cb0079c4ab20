package io.flowlog.agent.architecture.wrong.flow;

/** Puts its thread to sleep. */
public final class Sleeps {
  public void sleep() throws InterruptedException {
    Thread.sleep(1);
  }
}
