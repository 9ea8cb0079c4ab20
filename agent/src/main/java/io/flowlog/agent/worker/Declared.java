package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.port.LoggingPort;
import java.util.List;

/**
 * What operators declare at a moment.
 *
 * @param problems what is wrong with the rest, one line each
 */
public record Declared(List<FlowLogger> loggers, List<LoggingPort> ports, List<String> problems) {
  public Declared {
    loggers = List.copyOf(loggers);
    ports = List.copyOf(ports);
    problems = List.copyOf(problems);
  }

  /** Where declarations come from. */
  @FunctionalInterface
  public interface Source {
    /** Returns what is declared now. */
    Declared read();
  }
}
