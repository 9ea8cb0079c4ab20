package io.flowlog.agent.store;

import io.flowlog.agent.logger.EndpointPrefix;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the stores of loggers. Immutable; any thread may ask. The stores of one identity share its
 * token, those of one endpoint its connections.
 */
public final class StoreFactory implements StoreOpener {
  /** Where everything fails at once. */
  private static final String NOWHERE = "";

  private final Map<EndpointPrefix, EndpointConfig> endpoints = new HashMap<>();
  private final Map<ConnectionConfig, HttpSender> senders = new HashMap<>();
  private final Map<String, TokenSource> tokens = new HashMap<>();
  private final Map<String, AccessKeySource> keys = new HashMap<>();
  private final Map<S3Server, S3Access> accesses = new ConcurrentHashMap<>();
  private final List<Path> directories;

  /** The S3 side of an endpoint. */
  private record S3Server(EndpointConfig endpoint, URI url) {}

  /**
   * Makes a factory; reads certificates.
   *
   * @param clockNs counts on whatever the wall clock does
   */
  public StoreFactory(StoreConfig config, LongSupplier clockNs) throws IOException {
    directories = config.directories();
    for (IdentityConfig identity : config.identities()) {
      if (identity.type() == Kind.EC2) {
        keys.put(identity.name(), AccessKeySource.configured(identity));
      } else {
        KeystoneClient client = new KeystoneClient(identity, sender(identity.connection()));
        TokenSource source = new TokenSource(client, clockNs);
        tokens.put(identity.name(), source);
        keys.put(identity.name(), AccessKeySource.kept(identity, client, source));
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

  /** Returns how many files may go to each endpoint at once: object stores and directories. */
  public Map<String, Integer> uploadsMax() {
    Map<String, Integer> uploads = new HashMap<>();
    endpoints.forEach((prefix, endpoint) -> uploads.put(prefix.text(), endpoint.uploadsMax()));
    directories.forEach(directory -> uploads.put(directory.toString(), EndpointConfig.UPLOADS));
    uploads.put(NOWHERE, 1);
    return uploads;
  }

  @Override
  public StorePlace open(Destination destination) {
    return destination.type() == StorageType.FILE
        ? directoryPlace(Path.of(URI.create(destination.url()).getPath()))
        : objectPlace(destination.url());
  }

  private StorePlace directoryPlace(Path directory) {
    return directories.stream()
        .filter(directory::startsWith)
        .max(Comparator.comparingInt(Path::getNameCount))
        .map(known -> new StorePlace(known.toString(), new DirectoryStore(directory)))
        .orElseGet(() -> nowhere(directory.toString()));
  }

  private StorePlace objectPlace(String url) {
    EndpointConfig endpoint = EndpointPrefix.longest(URI.create(url), endpoints);
    ObjectStore store;
    try {
      store = storeOf(url);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      // remembered from a time when the endpoint had another protocol
      store = null;
    }
    if (endpoint == null || store == null) {
      return nowhere(url);
    }
    EndpointPrefix prefix = EndpointPrefix.of(endpoint.url());
    return new StorePlace(Objects.requireNonNull(prefix, "checked when read").text(), store);
  }

  private static StorePlace nowhere(String url) {
    return new StorePlace(NOWHERE, new UnknownStore(url));
  }

  @Nullable ObjectStore storeOf(String objectUrl) {
    URI url = URI.create(objectUrl);
    EndpointConfig endpoint = EndpointPrefix.longest(url, endpoints);
    if (endpoint == null) {
      return null;
    }
    HttpSender sender = Objects.requireNonNull(senders.get(endpoint.connection()), "made above");
    if (endpoint.protocol() == Protocol.S3) {
      return s3(S3Place.of(url, endpoint.s3Url()), endpoint, sender);
    }
    TokenSource source =
        Objects.requireNonNull(tokens.get(endpoint.identity().name()), "checked when read");
    return new SwiftStore(SwiftPlace.of(url), endpoint, source, sender);
  }

  private S3Store s3(S3Place place, EndpointConfig endpoint, HttpSender sender) {
    AccessKeySource source =
        Objects.requireNonNull(keys.get(endpoint.identity().name()), "checked when read");
    S3Access access =
        accesses.computeIfAbsent(
            new S3Server(endpoint, place.server()),
            server -> new S3Access(endpoint, server.url(), source, sender, Clock.systemUTC()));
    return new S3Store(place, access);
  }
}
