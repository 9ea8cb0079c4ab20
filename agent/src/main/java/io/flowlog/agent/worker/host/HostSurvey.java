package io.flowlog.agent.worker.host;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.worker.host.HostFact.Standing;
import io.flowlog.bridge.DropReasons;
import io.flowlog.bridge.FilterChains;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at this host for what bears on the records, and changes nothing on it; owned by one thread.
 */
public final class HostSurvey {
  private static final String NOT_BY_KERNEL = "the kernel does not tell what it drops";

  private final HostFiles files;
  private final HostCheck check;
  private final DropFacts drops;
  private final FilterFacts filters;
  private final RoomFacts room;

  HostSurvey(
      HostFiles files, HostCheck check, DropFacts drops, FilterFacts filters, RoomFacts room) {
    this.files = files;
    this.check = check;
    this.drops = drops;
    this.filters = filters;
    this.room = room;
  }

  /**
   * Makes a survey of the host, as the process and the network namespace of the calling thread see
   * it, before an agent works here. Drop reports are had for a moment.
   */
  public static HostSurvey before(CaptureConfig capture, long tableBytes) {
    return of(
        capture,
        tableBytes,
        new DropFacts(
            capture.drops(),
            capture.nflog(),
            () -> DropFacts.tryOnce(capture),
            () -> DropReasons.ofKernel().names()));
  }

  /**
   * Makes the same survey for an agent that works.
   *
   * @param dropProblems why it has no drop reports, one line each; none if it has, or firewalls are
   *     read
   * @param reasons the names of the reasons for which the kernel drops packets, if it has
   */
  public static HostSurvey during(
      CaptureConfig capture, long tableBytes, List<String> dropProblems, Set<String> reasons) {
    boolean byFirewalls = dropProblems.isEmpty() && reasons.isEmpty();
    DropFacts facts =
        byFirewalls
            ? new DropFacts(
                capture.drops(), capture.nflog(), () -> List.of(NOT_BY_KERNEL), () -> reasons)
            : new DropFacts(capture.drops(), () -> dropProblems, () -> reasons);
    return of(capture, tableBytes, facts);
  }

  private static HostSurvey of(CaptureConfig capture, long tableBytes, DropFacts drops) {
    HostFiles files = new HostFiles(Path.of("/"));
    HostCheck check = HostCheck.ofThisProcess();
    return new HostSurvey(
        files,
        check,
        drops,
        new FilterFacts(files, FilterChains::ofNamespace),
        new RoomFacts(files, check, capture, tableBytes));
  }

  /** Returns what is so now, what matters most first. */
  public List<HostFact> facts() {
    List<HostFact> facts = new ArrayList<>();
    facts.add(capture());
    facts.addAll(drops.facts());
    lockdown().ifPresent(facts::add);
    facts.addAll(filters.facts());
    facts.addAll(room.facts());
    return facts;
  }

  private HostFact capture() {
    return check
        .obstacle()
        .map(
            line ->
                HostFact.ofLine(
                    "live capture",
                    Standing.IMPOSSIBLE,
                    line,
                    "nothing is captured: the agent does not start"))
        .orElseGet(
            () ->
                HostFact.good(
                    "live capture",
                    "Linux "
                        + files.word("proc/sys/kernel/osrelease").orElse("of an unknown release")
                        + ", with the rights that it takes",
                    "what comes to and from a logging port is seen"));
  }

  /** Drop reports that are forbidden by it say so themselves. */
  private Optional<HostFact> lockdown() {
    String modes = files.word("sys/kernel/security/lockdown").orElse("");
    if (modes.contains("[confidentiality]")) {
      return Optional.empty();
    }
    String mode = modes.isEmpty() ? "unknown" : modes.replaceAll(".*\\[(.*)\\].*", "$1");
    String setting = files.word("proc/sys/kernel/unprivileged_bpf_disabled").orElse("unknown");
    return Optional.of(
        HostFact.good(
            "lockdown",
            "mode " + mode + ", kernel.unprivileged_bpf_disabled=" + setting,
            "neither keeps an agent with CAP_BPF and CAP_PERFMON from drop reports"));
  }
}
