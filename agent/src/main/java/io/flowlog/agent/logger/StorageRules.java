package io.flowlog.agent.logger;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which storage URLs the operator allows. A URL may come from a tenant and credentials are sent to
 * it, so it is refused unless it is plainly one of the known forms at a known endpoint.
 *
 * @param directories folders below which loggers of storage type FILE may write; none where such
 *     loggers are not allowed
 * @param endpoints what each allowed endpoint takes; the longest prefix of a URL counts
 */
public record StorageRules(List<Path> directories, Map<EndpointPrefix, UrlForm> endpoints) {
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final String SWIFT_SHAPE = "https://{endpoint}/v1/{account}/{container}/{folder}";
  private static final String S3_SHAPE = "https://{endpoint}/{bucket}/{folder}";
  private static final String FILE_SHAPE = "file:///var/lib/flow-logs";
  private static final int URL_CHARACTERS_MAX = 1024;

  /** Stands for every endpoint that is not named; no URL can name it. */
  private static final EndpointPrefix ANY_ENDPOINT = new EndpointPrefix("*");

  public StorageRules {
    directories = List.copyOf(directories);
    endpoints = Map.copyOf(endpoints);
  }

  /** Returns rules for loggers whose storage nobody will ever write to. */
  public static StorageRules anywhere() {
    return new StorageRules(List.of(Path.of("/")), Map.of(ANY_ENDPOINT, UrlForm.S3_OR_SWIFT));
  }

  /** Which forms of URL an endpoint takes. */
  public enum UrlForm {
    /** Swift's form only. */
    SWIFT,
    /** Plain S3 only. */
    S3,
    /** Plain S3, or Swift's form, which the endpoint's S3 side is known for. */
    S3_OR_SWIFT
  }

  /** Checks the URL of an object store. */
  String object(String text) throws FieldException {
    URI url = parse(text, SWIFT_SHAPE);
    if (url.getRawAuthority() != null && url.getRawAuthority().indexOf('@') >= 0) {
      throw new FieldException("names a user", "leave out everything up to the @");
    }
    EndpointPrefix prefix = EndpointPrefix.of(url);
    boolean isHttps = "https".equalsIgnoreCase(url.getScheme());
    UrlForm form = EndpointPrefix.longest(url, endpoints);
    if (prefix == null || (form == null && !isHttps)) {
      throw wrong(text, "is not an https URL of an object store", "write " + SWIFT_SHAPE);
    }
    String[] segments = segments(url, SWIFT_SHAPE);
    if (form == null) {
      form = endpoints.get(ANY_ENDPOINT);
    }
    if (form == null) {
      throw new FieldException(
          "the endpoint " + FieldProblem.quote(prefix.server()) + " is not in store.endpoints",
          "add it to the agent's config if credentials may be sent there");
    }
    checkForm(text, segments, form);
    return text;
  }

  private static void checkForm(String text, String[] segments, UrlForm form)
      throws FieldException {
    if (segments[0].equals("v1") && form == UrlForm.S3) {
      throw wrong(
          text,
          "is Swift's form at an S3 endpoint",
          "write " + S3_SHAPE + ", or give the endpoint its s3_url");
    }
    if (segments[0].equals("v1") || form == UrlForm.SWIFT) {
      if (segments.length < 4 || !segments[0].equals("v1")) {
        throw wrong(text, "lacks a part", "write all of " + SWIFT_SHAPE);
      }
      return;
    }
    if (segments.length < 2) {
      throw wrong(text, "lacks a part", "write all of " + S3_SHAPE);
    }
    if (!BUCKET.matcher(segments[0]).matches()) {
      throw wrong(
          segments[0], "cannot be a bucket", "3 to 63 lower-case letters, digits, dots, dashes");
    }
  }

  /** Checks the URL of a local directory. */
  String directory(String text) throws FieldException {
    if (directories.isEmpty()) {
      throw new FieldException(
          "no directory may be written to", "add one to store.directories, or use OBS");
    }
    URI url = parse(text, FILE_SHAPE);
    if (!"file".equalsIgnoreCase(url.getScheme()) || url.getRawAuthority() != null) {
      throw wrong(text, "is not a local directory", "write it like " + FILE_SHAPE);
    }
    segments(url, FILE_SHAPE);
    try {
      Path directory = Path.of(url.getPath());
      if (directories.stream().anyMatch(directory::startsWith)) {
        return text;
      }
    } catch (InvalidPathException e) {
      throw wrong(text, "cannot be a path on this host", "write it like " + FILE_SHAPE);
    }
    throw wrong(
        text,
        "is not below one of store.directories",
        "move it below " + directories.get(0) + " or add its folder to the agent's config");
  }

  private static URI parse(String text, String shape) throws FieldException {
    if (text.length() > URL_CHARACTERS_MAX) {
      throw wrong(text, "is too long", "use at most " + URL_CHARACTERS_MAX + " characters");
    }
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw wrong(text, "is not a URL", "write " + shape + ", reserved characters as %20 etc.");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw wrong(text, "has a query or fragment", "leave out everything from ? or #");
    }
    return url;
  }

  /** Returns the path's parts as they are after decoding, so that nothing hides behind a %. */
  private static String[] segments(URI url, String shape) throws FieldException {
    String path = url.getRawPath();
    if (path == null || !path.startsWith("/") || path.length() == 1) {
      throw wrong(url.toString(), "has no path", "write " + shape);
    }
    String[] segments = path.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      segments[i] = decoded(url.toString(), segments[i]);
    }
    return segments;
  }

  private static String decoded(String text, String rawSegment) throws FieldException {
    if (rawSegment.isEmpty()) {
      throw wrong(text, "has an empty folder name", "write one / between parts, none at the end");
    }
    // A leading slash keeps URI from taking "a:b" for a scheme.
    String segment = URI.create("/" + rawSegment).getPath().substring(1);
    if (segment.equals(".") || segment.equals("..")) {
      throw wrong(text, "has a . or .. in its path", "write the path that is meant");
    }
    if (segment
        .chars()
        .anyMatch(c -> c == '/' || c == '\\' || c == 0xfffd || c < ' ' || c == 127)) {
      throw wrong(text, "hides a slash, control or broken character behind a %", "leave that out");
    }
    return segment;
  }

  private static FieldException wrong(String value, String what, String remedy) {
    return new FieldException(FieldProblem.quote(value) + " " + what, remedy);
  }
}
