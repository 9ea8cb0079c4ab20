package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.DropConfig.Mode;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.capture.drops.KernelDrops;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.port.NearestName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a host tells of its drops, or why it does not.
 *
 * @param drops null if nothing is told
 * @param problems what is wrong, in words: one line if nothing is told that should be, else none
 */
record DropEvidence(@Nullable DropSource drops, List<String> problems) {
  private static final String UNKNOWN = "what this host drops is not known, every row is ACCEPT: ";

  private static final String KNOWN = "what this host drops is known by ";
  private static final String NOT_READ =
      "; capture.nflog is not read: set capture.drops to off to have it read";

  DropEvidence {
    problems = List.copyOf(problems);
  }

  /**
   * Has drops told by whoever can, for the network namespace of the calling thread: by the kernel,
   * or else by firewalls.
   *
   * @param counters of the thread that will collect them
   * @throws IOException when the kernel does not tell them, and is required to
   */
  static DropEvidence open(CaptureConfig settings, CounterSet counters, EventLog log)
      throws IOException {
    DropConfig drops = settings.drops();
    if (drops.mode() == Mode.OFF) {
      return ofFirewalls(settings.nflog(), counters, "capture.drops is off", log);
    }
    try {
      KernelDrops kernel = KernelDrops.open(settings, counters);
      warnOfUnknown(drops, kernel.reasonNames(), log);
      if (!settings.nflog().groups().isEmpty()) {
        log.info(EventKind.HOST, KNOWN + kernel.description() + NOT_READ);
      }
      return new DropEvidence(kernel, List.of());
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      if (drops.mode() == Mode.REQUIRED) {
        throw new IOException("capture.drops is required: " + why, e);
      }
      return settings.nflog().groups().isEmpty()
          ? nothing(why, log)
          : ofFirewalls(settings.nflog(), counters, "the kernel does not tell it: " + why, log);
    }
  }

  private static DropEvidence ofFirewalls(
      NflogConfig settings, CounterSet counters, String whyNotKernel, EventLog log) {
    if (settings.groups().isEmpty()) {
      log.info(EventKind.HOST, UNKNOWN + whyNotKernel);
      return new DropEvidence(null, List.of());
    }
    try {
      NflogDrops drops = NflogDrops.open(settings, counters);
      log.info(EventKind.HOST, KNOWN + drops.description() + ": " + whyNotKernel);
      return new DropEvidence(drops, List.of());
    } catch (IOException e) {
      return nothing(String.valueOf(e.getMessage()), log);
    }
  }

  private static DropEvidence nothing(String why, EventLog log) {
    log.warning(EventKind.HOST, UNKNOWN + why);
    return new DropEvidence(null, List.of(UNKNOWN + why));
  }

  /** All in one line: those of one kind that follow at once are held back. */
  private static void warnOfUnknown(DropConfig settings, Set<String> known, EventLog log) {
    List<String> unknown = new ArrayList<>(unknown("drop_reasons", settings.reasons(), known));
    unknown.addAll(unknown("malformed_reasons", settings.malformedReasons(), known));
    if (!unknown.isEmpty()) {
      log.warning(EventKind.DECLARATION, String.join("; ", unknown));
    }
  }

  private static List<String> unknown(String key, List<String> names, Set<String> known) {
    return DropConfig.unknown(names, known).stream()
        .map(name -> unknown(key, name, known))
        .toList();
  }

  private static String unknown(String key, String name, Set<String> known) {
    String nearest = NearestName.of(name, known);
    String remedy = nearest == null ? "remove it" : "did you mean " + nearest + "?";
    return "capture." + key + ": this kernel has no drop reason " + name + ": " + remedy;
  }
}
