package io.flowlog.agent.api;

import java.time.Duration;

/**
 * What the clients of a listener may take.
 *
 * @param connections how many may be open; one more, and the one that was silent longest is closed
 * @param requestLineBytes how long a request's first line may be
 * @param headerBytes how long all its headers may be together
 * @param headers how many headers it may have
 * @param patience after what time a connection is closed whose request has not come whole, or whose
 *     answer has not been taken
 */
record ClientLimits(
    int connections, int requestLineBytes, int headerBytes, int headers, Duration patience) {
  static ClientLimits defaults() {
    return new ClientLimits(64, 2048, 8192, 64, Duration.ofSeconds(75));
  }
}
