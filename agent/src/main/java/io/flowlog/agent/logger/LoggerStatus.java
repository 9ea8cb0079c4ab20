package io.flowlog.agent.logger;

import java.time.Instant;
import java.util.List;

/**
 * A logger and how it fares on this host at one moment. Immutable.
 *
 * @param status {@code BUILD}, {@code ACTIVE}, {@code INACTIVE} or {@code ERROR}
 * @param errorType what kind of error; empty if there is none
 * @param errorMessage what failed, in words; empty if nothing did
 * @param ports how many logging ports of this host it covers
 * @param problems what else is wrong with it, in words, one line for each
 */
public record LoggerStatus(
    FlowLogger logger,
    String status,
    String errorType,
    String errorMessage,
    Instant createdAt,
    Instant updatedAt,
    int ports,
    List<String> problems) {

  public LoggerStatus {
    problems = List.copyOf(problems);
  }
}
