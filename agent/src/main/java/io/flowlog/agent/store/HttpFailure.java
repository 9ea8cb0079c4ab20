package io.flowlog.agent.store;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words why a request got no answer. */
final class HttpFailure {
  private HttpFailure() {}

  /** Returns what happened, and what to look at. */
  static String words(IOException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return "no connection in time: check the address, the firewall and connect_timeout";
    }
    if (e instanceof HttpTimeoutException) {
      return "no answer in time: look at that server, or raise request_timeout";
    }
    if (isCausedBy(e, UnresolvedAddressException.class)) {
      return "its name is not known: check the address and this host's name service";
    }
    if (isCausedBy(e, SSLException.class)) {
      return "TLS failed (" + reason(e) + "): check the address, its certificate and ca_file";
    }
    if (isCausedBy(e, ConnectException.class)) {
      return "connection refused: check the address, and that the server runs";
    }
    return "the connection broke (" + reason(e) + "): look at that server and the network";
  }

  /** Tells whether the connection may have been closed by the time that the request came. */
  static boolean isOfOldConnection(IOException e) {
    return !(e instanceof HttpTimeoutException)
        && !(e instanceof StoreException)
        && !isCausedBy(e, SSLException.class)
        && !isCausedBy(e, ConnectException.class)
        && !Thread.currentThread().isInterrupted();
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
