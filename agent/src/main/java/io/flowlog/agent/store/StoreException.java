package io.flowlog.agent.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An object could not be stored: in one line for people what failed, where, and what helps. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Code code;

  /** What kind of failure it is, for those who decide what to do about it. */
  public enum Code {
    /** The store does not believe who we are. */
    NOT_AUTHENTICATED,
    /** The store knows who we are and refuses. */
    FORBIDDEN,
    /** The store has no room for us. */
    FULL,
    /** The object may not have this key here. */
    KEY_REFUSED,
    /** Anything else: not reachable, not there, out of order. */
    UNAVAILABLE
  }

  public StoreException(Code code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Returns what kind of failure it is. */
  public Code code() {
    return code;
  }
}
