package io.flowlog.agent.store;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An object store that loggers may name in their storage_url.
 *
 * @param url how those URLs begin
 * @param s3Url where the S3 side of a store is whose loggers write Swift's form of URL
 * @param region the S3 side's, by which requests are signed; else empty
 * @param uploadsMax how many files go there at once
 * @param segmentBytes a larger file goes up in pieces of this size
 * @param deleteAfter after how long the store deletes an object; null for never
 */
public record EndpointConfig(
    URI url,
    Protocol protocol,
    IdentityConfig identity,
    @Nullable URI s3Url,
    String region,
    ConnectionConfig connection,
    int uploadsMax,
    long segmentBytes,
    @Nullable Duration deleteAfter) {
  public static final int UPLOADS = 4;
  public static final int UPLOADS_MAX = 256;

  public static final long SEGMENT_BYTES_MIN = 1 << 20;

  /** What Swift and S3 take in one piece. */
  public static final long SEGMENT_BYTES_MAX = 5L << 30;

  public static final Duration DELETE_AFTER_MIN = Duration.ofHours(1);
  public static final Duration DELETE_AFTER_MAX = Duration.ofDays(3650);

  /** How an endpoint is spoken to. */
  public enum Protocol {
    /** OpenStack Swift. */
    SWIFT,
    /** Amazon's S3. */
    S3
  }
}
