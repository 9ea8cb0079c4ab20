package io.flowlog.agent.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerStatus;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * The flow log loggers of the agent, in the control API's shape. Immutable.
 *
 * <p>Besides what that API names there is {@code error_message}, {@code layout}, how many {@code
 * ports} the logger covers on this host, and its {@code problems}.
 */
final class LoggerPages {
  static final String PATH = "/v2.0/flowlog-loggers";

  private final Supplier<AgentSnapshot> snapshot;

  LoggerPages(Supplier<AgentSnapshot> snapshot) {
    this.snapshot = snapshot;
  }

  /** Answers with all of them. */
  Answer list() {
    return Json.answer(
        200,
        json -> {
          json.writeArrayFieldStart("flowlog_loggers");
          for (LoggerStatus status : snapshot.get().loggers()) {
            json.writeStartObject();
            write(json, status);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Answers with the one of that id. */
  Answer item(String id) {
    for (LoggerStatus status : snapshot.get().loggers()) {
      if (status.logger().id().toString().equalsIgnoreCase(id)) {
        return Json.answer(
            200,
            json -> {
              json.writeObjectFieldStart("flowlog_logger");
              write(json, status);
              json.writeEndObject();
            });
      }
    }
    return Json.error(404, "FlowlogLoggerNotFound", "There is no flow log logger " + id + ".");
  }

  private static void write(JsonGenerator json, LoggerStatus status) throws IOException {
    FlowLogger logger = status.logger();
    json.writeStringField("id", logger.id().toString());
    json.writeStringField("name", logger.name());
    json.writeStringField("description", logger.description());
    json.writeStringField("tenant_id", logger.projectId());
    json.writeStringField("project_id", logger.projectId());
    writeTraffic(json, logger);
    writeFiles(json, logger);
    json.writeBooleanField("admin_state_up", logger.adminStateUp());
    json.writeStringField("status", status.status());
    json.writeStringField("error_type", status.errorType());
    json.writeStringField("error_message", status.errorMessage());
    json.writeStringField("created_at", Json.time(status.createdAt()));
    json.writeStringField("updated_at", Json.time(status.updatedAt()));
    json.writeNumberField("ports", status.ports());
    json.writeArrayFieldStart("problems");
    for (String problem : status.problems()) {
      json.writeString(problem);
    }
    json.writeEndArray();
  }

  private static void writeTraffic(JsonGenerator json, FlowLogger logger) throws IOException {
    json.writeStringField("resource_type", logger.resourceType().name());
    json.writeStringField("resource_id", logger.resourceId().toString());
    json.writeStringField("filter", logger.filter().name());
    json.writeNumberField("aggregation_interval", logger.aggregationInterval());
    json.writeBooleanField("connection_setup_only", logger.connectionSetupOnly());
  }

  private static void writeFiles(JsonGenerator json, FlowLogger logger) throws IOException {
    json.writeStringField("storage_type", logger.storageType().name());
    json.writeStringField("storage_url", logger.storageUrl());
    json.writeStringField("log_format", logger.logFormat().name());
    json.writeStringField("compression_type", logger.compressionType().name());
    json.writeStringField("layout", logger.layout().name());
    json.writeStringField("customized_field", String.join(",", logger.fields()));
    json.writeStringField("partition_period", logger.partitionPeriod());
    if (logger.customizedFileName() != null) {
      json.writeStringField("customized_file_name", logger.customizedFileName());
    }
  }
}
