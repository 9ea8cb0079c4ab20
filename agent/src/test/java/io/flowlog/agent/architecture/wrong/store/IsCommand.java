package io.flowlog.agent.architecture.wrong.store;

import picocli.CommandLine;

/** Uses the command line library outside its home. */
public final class IsCommand {
  public Class<?> library() {
    return CommandLine.class;
  }
}
