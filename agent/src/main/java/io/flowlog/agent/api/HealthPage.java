package io.flowlog.agent.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.flowlog.agent.metrics.Health;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** {@code /health}: the agent's health as JSON, with 200 if it is good and 503 if it is not. */
final class HealthPage implements Page {
  private final Supplier<Health> health;

  HealthPage(Supplier<Health> health) {
    this.health = health;
  }

  @Override
  public Answer answer() {
    Health now = health.get();
    return Json.answer(
        now.isGood() ? 200 : 503,
        json -> {
          json.writeStringField("status", status(now));
          json.writeBooleanField("ready", now.isReady());
          json.writeBooleanField("live", now.isLive());
          write("problems", now.problems(), json);
          write("host", now.host(), json);
        });
  }

  private static void write(String name, List<String> lines, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String line : lines) {
      json.writeString(line);
    }
    json.writeEndArray();
  }

  private static String status(Health health) {
    if (!health.isLive()) {
      return "failed";
    }
    if (!health.isReady()) {
      return "not ready";
    }
    return health.problems().isEmpty() ? "ok" : "degraded";
  }
}
