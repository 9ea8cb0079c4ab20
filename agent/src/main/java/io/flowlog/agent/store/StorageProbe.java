package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The dummy write by which a logger's storage is checked. Immutable; any thread may probe. */
public final class StorageProbe {
  private final String host;

  /** Makes the probe of a host, which its name tells from those of others. */
  public StorageProbe(String host) {
    this.host = host;
  }

  /** Returns what a logger's probe is called, always the same. */
  ObjectKey keyOf(UUID loggerId) {
    return new ObjectKey(".flowlog-probe_" + loggerId + "_" + host);
  }

  /**
   * Writes an empty object and deletes it again.
   *
   * @return why it may still be there, which is no failure of the probe; or null
   * @throws StoreException when it could not be written
   */
  public @Nullable StoreException run(UUID loggerId, ObjectStore store) throws StoreException {
    ObjectKey key = keyOf(loggerId);
    store.putEmpty(key);
    try {
      store.delete(key);
      return null;
    } catch (StoreException e) {
      return e;
    }
  }
}
