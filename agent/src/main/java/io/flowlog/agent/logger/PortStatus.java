package io.flowlog.agent.logger;

import io.flowlog.agent.port.LoggingPort;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A logging port and how its capture fares at one moment. Immutable.
 *
 * @param loggerIds the loggers that cover it
 * @param state what is done about it, in words: {@code capturing}, or {@code waiting:} and why
 * @param frames how many frames were handed over since then
 * @param lostFrames how many were lost on their way since then
 * @param since since when it is a logging port
 */
public record PortStatus(
    LoggingPort port,
    List<UUID> loggerIds,
    String state,
    long frames,
    long lostFrames,
    Instant since) {

  public PortStatus {
    loggerIds = List.copyOf(loggerIds);
  }
}
