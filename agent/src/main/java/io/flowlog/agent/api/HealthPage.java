package io.flowlog.agent.api;

import io.flowlog.agent.metrics.Health;
import java.util.function.Supplier;

/** {@code /health}: the agent's health as JSON, with 200 if it is good and 503 if it is not. */
final class HealthPage implements Page {
  private static final String JSON = "application/json";

  private final Supplier<Health> health;

  HealthPage(Supplier<Health> health) {
    this.health = health;
  }

  @Override
  public Answer answer() {
    Health now = health.get();
    return new Answer(now.isGood() ? 200 : 503, JSON, json(now));
  }

  private static String json(Health health) {
    StringBuilder json = new StringBuilder();
    json.append("{\"status\":\"").append(status(health));
    json.append("\",\"ready\":").append(health.isReady());
    json.append(",\"live\":").append(health.isLive());
    json.append(",\"problems\":[");
    String separator = "";
    for (String problem : health.problems()) {
      json.append(separator);
      quote(problem, json);
      separator = ",";
    }
    return json.append("]}\n").toString();
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

  private static void quote(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
