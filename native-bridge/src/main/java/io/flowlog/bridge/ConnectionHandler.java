package io.flowlog.bridge;

import java.io.IOException;

/** Takes what becomes of connections; a connection is valid during the call only. */
public interface ConnectionHandler {
  /** Takes one that is there. */
  void there(TrackedConnection connection) throws IOException;

  /** Takes one that is gone. */
  void gone(TrackedConnection connection) throws IOException;
}
