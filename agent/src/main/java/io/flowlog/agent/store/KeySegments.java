package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import java.util.List;

/** The folders and the name in an object's key. */
final class KeySegments {
  private KeySegments() {}

  /**
   * Returns them in order.
   *
   * @param place what the message calls the store
   * @throws StoreException when one of them leads elsewhere, or nowhere
   */
  static List<String> of(ObjectKey key, String place) throws StoreException {
    List<String> segments = List.of(key.text().split("/", -1));
    for (String segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw refused(key, place, "a folder or name in it is empty, '.' or '..'");
      }
    }
    return segments;
  }

  /** Returns the exception for a key that a store does not take. */
  static StoreException refused(ObjectKey key, String place, String why) {
    return new StoreException(
        StoreException.Code.KEY_REFUSED,
        "cannot store '" + key + "' in " + place + ": " + why + ": correct the logger's names",
        null);
  }
}
