package io.flowlog.agent.api;

import io.flowlog.agent.metrics.Health;
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
          json.writeStringField("drop_evidence", now.dropEvidence());
          json.writeArrayFieldStart("problems");
          for (String problem : now.problems()) {
            json.writeString(problem);
          }
          json.writeEndArray();
        });
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
