package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder of a container in Swift: where one logger's storage URL leads. Immutable.
 *
 * @param server scheme, host and port
 * @param account the path up to the account
 */
record SwiftPlace(String server, List<String> account, String container, List<String> folder) {
  private static final int ACCOUNT_SEGMENTS = 2;

  /** Reads {@code https://{endpoint}/v1/{account}/{container}/{folder}}, which was checked. */
  static SwiftPlace of(URI storageUrl) {
    List<String> segments = UrlText.segments(storageUrl);
    return new SwiftPlace(
        storageUrl.getScheme() + "://" + storageUrl.getRawAuthority(),
        segments.subList(0, ACCOUNT_SEGMENTS),
        segments.get(ACCOUNT_SEGMENTS),
        segments.subList(ACCOUNT_SEGMENTS + 1, segments.size()));
  }

  /** Returns the path of an object within its container. */
  List<String> object(ObjectKey key) throws StoreException {
    List<String> path = new ArrayList<>(folder);
    path.addAll(KeySegments.of(key, toString()));
    return path;
  }

  /** Returns the URL of an object. */
  URI url(List<String> object, String query) {
    return URI.create(
        server
            + "/"
            + UrlText.encode(account)
            + "/"
            + UrlText.encode(container)
            + "/"
            + UrlText.encode(object)
            + query);
  }

  /** Returns an object's path as manifests name it, after the account. */
  String pathInAccount(List<String> object) {
    return "/" + container + "/" + String.join("/", object);
  }

  @Override
  public String toString() {
    return server + "/" + String.join("/", account) + "/" + container;
  }
}
