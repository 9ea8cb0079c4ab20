package io.flowlog.agent.config;

import io.flowlog.agent.store.ConnectionConfig;
import io.flowlog.agent.store.EndpointConfig;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig;
import io.flowlog.agent.store.SecretConfig;
import io.flowlog.agent.store.StoreConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Settings of stores for tests that need some. */
final class TestStores {
  private TestStores() {}

  /** Returns settings that allow a directory. */
  static StoreConfig directory(String directory) {
    return new StoreConfig(List.of(Path.of(directory)), List.of(), List.of(), 1, 3);
  }

  /** Returns settings that allow a directory and an endpoint. */
  static StoreConfig of(String directory, String url, Protocol protocol) {
    IdentityConfig identity =
        new IdentityConfig(
            "one",
            IdentityConfig.Kind.EC2,
            null,
            null,
            null,
            "key",
            new SecretConfig(Path.of("/nowhere")),
            ConnectionConfig.defaults());
    EndpointConfig endpoint =
        new EndpointConfig(
            URI.create(url),
            protocol,
            identity,
            null,
            "",
            ConnectionConfig.defaults(),
            1,
            EndpointConfig.SEGMENT_BYTES_MAX,
            null);
    return new StoreConfig(List.of(Path.of(directory)), List.of(identity), List.of(endpoint), 1, 3);
  }
}
