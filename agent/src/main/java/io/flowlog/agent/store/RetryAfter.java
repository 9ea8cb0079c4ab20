package io.flowlog.agent.store;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Reads when a server wants to be asked again. */
final class RetryAfter {
  /** A server that says more is asked again all the same. */
  static final Duration MAX = Duration.ofHours(1);

  private static final int DIGITS_MAX = 9;

  private RetryAfter() {}

  /** Returns how long to wait from now on, or null if the answer does not say. */
  static @Nullable Duration of(HttpHeaders headers, Instant now) {
    String text = headers.firstValue("Retry-After").orElse("").strip();
    Duration wait = text.matches("[0-9]{1," + DIGITS_MAX + "}") ? seconds(text) : until(text, now);
    if (wait == null || wait.isNegative()) {
      return null;
    }
    return wait.compareTo(MAX) > 0 ? MAX : wait;
  }

  private static Duration seconds(String text) {
    return Duration.ofSeconds(Long.parseLong(text));
  }

  private static @Nullable Duration until(String text, Instant now) {
    try {
      ZonedDateTime time = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      return Duration.between(now, time.toInstant());
    } catch (DateTimeException e) {
      return null;
    }
  }
}
