package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.util.List;

/** Tells the log of problems of one kind as they come up. Owned by one thread. */
final class NewProblems {
  private final EventLog log;
  private final EventKind kind;
  private List<String> told = List.of();

  NewProblems(EventLog log, EventKind kind) {
    this.log = log;
    this.kind = kind;
  }

  /** Takes all problems that there are now, one line each, and tells those that are new. */
  void tell(List<String> now) {
    if (!now.equals(told)) {
      now.stream()
          .filter(problem -> !told.contains(problem))
          .forEach(problem -> log.warning(kind, problem));
      told = List.copyOf(now);
    }
  }
}
