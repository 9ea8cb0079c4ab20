package io.flowlog.agent.store;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the places where files go to stay. Nothing is ever sent to a place that is not here.
 *
 * @param directories folders below which loggers of storage type FILE may write
 */
public record StoreConfig(List<Path> directories, List<Endpoint> endpoints) {
  public StoreConfig {
    directories = List.copyOf(directories);
    endpoints = List.copyOf(endpoints);
  }

  /** Returns the settings of a host that says nothing: no place at all. */
  public static StoreConfig defaults() {
    return new StoreConfig(List.of(), List.of());
  }

  /** How an endpoint is spoken to. */
  public enum Protocol {
    /** OpenStack Swift. */
    SWIFT,
    /** Amazon's S3. */
    S3
  }

  /**
   * An object store that loggers may name in their storage_url.
   *
   * @param url scheme, host and port, no path
   * @param s3Url where the S3 side of a store is whose loggers write Swift's form of URL
   */
  public record Endpoint(URI url, Protocol protocol, @Nullable URI s3Url) {}
}
