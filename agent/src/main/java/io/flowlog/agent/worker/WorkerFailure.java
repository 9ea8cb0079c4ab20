package io.flowlog.agent.worker;

/** Says that a thread has ended which nobody asked to, so that the whole program must end. */
public final class WorkerFailure extends Exception {
  private static final long serialVersionUID = 1L;

  WorkerFailure(String thread, Throwable cause) {
    super("the thread " + thread + " has ended: " + cause.getMessage(), cause);
  }
}
