package io.flowlog.agent.architecture.wrong.decode;

import java.util.stream.IntStream;

/** Uses a stream of objects. */
public final class Streams {
  public int sum() {
    return IntStream.of(1, 2).sum();
  }
}
