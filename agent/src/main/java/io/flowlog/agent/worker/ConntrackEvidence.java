package io.flowlog.agent.worker;

import io.flowlog.agent.capture.ConntrackConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.conntrack.KernelConnections;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What conntrack tells of this host's connections, or why it does not.
 *
 * @param connections null if nothing is told
 * @param problem what is wrong for loggers that show what packets carry behind an address
 *     translation; empty if nothing is
 */
record ConntrackEvidence(@Nullable KernelConnections connections, String problem) {
  private static final String UNKNOWN =
      "it is not known how this host translates addresses, nor who opened connections that are"
          + " older than the agent: ";

  /**
   * Asks conntrack, of the network namespace of the calling thread.
   *
   * @throws IOException when nothing is told, and is required to
   */
  static ConntrackEvidence open(ConntrackConfig settings, EventLog log) throws IOException {
    if (settings.mode() == DropConfig.Mode.OFF) {
      return none("capture.conntrack is off", log);
    }
    Optional<String> obstacle = KernelConnections.obstacle();
    KernelConnections connections =
        new KernelConnections(
            KernelConnections.QUEUE_BYTES, settings.connectionsMax(), TimeOfDay::nowNs);
    try {
      if (obstacle.isEmpty()) {
        connections.figures();
        return new ConntrackEvidence(connections, "");
      }
    } catch (IOException e) {
      obstacle = Optional.ofNullable(e.getMessage());
    }
    if (settings.mode() == DropConfig.Mode.REQUIRED) {
      throw new IOException("capture.conntrack is required: " + obstacle.orElse(""));
    }
    return none(obstacle.orElse(""), log);
  }

  private static ConntrackEvidence none(String why, EventLog log) {
    log.info(EventKind.HOST, UNKNOWN + why);
    return new ConntrackEvidence(null, UNKNOWN + why);
  }

  /** Returns what is wrong, in words, for some loggers. */
  List<String> problems(boolean anybodyShowsTranslations) {
    return problem.isEmpty() || !anybodyShowsTranslations ? List.of() : List.of(problem);
  }
}
