package io.flowlog.agent.config;

import java.util.List;

/**
 * What a file or directory declares.
 *
 * @param values what is good, in the order of the files and in each from top to bottom
 * @param problems what is wrong with the rest, in the order of their places
 */
public record Declarations<T>(List<T> values, List<Problem> problems) {
  public Declarations {
    values = List.copyOf(values);
    problems = problems.stream().sorted().toList();
  }
}
