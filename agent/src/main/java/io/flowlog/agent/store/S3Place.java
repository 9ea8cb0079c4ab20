package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder of a bucket: where one logger's storage URL leads. Immutable.
 *
 * @param server where the store's S3 side is: scheme, host and port, perhaps a path
 */
record S3Place(URI server, String bucket, List<String> folder) {
  private static final String SWIFT_START = "v1";
  private static final int SWIFT_CONTAINER = 2;

  /**
   * Reads {@code https://{endpoint}/{bucket}/{folder}}, or Swift's form, which was checked.
   *
   * @param s3Url where the S3 side of a store is that is named in Swift's form; else null
   */
  static S3Place of(URI storageUrl, @Nullable URI s3Url) {
    List<String> segments = UrlText.segments(storageUrl);
    return s3Url != null && segments.get(0).equals(SWIFT_START)
        ? of(s3Url, segments, SWIFT_CONTAINER)
        : of(
            URI.create(storageUrl.getScheme() + "://" + storageUrl.getRawAuthority()), segments, 0);
  }

  private static S3Place of(URI server, List<String> segments, int bucket) {
    return new S3Place(server, segments.get(bucket), segments.subList(bucket + 1, segments.size()));
  }

  /** Returns the name of an object within its bucket. */
  String object(ObjectKey key) throws StoreException {
    List<String> path = new ArrayList<>(folder);
    path.addAll(KeySegments.of(key, toString()));
    return String.join("/", path);
  }

  @Override
  public String toString() {
    String text = server.toString();
    return (text.endsWith("/") ? text : text + "/") + bucket;
  }
}
