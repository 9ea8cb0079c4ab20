package io.flowlog.agent.api;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A listener cannot be opened: in one line for people where, why, and what helps. */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1L;

  private ListenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Says why the kernel refused; {@code key} is the setting that named the address. */
  static ListenException of(ApiConfig.Endpoint endpoint, String key, @Nullable Throwable cause) {
    String reason = cause == null ? "no reason given" : String.valueOf(cause.getMessage());
    return new ListenException(
        "cannot listen on " + endpoint + ": " + explain(endpoint, key, reason), cause);
  }

  private static String explain(ApiConfig.Endpoint endpoint, String key, String reason) {
    if (reason.contains("Address already in use")) {
      return "another program has the port: end it (ss -ltnp 'sport = :"
          + endpoint.port()
          + "' names it), or set "
          + key
          + " to a free port";
    }
    if (reason.contains("assign requested address")) {
      return "this host has no such address: set " + key + " to one that ip address shows";
    }
    if (reason.contains("Permission denied")) {
      return "ports below 1024 are not for this user: set " + key + " to a higher port";
    }
    return reason + ": set " + key + " to an address of this host and a free port";
  }
}
