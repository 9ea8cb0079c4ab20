package io.flowlog.agent.api;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

  /** Says why a unix socket cannot be made. */
  static ListenException of(Path socket, IOException cause) {
    return ofSocket(socket, explain(socket, cause), cause);
  }

  /** Says that somebody listens on a unix socket. */
  static ListenException occupied(Path socket) {
    return ofSocket(socket, "another agent listens there: end it (ss -xlp names it)", null);
  }

  /** Says that in the place of a unix socket is something else. */
  static ListenException noSocket(Path socket) {
    return ofSocket(socket, "what is there is no socket: remove it", null);
  }

  private static ListenException ofSocket(Path socket, String why, @Nullable Throwable cause) {
    return new ListenException(
        "cannot listen on " + socket + ": " + why + ", or set api.socket to another path, or off",
        cause);
  }

  private static String explain(Path socket, IOException cause) {
    Path folder = socket.resolveSibling(""); // its parent
    if (cause instanceof NoSuchFileException && !Files.isDirectory(folder)) {
      return "there is no folder "
          + folder
          + ": make it for the agent's user and group, as systemd does"
          + " (install -d -m 0750 -o flowlog-agent -g flowlog-agent "
          + folder
          + ")";
    }
    boolean isForbidden = String.valueOf(cause.getMessage()).contains("Permission denied");
    if (isForbidden || cause instanceof AccessDeniedException) {
      return "permission denied: give " + folder + " to the agent's user";
    }
    return cause + ": have " + folder + " on a disk that takes sockets";
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
