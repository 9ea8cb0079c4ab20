package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StoreException.Code;

/** Stands for a store that the settings do not name any more: takes nothing, and says why. */
record UnknownStore(String url) implements ObjectStore {
  @Override
  public void put(SealedFile file) throws StoreException {
    throw failure();
  }

  @Override
  public void putEmpty(ObjectKey key) throws StoreException {
    throw failure();
  }

  @Override
  public void delete(ObjectKey key) throws StoreException {
    throw failure();
  }

  private StoreException failure() {
    return new StoreException(
        Code.UNAVAILABLE,
        "nothing is sent to "
            + url
            + ": name its endpoint in store.endpoints, or its folder in store.directories",
        null);
  }
}
