package io.flowlog.agent.store;

import java.nio.file.Path;
import java.util.List;

/**
 * Settings of the places where files go to stay. Nothing is ever sent to a place that is not here.
 *
 * @param directories folders below which loggers of storage type FILE may write
 * @param uploadsMax how many files go to stores at once, whichever they are
 * @param failuresUntilError how many attempts in a row fail before a logger's status is ERROR
 */
public record StoreConfig(
    List<Path> directories,
    List<IdentityConfig> identities,
    List<EndpointConfig> endpoints,
    int uploadsMax,
    int failuresUntilError) {
  public static final int FAILURES_MAX = 1000;

  public StoreConfig {
    directories = List.copyOf(directories);
    identities = List.copyOf(identities);
    endpoints = List.copyOf(endpoints);
  }

  /** Returns the settings of a host that says nothing: no place at all. */
  public static StoreConfig defaults() {
    return new StoreConfig(List.of(), List.of(), List.of(), 16, 3);
  }
}
