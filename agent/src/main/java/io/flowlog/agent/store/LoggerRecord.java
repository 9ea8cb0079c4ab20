package io.flowlog.agent.store;

import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.store.LoggerStanding.Status;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a logger from one start to the next. Immutable.
 *
 * @param createdAt when it was first seen
 * @param updatedAt when its standing or declaration last changed
 * @param endedAt since when nothing is collected for it; null while something is
 */
public record LoggerRecord(
    UUID loggerId,
    Destination destination,
    LoggerStanding standing,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant endedAt) {

  byte[] encode() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", loggerId);
    members.put("storage_type", destination.type());
    members.put("storage_url", destination.url());
    members.put("status", standing.status());
    members.put("error_type", standing.errorType());
    members.put("error_message", standing.errorMessage());
    members.put("created_at", createdAt);
    members.put("updated_at", updatedAt);
    if (endedAt != null) {
      members.put("ended_at", endedAt);
    }
    return JsonTree.write(members);
  }

  /** Reads what {@link #encode} has written. */
  static LoggerRecord decode(String json) throws IOException {
    JsonTree tree = JsonTree.read(json);
    try {
      String ended = tree.textOrNull("ended_at");
      return new LoggerRecord(
          UUID.fromString(tree.text("id")),
          new Destination(StorageType.valueOf(tree.text("storage_type")), tree.text("storage_url")),
          new LoggerStanding(
              Status.valueOf(tree.text("status")),
              tree.text("error_type"),
              tree.text("error_message")),
          Instant.parse(tree.text("created_at")),
          Instant.parse(tree.text("updated_at")),
          ended == null ? null : Instant.parse(ended));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("it holds a value that was never written", e);
    }
  }
}
