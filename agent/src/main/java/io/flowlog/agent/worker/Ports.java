package io.flowlog.agent.worker;

import io.flowlog.agent.port.LoggingPort;
import java.util.List;
import java.util.UUID;

/**
 * The logging ports of a replay, numbered as they stand in the list.
 *
 * @param isAssumed whether they are one made-up port that the whole capture belongs to
 */
public record Ports(List<LoggingPort> list, boolean isAssumed) {
  public Ports {
    list = List.copyOf(list);
  }

  /** Returns one port that everything belongs to. */
  public static Ports assumed(UUID portId) {
    LoggingPort port =
        new LoggingPort(
            null, portId.toString(), null, List.of(), null, null, null, null, null, null);
    return new Ports(List.of(port), true);
  }

  /** Returns declared ports. */
  public static Ports of(List<LoggingPort> ports) {
    return new Ports(ports, false);
  }
}
