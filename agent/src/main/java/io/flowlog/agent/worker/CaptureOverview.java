package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerStatus;
import io.flowlog.agent.logger.PortStatus;
import io.flowlog.agent.port.LoggingPort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is captured, for whom, for those who ask. Updated by the control thread when something
 * changes; any thread may ask, and finds the figures of that moment.
 */
final class CaptureOverview {
  /** Until more is known of the logger's storage. */
  private static final String BUILD = "BUILD";

  private static final String INACTIVE = "INACTIVE";
  private static final String CAPTURING = "capturing";

  private final Coverage coverage;
  private final Map<String, Instant> portsSince = new HashMap<>();
  private final Map<UUID, Instant> loggersSince = new HashMap<>();
  private volatile List<LoggerStatus> loggers = List.of();
  private volatile List<Observed> ports = List.of();

  private record Observed(
      LoggingPort port,
      List<UUID> loggerIds,
      String state,
      Instant since,
      @Nullable LiveSource source) {
    PortStatus status() {
      return new PortStatus(
          port,
          loggerIds,
          state,
          source == null ? 0 : source.frames(),
          source == null ? 0 : source.lostFrames(),
          since);
    }
  }

  CaptureOverview(Coverage coverage) {
    this.coverage = coverage;
  }

  /** Describes a plan and the sources that it has. Of the control thread. */
  void update(List<FlowLogger> declared, CapturePlan plan, Attachments attachments, Instant now) {
    portsSince.keySet().retainAll(plan.ports().stream().map(LoggingPort::portId).toList());
    loggersSince.keySet().retainAll(declared.stream().map(FlowLogger::id).toList());
    Map<UUID, Integer> portCounts = new HashMap<>();
    List<Observed> observed = new ArrayList<>();
    for (LoggingPort port : plan.ports()) {
      List<UUID> loggerIds =
          plan.loggers().stream()
              .filter(logger -> coverage.covers(logger, port))
              .map(FlowLogger::id)
              .toList();
      loggerIds.forEach(id -> portCounts.merge(id, 1, Integer::sum));
      Instant since = portsSince.computeIfAbsent(port.portId(), id -> now);
      LiveSource source = attachments.sourceOf(port);
      String state = source == null ? "waiting: " + attachments.whyNot(port) : CAPTURING;
      observed.add(new Observed(port, loggerIds, state, since, source));
    }
    ports = List.copyOf(observed);
    loggers =
        declared.stream()
            .map(logger -> status(logger, portCounts.getOrDefault(logger.id(), 0), now))
            .toList();
  }

  private LoggerStatus status(FlowLogger logger, int portCount, Instant now) {
    Instant since = loggersSince.computeIfAbsent(logger.id(), id -> now);
    String status = logger.adminStateUp() ? BUILD : INACTIVE;
    return new LoggerStatus(logger, status, "", "", since, since, portCount, List.of());
  }

  int loggers() {
    return loggers.size();
  }

  int ports() {
    return ports.size();
  }

  /** Returns how many of the ports have a source. */
  long portsCaptured() {
    return ports.stream().filter(port -> port.source() != null).count();
  }

  /** Returns what is captured now. */
  AgentSnapshot snapshot() {
    return new AgentSnapshot(loggers, ports.stream().map(Observed::status).toList());
  }
}
