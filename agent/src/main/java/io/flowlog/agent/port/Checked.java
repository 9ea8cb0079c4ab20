package io.flowlog.agent.port;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a declared object: a value, or the problems that stand against it.
 *
 * @param value null if there is any problem
 */
public record Checked<T>(@Nullable T value, List<FieldProblem> problems) {
  public Checked {
    problems = List.copyOf(problems);
    if ((value == null) == problems.isEmpty()) {
      throw new IllegalArgumentException("either a value or problems, not both and not neither");
    }
  }
}
