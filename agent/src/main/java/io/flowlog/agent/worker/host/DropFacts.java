package io.flowlog.agent.worker.host;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.drops.KernelDrops;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.NearestName;
import io.flowlog.agent.worker.host.HostFact.Standing;
import io.flowlog.bridge.DropSupport;
import io.flowlog.bridge.NativeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Whether the kernel tells what it drops, and why. Owned by one thread. */
final class DropFacts {
  private static final String TOPIC = "drop reports";
  private static final String PREFIX = "drop reports: ";
  private static final String REASONS = "drop reasons";

  private final DropConfig settings;
  private final NflogConfig firewalls;
  private final Supplier<List<String>> problems;
  private final Reasons reasons;

  /** Where the names of the kernel's reasons come from. */
  @FunctionalInterface
  interface Reasons {
    Set<String> names() throws NativeException;
  }

  /** Makes the facts of a host where no firewall is read. */
  DropFacts(DropConfig settings, Supplier<List<String>> problems, Reasons reasons) {
    this(settings, NflogConfig.defaults(), problems, reasons);
  }

  /**
   * Makes the facts of some settings.
   *
   * @param firewalls those that are read if the kernel does not tell of its drops
   * @param problems returns why drops are not told, in lines with their remedies; none: they are
   * @param reasons asked only if drops are told
   */
  DropFacts(
      DropConfig settings,
      NflogConfig firewalls,
      Supplier<List<String>> problems,
      Reasons reasons) {
    this.settings = settings;
    this.firewalls = firewalls;
    this.problems = problems;
    this.reasons = reasons;
  }

  /** Has the kernel tell of its drops for a moment; returns why it does not. */
  static List<String> tryOnce(CaptureConfig settings) {
    List<String> missing = DropSupport.ofHost().missing();
    if (!missing.isEmpty()) {
      return missing;
    }
    try {
      KernelDrops.open(settings, new CounterSet()).close();
      return List.of();
    } catch (NativeException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  List<HostFact> facts() {
    if (areFirewallsRead()) {
      return List.of(toldByFirewalls());
    }
    if (settings.mode() == DropConfig.Mode.OFF) {
      return List.of(
          new HostFact(
              TOPIC,
              Standing.GOOD,
              "capture.drops is off",
              "every row is ACCEPT, whatever a firewall does",
              "capture.drops: auto, to know what is dropped"));
    }
    List<String> lines = problems.get();
    if (!lines.isEmpty()) {
      return lines.stream().map(this::obstacle).toList();
    }
    try {
      return told();
    } catch (NativeException e) {
      return List.of(obstacle(String.valueOf(e.getMessage())));
    }
  }

  private boolean areFirewallsRead() {
    boolean either = settings.mode() != DropConfig.Mode.REQUIRED && !firewalls.groups().isEmpty();
    return either && (settings.mode() == DropConfig.Mode.OFF || !problems.get().isEmpty());
  }

  private HostFact toldByFirewalls() {
    return HostFact.good(
        TOPIC,
        firewalls.groups().stream()
            .map(group -> Integer.toString(group.number()))
            .collect(Collectors.joining(", ", "firewalls log them to NFLOG group ", "")),
        "rows are ACCEPT or DROP by the prefixes in capture.nflog; a super-packet or a datagram in"
            + " fragments counts as one packet");
  }

  private HostFact obstacle(String line) {
    boolean isRequired = settings.mode() == DropConfig.Mode.REQUIRED;
    int start = line.lastIndexOf(PREFIX);
    return HostFact.ofLine(
        TOPIC,
        isRequired ? Standing.IMPOSSIBLE : Standing.LIMITED,
        start < 0 ? line : line.substring(start + PREFIX.length()),
        isRequired
            ? "the agent does not start: capture.drops is required"
            : "every row is ACCEPT, and loggers of DROP get rows with status SKIPDATA only");
  }

  private List<HostFact> told() throws NativeException {
    Set<String> known = reasons.names();
    List<HostFact> facts = new ArrayList<>();
    facts.add(
        HostFact.good(
            TOPIC,
            "the kernel tells what it drops, and why: it has " + known.size() + " reasons",
            "rows are ACCEPT or DROP; what an XDP program or a network card drops is not told"));
    facts.add(counted(known));
    facts.addAll(unknown("drop_reasons", settings.reasons(), known));
    facts.addAll(unknown("malformed_reasons", settings.malformedReasons(), known));
    return facts;
  }

  private HostFact counted(Set<String> known) {
    Set<String> here = new TreeSet<>(settings.reasons());
    here.retainAll(known);
    Set<String> elsewhere = new TreeSet<>(settings.reasons());
    elsewhere.removeAll(known);
    String rest = elsewhere.isEmpty() ? "" : "; this kernel has no " + String.join(", ", elsewhere);
    return HostFact.good(
        REASONS,
        (here.isEmpty() ? "none" : String.join(", ", here)) + " count as a firewall's" + rest,
        "they make rows with DROP and stand in drop_point; of others only malformed packets are"
            + " counted");
  }

  private static List<HostFact> unknown(String key, List<String> names, Set<String> known) {
    return DropConfig.unknown(names, known).stream()
        .map(name -> unknown(key, name, known))
        .toList();
  }

  private static HostFact unknown(String key, String name, Set<String> known) {
    String nearest = NearestName.of(name, known);
    return new HostFact(
        REASONS,
        Standing.LIMITED,
        "capture." + key + " names " + name + ", which this kernel does not have",
        "nothing is counted under it",
        nearest == null ? "remove it" : "did you mean " + nearest + "?");
  }
}
