package io.flowlog.agent.worker;

import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is captured in step with what is declared. Sole owner of loggers, ports and the
 * capture plan; one thread owns it.
 */
public final class ControlWorker {
  private final Declared.Source source;
  private final Coverage coverage;
  private final PlanFollower follower;
  private @Nullable CapturePlan plan;
  private List<String> declarationProblems = List.of();

  /** Who captures what the plan says. */
  public interface PlanFollower {
    /** Follows a plan from a moment on. */
    void follow(CapturePlan plan, long nowNs) throws IOException;

    /** Returns what could not be done, in words. */
    List<String> refusals();
  }

  /** Makes a worker that follows nothing yet. */
  public ControlWorker(Declared.Source source, Coverage coverage, PlanFollower follower) {
    this.source = source;
    this.coverage = coverage;
    this.follower = follower;
  }

  /**
   * Reads the declarations again and has the difference followed. Without a difference nothing is
   * disturbed, a cut within their intervals costs everybody a slice more; but what was refused may
   * be possible by now.
   */
  public void reload(long nowNs) throws IOException {
    Declared declared = source.read();
    CapturePlan next = CapturePlan.of(declared.loggers(), declared.ports(), coverage);
    declarationProblems = declared.problems();
    if (!next.equals(plan) || !follower.refusals().isEmpty()) {
      follower.follow(next, nowNs);
      plan = next;
    }
  }

  /** Returns what is captured; nothing before the first reading. */
  public CapturePlan plan() {
    return plan == null ? CapturePlan.NOTHING : plan;
  }

  /** Returns what is wrong with the declarations or cannot be followed, one line each. */
  public List<String> problems() {
    List<String> all = new ArrayList<>(declarationProblems);
    all.addAll(follower.refusals());
    return all;
  }
}
