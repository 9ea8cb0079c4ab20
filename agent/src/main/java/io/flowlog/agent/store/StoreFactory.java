package io.flowlog.agent.store;

import io.flowlog.agent.logger.EndpointPrefix;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the stores of loggers. Immutable; any thread may ask. The stores of one identity share its
 * token, those of one endpoint its connections.
 */
public final class StoreFactory {
  private final Map<EndpointPrefix, EndpointConfig> endpoints = new HashMap<>();
  private final Map<ConnectionConfig, HttpSender> senders = new HashMap<>();
  private final Map<String, TokenSource> tokens = new HashMap<>();

  /**
   * Makes a factory; reads certificates.
   *
   * @param clockNs counts on whatever the wall clock does
   */
  public StoreFactory(StoreConfig config, LongSupplier clockNs) throws IOException {
    for (IdentityConfig identity : config.identities()) {
      if (identity.type() != Kind.EC2) {
        KeystoneClient client = new KeystoneClient(identity, sender(identity.connection()));
        tokens.put(identity.name(), new TokenSource(client, clockNs));
      }
    }
    for (EndpointConfig endpoint : config.endpoints()) {
      sender(endpoint.connection());
      EndpointPrefix prefix = EndpointPrefix.of(endpoint.url());
      endpoints.put(Objects.requireNonNull(prefix, "checked when read"), endpoint);
    }
  }

  private HttpSender sender(ConnectionConfig connection) throws IOException {
    HttpSender sender = senders.get(connection);
    if (sender == null) {
      sender = new HttpSender(connection);
      senders.put(connection, sender);
    }
    return sender;
  }

  /** Returns the store of a logger, or null if nothing here speaks its protocol. */
  public @Nullable ObjectStore storeOf(FlowLogger logger) {
    return logger.storageType() == StorageType.FILE
        ? new DirectoryStore(Path.of(URI.create(logger.storageUrl()).getPath()))
        : storeOf(logger.storageUrl());
  }

  @Nullable ObjectStore storeOf(String objectUrl) {
    URI url = URI.create(objectUrl);
    EndpointConfig endpoint = EndpointPrefix.longest(url, endpoints);
    if (endpoint == null || endpoint.protocol() != Protocol.SWIFT) {
      return null;
    }
    TokenSource source = tokens.get(endpoint.identity().name());
    HttpSender sender = senders.get(endpoint.connection());
    if (source == null || sender == null) {
      return null;
    }
    return new SwiftStore(SwiftPlace.of(url), endpoint, source, sender);
  }
}
