package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldProblem;
import java.util.Comparator;

/**
 * One mistake in the configuration, told to the person who can mend it.
 *
 * @param line counted from 1; 0 when no line is meant
 * @param field the field's path; empty when the file as a whole is meant
 */
public record Problem(String file, int line, String field, String what, String remedy)
    implements Comparable<Problem> {
  private static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::file).thenComparingInt(Problem::line);

  /** Orders by place, so that a person can go through a file from top to bottom. */
  @Override
  public int compareTo(Problem other) {
    return ORDER.compare(this, other);
  }

  /** Returns the one line to print: {@code file:line: field: what is wrong: what to do}. */
  @Override
  public String toString() {
    String place = line > 0 ? file + ":" + line : file;
    String subject = field.isEmpty() ? "" : field + ": ";
    return FieldProblem.oneLine(place + ": " + subject + what + ": " + remedy);
  }
}
