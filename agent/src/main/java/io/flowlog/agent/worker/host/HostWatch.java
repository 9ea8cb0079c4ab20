package io.flowlog.agent.worker.host;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the host can tell while the agent works, looked at again now and then; owned by the thread
 * that looks.
 */
public final class HostWatch {
  private static final long PERIOD_NS = TimeUnit.MINUTES.toNanos(1);

  private final HostSurvey survey;
  private final OnlyAgent only;
  private volatile List<String> lines = List.of();
  private boolean looked;
  private long lookedNs;

  /** Makes a watch that has not looked yet. */
  public HostWatch(HostSurvey survey, OnlyAgent only) {
    this.survey = survey;
    this.only = only;
  }

  /** Looks, if that is due. */
  public void look(long tickNs) {
    if (looked && tickNs - lookedNs < PERIOD_NS) {
      return;
    }
    looked = true;
    lookedNs = tickNs;
    only.forgetAskers();
    lines = survey.facts().stream().map(HostFact::shortForm).toList();
  }

  /** Returns what was so at the last look, one line each; any thread may ask. */
  public List<String> lines() {
    return lines;
  }
}
