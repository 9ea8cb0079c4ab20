package io.flowlog.agent.port;

/** Turns a field's text into its value. */
@FunctionalInterface
public interface ValueParser<T> {
  /** Returns the value, or says why there is none. */
  T parse(String text) throws FieldException;
}
