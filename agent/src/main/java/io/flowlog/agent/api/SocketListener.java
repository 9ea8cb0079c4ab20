package io.flowlog.agent.api;

import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The listener that the command line of this host asks: a unix socket, whose mode says who may.
 * Serves what monitoring asks for, and loggers and logging ports, to be read only. Owned by whoever
 * opened it.
 */
public final class SocketListener implements AutoCloseable {
  /** Where the loggers are. */
  public static final String LOGGERS = LoggerPages.PATH;

  /** Where the logging ports are. */
  public static final String PORTS = PortPages.PATH;

  private final HttpListener listener;

  private SocketListener(HttpListener listener) {
    this.listener = listener;
  }

  /** Opens the listener; from then on it answers. */
  public static SocketListener open(
      Path socket,
      PublishedMetrics metrics,
      Supplier<Health> health,
      Supplier<AgentSnapshot> snapshot)
      throws ListenException {
    LoggerPages loggers = new LoggerPages(snapshot);
    PortPages ports = new PortPages(snapshot);
    Pages pages =
        Pages.ofMonitoring(metrics, health)
            .withList(LOGGERS, loggers::list, id -> () -> loggers.item(id))
            .withList(PORTS, ports::list, id -> () -> ports.item(id));
    return new SocketListener(
        HttpListener.open(new SocketFile(socket), pages, ClientLimits.defaults()));
  }

  /** Removes the socket, stops listening and closes every connection. */
  @Override
  public void close() {
    listener.close();
  }
}
