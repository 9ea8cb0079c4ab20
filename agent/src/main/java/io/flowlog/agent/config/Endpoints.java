package io.flowlog.agent.config;

import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.logger.StorageRules.UrlForm;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.store.StoreConfig;
import io.flowlog.agent.store.StoreConfig.Endpoint;
import io.flowlog.agent.store.StoreConfig.Protocol;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads {@code store.endpoints} and tells the loggers' rules what each endpoint takes. */
final class Endpoints {
  private Endpoints() {}

  /** Returns what the store's settings allow loggers to name. */
  static StorageRules rules(StoreConfig store) {
    Map<String, UrlForm> forms = new HashMap<>();
    for (Endpoint endpoint : store.endpoints()) {
      forms.put(authority(endpoint), form(endpoint));
    }
    return new StorageRules(store.directories(), forms);
  }

  private static UrlForm form(Endpoint endpoint) {
    if (endpoint.protocol() == Protocol.SWIFT) {
      return UrlForm.SWIFT;
    }
    return endpoint.s3Url() == null ? UrlForm.S3 : UrlForm.S3_OR_SWIFT;
  }

  /** Reads one entry; null if it lacks what it needs. */
  static @Nullable Endpoint read(FieldReader reader) {
    URI url = reader.value("url", Endpoints::url);
    Protocol protocol = reader.value("protocol", Endpoints::protocol);
    URI s3Url = reader.value("s3_url", Endpoints::url);
    if (!reader.has("url")) {
      reader.problem("url", "is required", "write https://{host}");
    }
    if (!reader.has("protocol")) {
      reader.problem("protocol", "is required", "write swift or s3");
    }
    if (protocol == Protocol.SWIFT && reader.has("s3_url")) {
      reader.problem("s3_url", "has no use with swift", "drop it, or set protocol: s3");
    }
    reader.refuseUnknown();
    return url == null || protocol == null ? null : new Endpoint(url, protocol, s3Url);
  }

  /** Adds an endpoint unless it is there already, which is a problem. */
  static void add(Endpoint endpoint, List<Endpoint> endpoints, FieldReader reader) {
    String authority = authority(endpoint);
    if (endpoints.stream().anyMatch(other -> authority(other).equals(authority))) {
      reader.problem(
          "url", FieldProblem.quote(authority) + " is listed already", "keep one entry for it");
    } else {
      endpoints.add(endpoint);
    }
  }

  private static String authority(Endpoint endpoint) {
    return Objects.requireNonNull(StorageRules.authority(endpoint.url()), "checked when read");
  }

  private static URI url(String text) throws FieldException {
    try {
      URI url = new URI(text);
      String path = url.getRawPath();
      boolean isBare = url.getRawQuery() == null && url.getRawFragment() == null;
      if (StorageRules.authority(url) != null && isBare && ("".equals(path) || "/".equals(path))) {
        return url;
      }
    } catch (URISyntaxException e) {
      throw notEndpoint(text);
    }
    throw notEndpoint(text);
  }

  private static FieldException notEndpoint(String text) {
    return new FieldException(
        FieldProblem.quote(text) + " is not the address of an object store",
        "write https://{host} or https://{host}:{port}, nothing behind it");
  }

  private static Protocol protocol(String text) throws FieldException {
    return switch (text) {
      case "swift" -> Protocol.SWIFT;
      case "s3" -> Protocol.S3;
      default ->
          throw new FieldException(
              FieldProblem.quote(text) + " is not a known protocol", "use swift or s3");
    };
  }
}
