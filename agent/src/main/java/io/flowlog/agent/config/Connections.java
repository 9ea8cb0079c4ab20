package io.flowlog.agent.config;

import io.flowlog.agent.logger.EndpointPrefix;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.port.ValueParser;
import io.flowlog.agent.store.ConnectionConfig;
import io.flowlog.agent.store.SecretConfig;
import io.flowlog.agent.store.TlsConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads how a server is reached: the same keys for endpoints and identities. */
record Connections(Secrets secrets) {
  private static final ValueParser<Duration> TIMEOUT =
      Units.duration(ConnectionConfig.TIMEOUT_MIN, ConnectionConfig.TIMEOUT_MAX);

  private static final Pattern CROOKED_PATH = Pattern.compile("//|/\\.{1,2}(/|$)");

  /** What was read; a URL is null if it was not given, or wrong. */
  record Read(@Nullable URI url, @Nullable URI secondUrl, ConnectionConfig config) {}

  /** Reads the keys of a connection, and one or two that hold a URL. */
  Read read(FieldReader reader, List<String> urlKeys) {
    boolean allowsHttp = Boolean.TRUE.equals(reader.flag("allow_http"));
    URI url = reader.value(urlKeys.get(0), text -> url(text, allowsHttp));
    URI secondUrl =
        urlKeys.size() < 2 ? null : reader.value(urlKeys.get(1), text -> url(text, allowsHttp));
    ConnectionConfig defaults = ConnectionConfig.defaults();
    TlsConfig tls = tls(reader);
    ConnectionConfig.Proxy proxy = reader.value("proxy", Connections::proxy);
    Duration connectTimeout = reader.amount("connect_timeout", TIMEOUT);
    Duration requestTimeout = reader.amount("request_timeout", TIMEOUT);
    return new Read(
        url,
        secondUrl,
        new ConnectionConfig(
            tls,
            proxy,
            connectTimeout == null ? defaults.connectTimeout() : connectTimeout,
            requestTimeout == null ? defaults.requestTimeout() : requestTimeout));
  }

  private TlsConfig tls(FieldReader reader) {
    Path authorities = reader.value("ca_file", Values::file);
    Path certificate = reader.value("certificate_file", Values::file);
    SecretConfig key = secrets.read(reader, "key");
    if (reader.has("certificate_file") != reader.has("key")) {
      reader.problem(
          reader.has("key") ? "key" : "certificate_file",
          "needs the other of certificate_file and key",
          "give both, or none");
    }
    check(reader, "ca_file", new TlsConfig(authorities, null, null));
    if (certificate != null && key != null) {
      check(reader, "certificate_file", new TlsConfig(null, certificate, key));
    }
    return new TlsConfig(authorities, certificate, key);
  }

  private static void check(FieldReader reader, String field, TlsConfig tls) {
    if (tls.equals(TlsConfig.defaults())) {
      return;
    }
    try {
      tls.context();
    } catch (IOException e) {
      reader.problem(
          field, "cannot be used (" + TextFile.reasonOf(e) + ")", "write PEM into that file");
    }
  }

  private static URI url(String text, boolean allowsHttp) throws FieldException {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw notAddress(text);
    }
    EndpointPrefix prefix = EndpointPrefix.of(url);
    if (prefix == null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw notAddress(text);
    }
    if ("http".equalsIgnoreCase(url.getScheme()) && !allowsHttp) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not encrypted",
          "write https://, or allow_http: true if everybody on the way may read secrets");
    }
    if (CROOKED_PATH.matcher(url.getPath()).find()) {
      throw new FieldException(
          FieldProblem.quote(text) + " has an empty folder, . or ..",
          "write the path that is meant");
    }
    return url;
  }

  private static FieldException notAddress(String text) {
    return new FieldException(
        FieldProblem.quote(withoutUser(text)) + " is not the address of a server",
        "write https://{host}, with :{port} and /{path} where needed, no user and no ?");
  }

  /** A password may stand before the @. */
  private static String withoutUser(String text) {
    return text.substring(text.lastIndexOf('@') + 1);
  }

  private static ConnectionConfig.Proxy proxy(String text) throws FieldException {
    try {
      URI url = new URI(text);
      boolean isBare = url.getRawUserInfo() == null && url.getRawQuery() == null;
      boolean isServer = url.getHost() != null && url.getPort() > 0 && url.getPort() < 65536;
      if ("http".equals(url.getScheme()) && isBare && isServer && url.getPath().length() <= 1) {
        return new ConnectionConfig.Proxy(url.getHost(), url.getPort());
      }
    } catch (URISyntaxException e) {
      throw notProxy(text);
    }
    throw notProxy(text);
  }

  private static FieldException notProxy(String text) {
    return new FieldException(
        FieldProblem.quote(withoutUser(text)) + " is not the address of a proxy",
        "write http://{host}:{port}");
  }
}
