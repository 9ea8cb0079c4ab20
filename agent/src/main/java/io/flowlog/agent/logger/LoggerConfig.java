package io.flowlog.agent.logger;

import java.util.List;

/**
 * Settings of loggers.
 *
 * @param adminProjects projects whose loggers may cover the ports of every project, as 32 digits
 */
public record LoggerConfig(List<String> adminProjects) {
  public LoggerConfig {
    adminProjects = List.copyOf(adminProjects);
  }

  /** Returns the settings of a host that says nothing. */
  public static LoggerConfig defaults() {
    return new LoggerConfig(List.of());
  }
}
