package io.flowlog.agent.api;

import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.util.function.Supplier;

/**
 * The listener that monitoring asks: serves {@code /metrics} and {@code /health}, nothing else.
 * Owned by whoever opened it.
 */
public final class MetricsListener implements AutoCloseable {
  private static final String KEY = "api.metrics_listen";

  private final HttpListener listener;

  private MetricsListener(HttpListener listener) {
    this.listener = listener;
  }

  /** Opens the listener; from then on it answers. */
  public static MetricsListener open(
      ApiConfig.Endpoint endpoint, PublishedMetrics metrics, Supplier<Health> health)
      throws ListenException {
    Pages pages = Pages.ofMonitoring(metrics, health);
    return new MetricsListener(
        HttpListener.open(new TcpPlace(endpoint, KEY), pages, ClientLimits.defaults()));
  }

  /** Returns where it listens: the port that was chosen if the endpoint's was 0. */
  public ApiConfig.Endpoint endpoint() {
    return TcpPlace.endpoint(listener.address());
  }

  /** Stops listening and closes every connection; the port is free afterwards. */
  @Override
  public void close() {
    listener.close();
  }
}
