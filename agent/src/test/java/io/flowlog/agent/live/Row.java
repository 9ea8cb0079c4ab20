package io.flowlog.agent.live;

import java.util.Map;

/** One row of a file, from the name of a field to what the file says. Immutable. */
public record Row(Map<String, String> values) {
  /** Returns a field as the file has it. */
  public String text(String field) {
    String value = values.get(field);
    if (value == null) {
      throw new AssertionError("no field " + field + " in " + values);
    }
    return value;
  }

  /** Returns a field that is a number. */
  public long number(String field) {
    return Long.parseLong(text(field));
  }

  /** Tells whether the row is about packets, and not about a span without any. */
  public boolean hasFlow() {
    return !text("packets").isEmpty();
  }
}
