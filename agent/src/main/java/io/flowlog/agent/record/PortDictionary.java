package io.flowlog.agent.record;

import io.flowlog.agent.port.LoggingPort;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The logging ports that a run of records refers to by number.
 *
 * <p>It travels with the records, so that they can be written out after their port is gone.
 */
public final class PortDictionary {
  private @Nullable LoggingPort[] ports = new LoggingPort[8];
  private int size;

  /** Enters a port under a number. */
  public void define(int portIndex, LoggingPort port) {
    if (portIndex >= ports.length) {
      ports = Arrays.copyOf(ports, Integer.highestOneBit(portIndex) * 2);
    }
    ports[portIndex] = port;
    size = Math.max(size, portIndex + 1);
  }

  /** Returns one more than the highest number in use. */
  public int size() {
    return size;
  }

  /** Returns the port of a number, or null if none was entered. */
  public @Nullable LoggingPort find(int portIndex) {
    return portIndex >= 0 && portIndex < size ? ports[portIndex] : null;
  }

  /** Returns the port of a number that must be there. */
  public LoggingPort get(int portIndex) {
    LoggingPort port = find(portIndex);
    if (port == null) {
      throw new IllegalArgumentException("no logging port has the number " + portIndex);
    }
    return port;
  }
}
