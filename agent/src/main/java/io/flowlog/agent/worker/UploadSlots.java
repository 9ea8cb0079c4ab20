package io.flowlog.agent.worker;

import java.util.HashMap;
import java.util.Map;

/**
 * How many files are under way, and whether one more may be. Owned by the {@link UploadBoard}.
 *
 * <p>Each endpoint has its own bound, and all together have one, of which each endpoint is owed one
 * slot: so those that hang never stop the others. In an endpoint, those that failed last time or
 * were never tried leave one slot to the others, if there is more than one.
 */
final class UploadSlots {
  private final Map<String, Endpoint> endpoints = new HashMap<>();
  private final int total;
  private int used;
  private int idleEndpoints;

  /** The slots of one endpoint. */
  private static final class Endpoint {
    private final int max;
    private final int untrustedMax;
    private int used;
    private int untrusted;

    Endpoint(int max, int untrustedMax) {
      this.max = max;
      this.untrustedMax = untrustedMax;
    }
  }

  /** Makes free slots; there are at least as many as endpoints. */
  UploadSlots(Map<String, Integer> uploadsMax, int uploadsMaxInAll) {
    total = Math.max(uploadsMaxInAll, uploadsMax.size());
    idleEndpoints = uploadsMax.size();
    int mostOfOne = total - (uploadsMax.size() - 1);
    uploadsMax.forEach(
        (name, max) -> {
          int attainable = Math.min(max, mostOfOne);
          endpoints.put(name, new Endpoint(attainable, Math.max(1, attainable - 1)));
        });
  }

  private Endpoint endpoint(String name) {
    Endpoint endpoint = endpoints.get(name);
    if (endpoint == null) {
      throw new IllegalArgumentException("no endpoint is called '" + name + "'");
    }
    return endpoint;
  }

  /** Returns how many there are. */
  int total() {
    return total;
  }

  /** Returns how many are taken. */
  int used() {
    return used;
  }

  /** Tells whether one may be taken now. */
  boolean isFree(String name, boolean isTrusted) {
    Endpoint endpoint = endpoint(name);
    if (endpoint.used >= endpoint.max
        || (!isTrusted && endpoint.untrusted >= endpoint.untrustedMax)) {
      return false;
    }
    return endpoint.used == 0 || used + idleEndpoints < total;
  }

  /** Takes one that is free. */
  void take(String name, boolean isTrusted) {
    Endpoint endpoint = endpoint(name);
    idleEndpoints -= endpoint.used == 0 ? 1 : 0;
    endpoint.used++;
    endpoint.untrusted += isTrusted ? 0 : 1;
    used++;
  }

  /** Gives one back, as it was taken. */
  void giveBack(String name, boolean wasTrusted) {
    Endpoint endpoint = endpoint(name);
    used--;
    endpoint.untrusted -= wasTrusted ? 0 : 1;
    endpoint.used--;
    idleEndpoints += endpoint.used == 0 ? 1 : 0;
  }
}
