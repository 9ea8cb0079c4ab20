package io.flowlog.agent.logger;

import io.flowlog.agent.port.LoggingPort;
import java.util.List;

/**
 * Which logging ports are captured, and for which loggers. Immutable.
 *
 * @param loggers those that collect: declared, and not switched off
 * @param ports those that at least one of them covers, each once
 */
public record CapturePlan(List<FlowLogger> loggers, List<LoggingPort> ports) {
  /** The plan of an agent that has nothing to do. */
  public static final CapturePlan NOTHING = new CapturePlan(List.of(), List.of());

  public CapturePlan {
    loggers = List.copyOf(loggers);
    ports = List.copyOf(ports);
  }

  /** Returns the plan for what is declared and the ports that are here. */
  public static CapturePlan of(
      List<FlowLogger> declared, List<LoggingPort> present, Coverage coverage) {
    List<FlowLogger> collecting = declared.stream().filter(FlowLogger::adminStateUp).toList();
    List<LoggingPort> covered =
        present.stream()
            .filter(port -> collecting.stream().anyMatch(l -> coverage.covers(l, port)))
            .toList();
    return new CapturePlan(collecting, covered);
  }
}
