package io.flowlog.agent.store;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An object could not be stored: in one line for people what failed, where, and what helps. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final @Nullable Duration retryAfter;

  /** What kind of failure it is, for those who decide what to do about it. */
  public enum Code {
    /** The store does not believe who we are, or nobody vouches for us. */
    NOT_AUTHENTICATED("AuthenticationSystemError"),
    /** The store knows who we are and refuses. */
    FORBIDDEN("OBSConfigurationError"),
    /** The store has no room for us. */
    FULL("OBSServiceNotAvailableError"),
    /** The object may not have this key here. */
    KEY_REFUSED("OBSServiceNotAvailableError"),
    /** The container or bucket is not there. */
    NOT_FOUND("OBSServiceNotAvailableError"),
    /** The store wants to be asked less often. */
    BUSY("OBSServiceNotAvailableError"),
    /** Anything else: not reachable, out of order. */
    UNAVAILABLE("OBSServiceNotAvailableError");

    private final String errorType;

    Code(String errorType) {
      this.errorType = errorType;
    }

    /** Returns what a logger's error_type says of it. */
    public String errorType() {
      return errorType;
    }
  }

  public StoreException(Code code, String message, @Nullable Throwable cause) {
    this(code, message, cause, null);
  }

  /** Makes one of a store that says when to come again. */
  StoreException(
      Code code, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
    super(message, cause);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Returns what kind of failure it is. */
  public Code code() {
    return code;
  }

  /** Returns how long the store wants to be left alone, or null if it does not say. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
