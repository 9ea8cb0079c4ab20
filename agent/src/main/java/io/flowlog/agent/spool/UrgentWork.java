package io.flowlog.agent.spool;

/**
 * What cannot wait until a large file is made: done by the spool's owner between two batches of
 * rows.
 */
@FunctionalInterface
public interface UrgentWork {
  /** There is never any. */
  UrgentWork NONE = () -> {};

  /** Does what there is. May write journals; must not seal, nor look at what is being sealed. */
  void doAll() throws SpoolException;
}
