package io.flowlog.agent.capture;

import java.util.List;
import java.util.Set;

/**
 * Whether the kernel is asked what it drops, and what counts.
 *
 * @param reasons names of the kernel's reasons that make a row
 * @param malformedReasons names of those whose packets are only counted
 */
public record DropConfig(Mode mode, List<String> reasons, List<String> malformedReasons) {
  /** Whether the kernel is asked. */
  public enum Mode {
    /** If this host allows it. */
    AUTO,
    OFF,
    /** The agent does not work without. */
    REQUIRED
  }

  /** Keeps copies of the names. */
  public DropConfig {
    reasons = List.copyOf(reasons);
    malformedReasons = List.copyOf(malformedReasons);
  }

  /**
   * Returns which of some names a kernel does not have. Those that are there by default need not be
   * known: kernels differ.
   *
   * @param names some of {@link #reasons} or {@link #malformedReasons}
   */
  public static List<String> unknown(List<String> names, Set<String> known) {
    DropConfig defaults = defaults();
    return names.stream()
        .filter(name -> !known.contains(name))
        .filter(name -> !defaults.reasons.contains(name))
        .filter(name -> !defaults.malformedReasons.contains(name))
        .toList();
  }

  /** Returns the settings of a host that says nothing: what firewalls drop makes rows. */
  public static DropConfig defaults() {
    return new DropConfig(
        Mode.AUTO,
        List.of(
            "NETFILTER_DROP",
            "TC_INGRESS",
            "TC_EGRESS",
            "OVS_DROP_LAST_ACTION",
            "OVS_DROP_EXPLICIT",
            "OVS_DROP_METER",
            "OVS_DROP_CONNTRACK"),
        List.of("IP_INHDR", "MAC_INVALID_SOURCE", "FRAG_REASM_TIMEOUT"));
  }
}
