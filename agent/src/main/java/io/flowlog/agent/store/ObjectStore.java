package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;

/** A place where files stay under their key: below one logger's storage URL. */
public interface ObjectStore {
  /**
   * Stores a file. When this returns, the whole object is there under the file's key, in the place
   * of one that was there before; readers never see a part of it. The sealed file stays as it is.
   *
   * @throws StoreException when that is not certain; the same call may be made again
   */
  void put(SealedFile file) throws StoreException;

  /**
   * Stores an object of 0 bytes, to see whether the store takes any.
   *
   * @throws StoreException when that is not certain
   */
  void putEmpty(ObjectKey key) throws StoreException;

  /**
   * Takes an object away; that there is none is fine too.
   *
   * @throws StoreException when it may still be there
   */
  void delete(ObjectKey key) throws StoreException;
}
