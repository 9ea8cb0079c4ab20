package io.flowlog.agent.logger;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the storage URLs of one endpoint begin, comparable: scheme, host, port, and the folders that
 * follow, decoded. Immutable.
 */
public record EndpointPrefix(String text) {
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?");
  private static final Map<String, String> DEFAULT_PORTS = Map.of("https", ":443", "http", ":80");

  /** Returns the prefix that is this whole URL, or null if it is none of http or names a user. */
  public static @Nullable EndpointPrefix of(URI url) {
    String authority = url.getRawAuthority();
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    String defaultPort = DEFAULT_PORTS.get(scheme);
    if (defaultPort == null || authority == null || !AUTHORITY.matcher(authority).matches()) {
      return null;
    }
    String lower = authority.toLowerCase(Locale.ROOT);
    if (lower.endsWith(defaultPort)) {
      lower = lower.substring(0, lower.length() - defaultPort.length());
    }
    String path = String.valueOf(url.getPath());
    String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return new EndpointPrefix(scheme + "://" + lower + bare);
  }

  /** Returns what belongs to the longest prefix that a URL begins with, folder by folder. */
  public static <T> @Nullable T longest(URI url, Map<EndpointPrefix, T> byPrefix) {
    EndpointPrefix prefix = of(url);
    while (prefix != null) {
      T found = byPrefix.get(prefix);
      if (found != null) {
        return found;
      }
      prefix = prefix.shorter();
    }
    return null;
  }

  private @Nullable EndpointPrefix shorter() {
    int slash = text.lastIndexOf('/');
    return slash > text.indexOf("//") + 1 ? new EndpointPrefix(text.substring(0, slash)) : null;
  }

  /** Returns the prefix without its folders. */
  public String server() {
    int slash = text.indexOf('/', text.indexOf("//") + 2);
    return slash < 0 ? text : text.substring(0, slash);
  }

  @Override
  public String toString() {
    return text;
  }
}
