package io.flowlog.agent.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerIds;
import io.flowlog.agent.logger.LoggerStatus;
import io.flowlog.agent.logger.PortStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The logging ports of the agent, in the control API's shape: one entry for each logger of a port,
 * which is the logger's owner's. Immutable.
 *
 * <p>Besides what that API names there is {@code device}, {@code state}, {@code frames}, {@code
 * lost_frames} and {@code since}, which are the port's whichever logger asks.
 */
final class PortPages {
  static final String PATH = "/v2.0/flowlog-logging-ports";

  private final Supplier<AgentSnapshot> snapshot;

  /**
   * One port of one logger.
   *
   * @param projectId the logger's owner, if it has one
   */
  private record Entry(UUID id, UUID loggerId, @Nullable String projectId, PortStatus port) {}

  PortPages(Supplier<AgentSnapshot> snapshot) {
    this.snapshot = snapshot;
  }

  /** Answers with all of them. */
  Answer list() {
    return Json.answer(
        200,
        json -> {
          json.writeArrayFieldStart("flowlog_logging_ports");
          for (Entry entry : entries(snapshot.get())) {
            json.writeStartObject();
            write(json, entry);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Answers with the one of that id. */
  Answer item(String id) {
    for (Entry entry : entries(snapshot.get())) {
      if (entry.id().toString().equalsIgnoreCase(id)) {
        return Json.answer(
            200,
            json -> {
              json.writeObjectFieldStart("flowlog_logging_port");
              write(json, entry);
              json.writeEndObject();
            });
      }
    }
    return Json.error(
        404, "FlowlogLoggingPortNotFound", "There is no flow log logging port " + id + ".");
  }

  private static List<Entry> entries(AgentSnapshot snapshot) {
    Map<UUID, FlowLogger> loggers = new HashMap<>();
    for (LoggerStatus status : snapshot.loggers()) {
      loggers.put(status.logger().id(), status.logger());
    }
    List<Entry> entries = new ArrayList<>();
    for (PortStatus port : snapshot.ports()) {
      for (UUID loggerId : port.loggerIds()) {
        UUID id = LoggerIds.ofLoggingPort(loggerId, port.port().portId());
        FlowLogger logger = loggers.get(loggerId);
        entries.add(new Entry(id, loggerId, logger == null ? null : logger.projectId(), port));
      }
    }
    return entries;
  }

  private static void write(JsonGenerator json, Entry entry) throws IOException {
    PortStatus status = entry.port();
    String since = Json.time(status.since());
    json.writeStringField("id", entry.id().toString());
    json.writeStringField("logger_id", entry.loggerId().toString());
    json.writeStringField("port_id", status.port().portId());
    json.writeStringField("network_id", status.port().networkId());
    json.writeStringField("tenant_id", entry.projectId());
    json.writeStringField("project_id", entry.projectId());
    json.writeStringField("created_at", since);
    json.writeStringField("updated_at", since);
    json.writeStringField("device", status.port().device());
    json.writeStringField("state", status.state());
    json.writeNumberField("frames", status.frames());
    json.writeNumberField("lost_frames", status.lostFrames());
    json.writeStringField("since", since);
  }
}
