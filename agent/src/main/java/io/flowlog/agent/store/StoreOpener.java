package io.flowlog.agent.store;

/** Tells where files go. */
@FunctionalInterface
public interface StoreOpener {
  /** Returns the store of a destination; any thread may ask. */
  StorePlace open(Destination destination);
}
