package io.flowlog.agent.architecture.wrong.flow;

/** Waits for a monitor. */
public final class Waits {
  private boolean done;

  public void await(Object monitor) throws InterruptedException {
    synchronized (monitor) {
      while (!done) {
        monitor.wait();
      }
    }
  }

  public void finish() {
    done = true;
  }
}
