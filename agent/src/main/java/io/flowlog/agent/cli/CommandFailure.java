package io.flowlog.agent.cli;

/** A failure whose message is all that the user needs: one clear line. */
final class CommandFailure extends Exception {
  private static final long serialVersionUID = 1;

  CommandFailure(String message) {
    super(message);
  }
}
