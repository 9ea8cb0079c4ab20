package io.flowlog.agent.metrics;

import java.util.List;

/**
 * How the agent is at one moment, for those who start, watch and repair it. Immutable.
 *
 * @param isReady whether it does its work: loggers and ports are read, sources are attached
 * @param isLive whether all its threads make progress; if not, only a restart helps
 * @param dropEvidence by what it is known what the host drops, in words
 * @param problems what is wrong, in words, one line for each: what, and what to do about it
 */
public record Health(boolean isReady, boolean isLive, String dropEvidence, List<String> problems) {
  private static final String UNKNOWN = "none";

  /** Keeps a copy of the problems. */
  public Health {
    problems = List.copyOf(problems);
  }

  /** Makes the health of one that does not know what the host drops. */
  public Health(boolean isReady, boolean isLive, List<String> problems) {
    this(isReady, isLive, UNKNOWN, problems);
  }

  /** Returns the health of an agent that has only just begun. */
  public static Health starting() {
    return new Health(false, true, List.of());
  }

  /** Tells whether the agent can be left alone: what a load balancer or a monitor asks. */
  public boolean isGood() {
    return isReady && isLive;
  }
}
