package io.flowlog.agent.record;

import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run of records refers to by number: logging ports and drop points.
 *
 * <p>It travels with the records, so that they can be written out after their port is gone, or by a
 * kernel that numbers its reasons differently.
 */
public final class RecordDictionary {
  /** The highest number that a port may have: a damaged number must not cost memory. */
  public static final int PORT_INDEX_MAX = (1 << 20) - 1;

  /** Kernels know some hundreds; a row has room for this many. */
  public static final int DROP_POINTS_MAX = (1 << 16) - 1;

  private @Nullable LoggingPort[] ports = new LoggingPort[8];
  private int size;

  /** The name of number n at n - 1. */
  private final List<String> dropPoints = new ArrayList<>();

  /** Enters a port under a number. */
  public void define(int portIndex, LoggingPort port) {
    if (portIndex < 0 || portIndex > PORT_INDEX_MAX) {
      throw new IllegalArgumentException("a logging port cannot have the number " + portIndex);
    }
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

  /** Tells whether a logger covers a port that must be there. */
  public boolean isCovered(int portIndex, FlowLogger logger, Coverage coverage) {
    return coverage.covers(logger, get(portIndex));
  }

  /** Returns the fields of a port that must be there, as bytes for the row journal. */
  public byte[] encode(int portIndex) {
    return PortCodec.encode(get(portIndex));
  }

  /**
   * Enters a port under a number, from what {@link #encode} returned.
   *
   * @param encoded all its remaining bytes; they may come from outside and be anything
   * @throws IOException when they are no logging port, or the number is none; nothing was entered
   */
  public void decode(int portIndex, ByteBuffer encoded) throws IOException {
    if (portIndex < 0 || portIndex > PORT_INDEX_MAX) {
      throw new IOException("a logging port cannot have the number " + portIndex);
    }
    define(portIndex, PortCodec.decode(encoded));
  }

  /** Returns the number of a drop point, which it gets when it is first named. */
  public int numberOfDropPoint(String name) {
    int known = dropPoints.indexOf(name);
    if (known >= 0) {
      return known + 1;
    }
    if (dropPoints.size() == DROP_POINTS_MAX) {
      throw new IllegalStateException("there are more than " + DROP_POINTS_MAX + " drop points");
    }
    dropPoints.add(name);
    return dropPoints.size();
  }

  /** Returns the drop points in the order of their numbers, which start at 1. */
  public List<String> dropPoints() {
    return Collections.unmodifiableList(dropPoints);
  }

  /** Returns the name of a row's drop point; empty for 0, which is none. */
  public String dropPoint(int number) {
    if (number == 0) {
      return "";
    }
    if (number < 0 || number > dropPoints.size()) {
      throw new IllegalArgumentException("no drop point has the number " + number);
    }
    return dropPoints.get(number - 1);
  }
}
