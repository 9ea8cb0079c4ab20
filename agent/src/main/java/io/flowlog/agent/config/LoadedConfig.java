package io.flowlog.agent.config;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of the agent's configuration.
 *
 * @param config null if there is any problem
 * @param problems in the order of their places
 * @param givenPaths the keys that somebody gave, as dotted paths; the rest are defaults
 */
public record LoadedConfig(
    @Nullable AgentConfig config, List<Problem> problems, Set<String> givenPaths) {
  public LoadedConfig {
    problems = problems.stream().sorted().toList();
    givenPaths = Set.copyOf(givenPaths);
  }
}
