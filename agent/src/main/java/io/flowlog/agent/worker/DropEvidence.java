package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureConfig;
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
  static DropEvidence open(CaptureConfig capture, EventLog log) throws IOException {
    DropConfig settings = capture.drops();
    if (settings.mode() == DropConfig.Mode.OFF) {
      log.info(EventKind.HOST, UNKNOWN + "capture.drops is off");
      return new DropEvidence(null, List.of());
    }
    try {
      KernelDrops drops = KernelDrops.open(capture);
      warnOfUnknown(settings, drops.reasonNames(), log);
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

  /** All in one line: those of one kind that follow at once are held back. */
  private static void warnOfUnknown(DropConfig settings, Set<String> known, EventLog log) {
    List<String> unknown = new ArrayList<>(unknown("drop_reasons", settings.reasons(), known));
    unknown.addAll(unknown("malformed_reasons", settings.malformedReasons(), known));
    if (!unknown.isEmpty()) {
      log.warning(EventKind.DECLARATION, String.join("; ", unknown));
    }
  }

  /** Names that are there by default need not be known: kernels differ. */
  private static List<String> unknown(String key, List<String> names, Set<String> known) {
    DropConfig defaults = DropConfig.defaults();
    List<String> unknown = new ArrayList<>(names);
    unknown.removeAll(known);
    unknown.removeAll(defaults.reasons());
    unknown.removeAll(defaults.malformedReasons());
    return unknown.stream().map(name -> unknown(key, name, known)).toList();
  }

  private static String unknown(String key, String name, Set<String> known) {
    String nearest = NearestName.of(name, known);
    String remedy = nearest == null ? "remove it" : "did you mean " + nearest + "?";
    return "capture." + key + ": this kernel has no drop reason " + name + ": " + remedy;
  }
}
