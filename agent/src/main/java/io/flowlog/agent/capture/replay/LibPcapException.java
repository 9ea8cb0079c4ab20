package io.flowlog.agent.capture.replay;

import java.io.IOException;

/** Says in one line what libpcap could not do, with its own words, and what to do about it. */
public final class LibPcapException extends IOException {
  private static final long serialVersionUID = 1L;

  LibPcapException(String message) {
    super(message);
  }

  LibPcapException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The library itself is not there, or not one that we can call. */
  static LibPcapException missing(LinkageError cause) {
    return new LibPcapException(
        "libpcap cannot be loaded: install it (Debian: apt-get install libpcap0.8)", cause);
  }
}
