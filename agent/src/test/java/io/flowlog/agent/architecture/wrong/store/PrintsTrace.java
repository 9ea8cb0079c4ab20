package io.flowlog.agent.architecture.wrong.store;

/** Writes a stack to the console. */
public final class PrintsTrace {
  public void print(Exception failure) {
    failure.printStackTrace();
  }
}
