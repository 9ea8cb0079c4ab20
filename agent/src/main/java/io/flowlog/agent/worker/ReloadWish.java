package io.flowlog.agent.worker;

/** Tells whether somebody wishes that what is declared is read again. */
@FunctionalInterface
public interface ReloadWish {
  /**
   * Tells whether there was a wish since the last call that said so.
   *
   * @param tickNs a clock that nobody sets
   */
  boolean take(long tickNs);
}
