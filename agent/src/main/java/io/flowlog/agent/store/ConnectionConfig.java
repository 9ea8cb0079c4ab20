package io.flowlog.agent.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server is reached.
 *
 * @param proxy who passes requests on; null for nobody
 * @param connectTimeout how long a connection may take to be there
 * @param requestTimeout how long a server may keep silent about a request, besides the time that
 *     its body takes at {@link #BYTES_PER_SECOND_MIN}
 */
public record ConnectionConfig(
    TlsConfig tls, @Nullable Proxy proxy, Duration connectTimeout, Duration requestTimeout) {
  /** A body that goes slower than this is given up. */
  public static final long BYTES_PER_SECOND_MIN = 256 << 10;

  public static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
  public static final Duration TIMEOUT_MAX = Duration.ofMinutes(10);

  /** Returns the settings of a host that says nothing. */
  public static ConnectionConfig defaults() {
    return new ConnectionConfig(
        TlsConfig.defaults(), null, Duration.ofSeconds(5), Duration.ofSeconds(60));
  }

  /** A server that passes requests on. */
  public record Proxy(String host, int port) {}
}
