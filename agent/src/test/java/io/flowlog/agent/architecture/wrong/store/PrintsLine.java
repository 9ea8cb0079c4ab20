package io.flowlog.agent.architecture.wrong.store;

/** Writes to the console. */
public final class PrintsLine {
  public void print() {
    System.out.println("a line");
  }
}
