package io.flowlog.agent.worker;

import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.drops.KernelDrops;
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
record DropEvidence(@Nullable KernelDrops drops, List<String> problems) {
  private static final String UNKNOWN = "what this host drops is not known, every row is ACCEPT: ";

  DropEvidence {
    problems = List.copyOf(problems);
  }

  /**
   * Has the kernel tell of its drops, for the network namespace of the calling thread.
   *
   * @throws IOException when it does not, and is required to
   */
  static DropEvidence open(DropConfig settings, EventLog log) throws IOException {
    if (settings.mode() == DropConfig.Mode.OFF) {
      log.info(EventKind.HOST, UNKNOWN + "capture.drops is off");
      return new DropEvidence(null, List.of());
    }
    try {
      KernelDrops drops = KernelDrops.open(settings);
      warnOfUnknown("drop_reasons", settings.reasons(), drops.reasonNames(), log);
      warnOfUnknown("malformed_reasons", settings.malformedReasons(), drops.reasonNames(), log);
      return new DropEvidence(drops, List.of());
    } catch (IOException e) {
      if (settings.mode() == DropConfig.Mode.REQUIRED) {
        throw new IOException("capture.drops is required: " + e.getMessage(), e);
      }
      String problem = UNKNOWN + e.getMessage();
      log.warning(EventKind.HOST, problem);
      return new DropEvidence(null, List.of(problem));
    }
  }

  /** Names that are there by default need not be known: kernels differ. */
  private static void warnOfUnknown(
      String key, List<String> names, Set<String> known, EventLog log) {
    DropConfig defaults = DropConfig.defaults();
    List<String> unknown = new ArrayList<>(names);
    unknown.removeAll(known);
    unknown.removeAll(defaults.reasons());
    unknown.removeAll(defaults.malformedReasons());
    for (String name : unknown) {
      String nearest = NearestName.of(name, known);
      String remedy = nearest == null ? "remove it" : "did you mean " + nearest + "?";
      log.warning(
          EventKind.DECLARATION,
          "capture." + key + ": this kernel has no drop reason " + name + ": " + remedy);
    }
  }
}
