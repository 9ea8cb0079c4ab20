package io.flowlog.agent.metrics;

import java.util.List;

/**
 * How the agent is at one moment, for those who start, watch and repair it. Immutable.
 *
 * @param isReady whether it does its work: loggers and ports are read, sources are attached
 * @param isLive whether all its threads make progress; if not, only a restart helps
 * @param problems what is wrong, in words, one line for each: what, and what to do about it
 * @param host what the host can and cannot tell, in words, one line for each; nothing of it has to
 *     be wrong
 */
public record Health(boolean isReady, boolean isLive, List<String> problems, List<String> host) {
  /** Keeps copies of the lines. */
  public Health {
    problems = List.copyOf(problems);
    host = List.copyOf(host);
  }

  /** Returns the health of an agent that has only just begun. */
  public static Health starting() {
    return new Health(false, true, List.of(), List.of());
  }

  /** Tells whether the agent can be left alone: what a load balancer or a monitor asks. */
  public boolean isGood() {
    return isReady && isLive;
  }
}
