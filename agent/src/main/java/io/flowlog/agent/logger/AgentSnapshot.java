package io.flowlog.agent.logger;

import java.util.List;

/**
 * What an agent does at one moment: its loggers and the logging ports of its host. Immutable.
 *
 * @param loggers all that are declared, those too that are switched off
 * @param ports those that at least one logger covers
 */
public record AgentSnapshot(List<LoggerStatus> loggers, List<PortStatus> ports) {
  /** The snapshot of an agent that has only just begun. */
  public static final AgentSnapshot EMPTY = new AgentSnapshot(List.of(), List.of());

  public AgentSnapshot {
    loggers = List.copyOf(loggers);
    ports = List.copyOf(ports);
  }
}
