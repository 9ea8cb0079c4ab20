package io.flowlog.bridge;

/** Hears from a {@link LinkMonitor} which network interfaces exist. */
public interface LinkHandler {
  /**
   * All interfaces are about to be told again, because the list is wanted for the first time or
   * something was missed. It may start again before it has ended.
   */
  void listStarts();

  /** An interface is there, new or changed or told once more. */
  void there(Link link);

  /** The interface with this index is there no more. */
  void gone(int index);

  /** The list is whole: an interface not told since it started is gone. */
  void listEnds();
}
