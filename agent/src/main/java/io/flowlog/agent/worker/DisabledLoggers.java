package io.flowlog.agent.worker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Since when loggers that have files waiting are switched off or gone. Owned by the spool thread.
 *
 * <p>The moment is kept in the state folder. Within a life time is told by a clock that nobody
 * sets: a leap of the time of day makes nothing go.
 */
final class DisabledLoggers {
  /** How long after its end a logger's files are tried to be stored. */
  static final long KEPT_NS = TimeUnit.HOURS.toNanos(24);

  private final StateFolder state;
  private final Map<UUID, Long> sinceNs = new HashMap<>();
  private final Map<UUID, Long> dueTickNs = new HashMap<>();
  private boolean written = true;

  /** Finds what the last life noted. */
  DisabledLoggers(StateFolder state, long tickNs, long nowNs) throws IOException {
    this.state = state;
    state
        .disabledSinceNs()
        .forEach(
            (loggerId, since) -> {
              long elapsedNs = Math.min(KEPT_NS, Math.max(0, nowNs - since));
              sinceNs.put(loggerId, since);
              dueTickNs.put(loggerId, tickNs + KEPT_NS - elapsedNs);
            });
  }

  /**
   * Compares the loggers that have files with those that collect.
   *
   * @return those whose time is over
   * @throws IOException when the moments cannot be noted; that is tried again with the next call
   */
  List<UUID> look(Set<UUID> waiting, Set<UUID> collecting, long tickNs, long nowNs)
      throws IOException {
    for (UUID loggerId : waiting) {
      if (!collecting.contains(loggerId) && sinceNs.putIfAbsent(loggerId, nowNs) == null) {
        dueTickNs.put(loggerId, tickNs + KEPT_NS);
        written = false;
      }
    }
    if (sinceNs.keySet().removeIf(id -> !waiting.contains(id) || collecting.contains(id))) {
      dueTickNs.keySet().retainAll(sinceNs.keySet());
      written = false;
    }
    if (!written) {
      state.disabledSinceNs(sinceNs);
      written = true;
    }
    List<UUID> due = new ArrayList<>();
    dueTickNs.forEach(
        (loggerId, dueNs) -> {
          if (tickNs - dueNs >= 0) {
            due.add(loggerId);
          }
        });
    return due;
  }
}
