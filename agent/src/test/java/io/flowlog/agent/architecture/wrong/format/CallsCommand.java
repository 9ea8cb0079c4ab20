package io.flowlog.agent.architecture.wrong.format;

import io.flowlog.agent.architecture.wrong.cli.Prints;

/** Imports a package to its right. */
public final class CallsCommand {
  public void print() {
    new Prints().print();
  }
}
