package io.flowlog.agent.architecture.wrong.format;

import org.junit.jupiter.api.Assertions;

/** Uses a library that no row names. */
public final class UsesUnknownLibrary {
  public Class<?> library() {
    return Assertions.class;
  }
}
