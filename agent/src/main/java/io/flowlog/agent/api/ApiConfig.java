package io.flowlog.agent.api;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of what is served over HTTP.
 *
 * @param metricsListen where /metrics and /health are served; null if they are not
 * @param socket the unix socket that the command line asks; null if there is none
 */
public record ApiConfig(@Nullable Endpoint metricsListen, @Nullable Path socket) {
  /**
   * An address to listen on.
   *
   * @param address an IP address in canonical form
   */
  public record Endpoint(String address, int port) {
    /** Returns the text that stands in the configuration. */
    @Override
    public String toString() {
      return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
    }
  }

  /** Returns the settings of a host that says nothing. */
  public static ApiConfig defaults() {
    return new ApiConfig(new Endpoint("127.0.0.1", 9465), Path.of("/run/flowlog-agent/agent.sock"));
  }
}
