package io.flowlog.agent.capture.drops;

import java.io.IOException;
import java.util.Set;
import java.util.function.IntFunction;

/** Evidence of what this host drops; owned by one thread. */
public interface DropSource extends AutoCloseable {
  /** Returns what this evidence is, in words; any thread may ask, as with what follows. */
  String description();

  /** Returns what turns the number of a reason into its name. */
  IntFunction<String> namesOfReasons();

  /** Returns the reasons whose packets are only counted. */
  Set<Integer> malformedReasons();

  /** Replaces the interfaces whose drops are told. */
  void watch(Set<Integer> interfaces) throws IOException;

  /** Has all that was dropped until now handed over by {@link #fill}; takes a while. */
  void collect() throws IOException;

  /** Appends entries while there is room; returns whether nothing is left. */
  boolean fill(DropBatch batch) throws IOException;

  /**
   * Returns until when all drops have been handed over, after {@link #fill} has left nothing.
   *
   * @param collectedNs when {@link #collect} was called
   */
  long completeUntilNs(long collectedNs);

  /** Returns how long to wait before collecting again. */
  int pauseMs();

  @Override
  void close();
}
