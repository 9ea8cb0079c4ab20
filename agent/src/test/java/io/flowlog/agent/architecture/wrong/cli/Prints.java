package io.flowlog.agent.architecture.wrong.cli;

/** Writes to the console, as a command may. */
public final class Prints {
  public void print() {
    System.err.println("a line");
  }
}
