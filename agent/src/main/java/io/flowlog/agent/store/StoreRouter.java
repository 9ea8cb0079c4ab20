package io.flowlog.agent.store;

import io.flowlog.agent.spool.SealedFile;
import org.jspecify.annotations.Nullable;

/** Tells where a file goes. */
@FunctionalInterface
public interface StoreRouter {
  /** Returns the store of the file's logger, or null when there is none now: the file waits. */
  @Nullable ObjectStore storeOf(SealedFile file);
}
