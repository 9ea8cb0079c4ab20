package io.flowlog.agent.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an identity service gives out: whoever has it is believed. Shows nowhere.
 *
 * @param text what goes into requests
 * @param lifetime from when it was asked for until it is worth nothing
 * @param userId whose it is
 * @param projectId where; null if the service does not say
 */
record Token(String text, Duration lifetime, String userId, @Nullable String projectId) {
  @Override
  public String toString() {
    return "***";
  }
}
