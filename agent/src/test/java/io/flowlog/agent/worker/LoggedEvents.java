package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventLog;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** An event log whose lines a test reads; its clock stands still. */
final class LoggedEvents {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private final EventLog log =
      new EventLog(new PrintStream(shown, true, StandardCharsets.UTF_8), Map.of(), () -> 0);

  EventLog log() {
    return log;
  }

  List<String> lines() {
    return shown.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
