package io.flowlog.agent.architecture.wrong.flow;

/** Logs. */
public final class LogsLine {
  public void log() {
    System.getLogger("flow").log(System.Logger.Level.INFO, "a packet");
  }
}
