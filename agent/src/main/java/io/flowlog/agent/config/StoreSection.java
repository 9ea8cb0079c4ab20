package io.flowlog.agent.config;

import io.flowlog.agent.logger.EndpointPrefix;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.logger.StorageRules.UrlForm;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.store.EndpointConfig;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.IdentityConfig;
import io.flowlog.agent.store.StoreConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the section {@code store} and tells the loggers' rules what each endpoint takes. Owned by
 * the call that reads.
 */
final class StoreSection {
  private final Connections connections;
  private final Identities identities;
  private final Map<String, IdentityConfig> named = new LinkedHashMap<>();
  private final Map<EndpointPrefix, EndpointConfig> endpoints = new LinkedHashMap<>();

  StoreSection(Secrets secrets) {
    connections = new Connections(secrets);
    identities = new Identities(secrets, connections);
  }

  /** Returns what the store's settings allow loggers to name. */
  static StorageRules rules(StoreConfig store) {
    Map<EndpointPrefix, UrlForm> forms = new HashMap<>();
    for (EndpointConfig endpoint : store.endpoints()) {
      forms.put(prefix(endpoint), form(endpoint));
    }
    return new StorageRules(store.directories(), forms);
  }

  private static UrlForm form(EndpointConfig endpoint) {
    if (endpoint.protocol() == Protocol.SWIFT) {
      return UrlForm.SWIFT;
    }
    return endpoint.s3Url() == null ? UrlForm.S3 : UrlForm.S3_OR_SWIFT;
  }

  private static EndpointPrefix prefix(EndpointConfig endpoint) {
    return Objects.requireNonNull(EndpointPrefix.of(endpoint.url()), "checked when read");
  }

  /** Reads the section. */
  StoreConfig read(FieldReader reader) {
    StoreConfig defaults = StoreConfig.defaults();
    List<Path> directories = reader.values("directories", Values::directory);
    Long uploadsMax = reader.integer("uploads_max", 1, EndpointConfig.UPLOADS_MAX);
    Long failures = reader.integer("failures_until_error", 1, StoreConfig.FAILURES_MAX);
    for (FieldReader entry : reader.objects("identities")) {
      IdentityConfig identity = identities.read(entry);
      if (identity != null && named.putIfAbsent(identity.name(), identity) != null) {
        String what = FieldProblem.quote(identity.name()) + " is taken by another identity";
        entry.problem("name", what, "change or remove one");
      }
    }
    for (FieldReader entry : reader.objects("endpoints")) {
      EndpointConfig endpoint = endpoint(entry);
      if (endpoint != null && endpoints.putIfAbsent(prefix(endpoint), endpoint) != null) {
        String what = FieldProblem.quote(prefix(endpoint).text()) + " is listed already";
        entry.problem("url", what, "keep one entry for it");
      }
    }
    return new StoreConfig(
        directories == null ? defaults.directories() : directories,
        List.copyOf(named.values()),
        List.copyOf(endpoints.values()),
        uploadsMax == null ? defaults.uploadsMax() : uploadsMax.intValue(),
        failures == null ? defaults.failuresUntilError() : failures.intValue());
  }

  /** Reads one entry; null if it lacks what it needs. */
  private @Nullable EndpointConfig endpoint(FieldReader reader) {
    Connections.Read connection = connections.read(reader, List.of("url", "s3_url"));
    Protocol protocol = reader.value("protocol", Values::protocol);
    IdentityConfig identity = identity(reader);
    String region = reader.value("region", Values::region);
    Long uploadsMax = reader.integer("uploads_max", 1, EndpointConfig.UPLOADS_MAX);
    Long segmentBytes =
        reader.amount(
            "segment_bytes",
            Units.sizeBytes(EndpointConfig.SEGMENT_BYTES_MIN, EndpointConfig.SEGMENT_BYTES_MAX));
    var deleteAfter =
        reader.amount(
            "delete_after",
            Units.duration(EndpointConfig.DELETE_AFTER_MIN, EndpointConfig.DELETE_AFTER_MAX));
    require(reader, "url", "write https://{host}");
    require(reader, "protocol", "write swift or s3");
    require(reader, "identity", "name one of store.identities");
    checkProtocol(reader, protocol, identity);
    reader.refuseUnknown();
    if (connection.url() == null || protocol == null || identity == null) {
      return null;
    }
    return new EndpointConfig(
        connection.url(),
        protocol,
        identity,
        connection.secondUrl(),
        region == null ? "" : region,
        connection.config(),
        uploadsMax == null ? EndpointConfig.UPLOADS : uploadsMax.intValue(),
        segmentBytes == null ? EndpointConfig.SEGMENT_BYTES_MAX : segmentBytes,
        deleteAfter);
  }

  private @Nullable IdentityConfig identity(FieldReader reader) {
    String name = reader.text("identity");
    IdentityConfig identity = name == null ? null : named.get(name);
    if (name != null && identity == null) {
      reader.problem(
          "identity",
          FieldProblem.quote(name) + " is not in store.identities, or not without a mistake",
          "name one of them");
    }
    return identity;
  }

  private static void checkProtocol(
      FieldReader reader, @Nullable Protocol protocol, @Nullable IdentityConfig identity) {
    if (protocol == Protocol.SWIFT) {
      for (String field : new String[] {"s3_url", "region"}) {
        if (reader.has(field)) {
          reader.problem(field, "has no use with swift", "drop it, or set protocol: s3");
        }
      }
      if (identity != null && identity.type() == IdentityConfig.Kind.EC2) {
        reader.problem("identity", "is of type ec2, which swift does not know", "name another");
      }
    }
    if (protocol == Protocol.S3) {
      require(reader, "region", "write the one by which the store wants requests signed");
      if (reader.has("delete_after")) {
        reader.problem(
            "delete_after", "has no use with s3", "drop it, and let the bucket expire objects");
      }
    }
  }

  private static void require(FieldReader reader, String field, String remedy) {
    if (!reader.has(field)) {
      reader.problem(field, "is required", remedy);
    }
  }
}
