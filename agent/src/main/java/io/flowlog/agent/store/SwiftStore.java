package io.flowlog.agent.store;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.HttpSender.Answer;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A folder in OpenStack Swift as an object store. Immutable; any thread may use it.
 *
 * <p>Swift makes an object appear whole once its MD5 is the announced one. Nothing is ever read
 * back: a tenant may grant writing only. A file beyond {@code segment_bytes} goes up in pieces
 * below {@code .flowlog-segments}, and appears with its manifest; that needs the right to read,
 * too.
 */
final class SwiftStore implements ObjectStore {
  private static final String SEGMENTS = ".flowlog-segments";
  private static final int NOT_AUTHENTICATED = 401;
  private static final int NOT_FOUND = 404;

  private final SwiftPlace place;
  private final EndpointConfig endpoint;
  private final TokenSource tokens;
  private final HttpSender http;

  /** A request without its token: it may be sent a second time with another one. */
  private interface Unsigned {
    HttpRequest.Builder make();
  }

  SwiftStore(SwiftPlace place, EndpointConfig endpoint, TokenSource tokens, HttpSender http) {
    this.place = place;
    this.endpoint = endpoint;
    this.tokens = tokens;
    this.http = http;
  }

  @Override
  public void put(SealedFile file) throws StoreException {
    List<String> object = place.object(file.key());
    try {
      if (file.bytes() > endpoint.segmentBytes()) {
        putInSegments(file, object);
      } else {
        putRange(new FileRange(file.path(), 0, file.bytes()), object);
      }
    } catch (IOException e) {
      throw failure("store", file.key(), e);
    }
  }

  @Override
  public void putEmpty(ObjectKey key) throws StoreException {
    List<String> object = place.object(key);
    try {
      send(() -> request(object, "").PUT(BodyPublishers.noBody()), 0);
    } catch (IOException e) {
      throw failure("store", key, e);
    }
  }

  @Override
  public void delete(ObjectKey key) throws StoreException {
    List<String> object = place.object(key);
    try {
      Answer answer = exchange(() -> request(object, "").DELETE(), 0);
      if (answer.status() != NOT_FOUND) {
        check(answer);
      }
    } catch (IOException e) {
      throw failure("delete", key, e);
    }
  }

  private void putRange(FileRange range, List<String> object) throws IOException {
    BodyPublisher body = range.sizeBytes() == 0 ? BodyPublishers.noBody() : range;
    String md5 = range.md5();
    Answer answer =
        send(() -> expiring(request(object, "").header("ETag", md5)).PUT(body), range.sizeBytes());
    confirm(answer, md5);
  }

  private void putInSegments(SealedFile file, List<String> object) throws IOException {
    List<Map<String, Object>> manifest = new ArrayList<>();
    var digest = FileRange.newMd5();
    long segmentBytes = endpoint.segmentBytes();
    for (long at = 0; at < file.bytes(); at += segmentBytes) {
      FileRange range = new FileRange(file.path(), at, Math.min(segmentBytes, file.bytes() - at));
      List<String> segment = segment(object, segmentBytes, manifest.size() + 1);
      String md5 = range.md5();
      Answer answer =
          send(
              () -> expiring(request(segment, "").header("ETag", md5)).PUT(range),
              range.sizeBytes());
      confirm(answer, md5);
      digest.update(md5.getBytes(StandardCharsets.US_ASCII));
      manifest.add(
          Map.of(
              "path", place.pathInAccount(segment), "etag", md5, "size_bytes", range.sizeBytes()));
    }
    byte[] body = JsonTree.write(manifest);
    Answer answer =
        send(
            () ->
                expiring(request(object, "?multipart-manifest=put"))
                    .PUT(BodyPublishers.ofByteArray(body)),
            body.length);
    confirm(answer, HexFormat.of().formatHex(digest.digest()));
  }

  /** Pieces of another size are other objects: no manifest of an earlier attempt may see them. */
  private List<String> segment(List<String> object, long segmentBytes, int number) {
    List<String> segment = new ArrayList<>(place.folder());
    segment.add(SEGMENTS);
    segment.addAll(object.subList(place.folder().size(), object.size()));
    segment.add(Long.toString(segmentBytes));
    segment.add(String.format(Locale.ROOT, "%08d", number));
    return segment;
  }

  private HttpRequest.Builder request(List<String> object, String query) {
    return HttpRequest.newBuilder(place.url(object, query));
  }

  private HttpRequest.Builder expiring(HttpRequest.Builder request) {
    Duration deleteAfter = endpoint.deleteAfter();
    return deleteAfter == null
        ? request
        : request.header("X-Delete-After", Long.toString(deleteAfter.toSeconds()));
  }

  private static void confirm(Answer answer, String md5) throws StoreException {
    String etag = answer.headers().firstValue("ETag").orElse("").replace("\"", "");
    if (!etag.equalsIgnoreCase(md5)) {
      throw new StoreException(
          Code.UNAVAILABLE, "it confirms other bytes than were sent: look at that store", null);
    }
  }

  private Answer send(Unsigned request, long sizeBytes) throws IOException {
    Answer answer = exchange(request, sizeBytes);
    check(answer);
    return answer;
  }

  /** A refused token may only have been revoked: once, another one is tried. */
  private Answer exchange(Unsigned request, long sizeBytes) throws IOException {
    Token token = tokens.current();
    Answer answer = exchange(request, token, sizeBytes);
    if (answer.status() != NOT_AUTHENTICATED) {
      return answer;
    }
    return exchange(request, tokens.renewed(token), sizeBytes);
  }

  private Answer exchange(Unsigned request, Token token, long sizeBytes) throws IOException {
    return http.send(request.make().header("X-Auth-Token", token.text()), sizeBytes);
  }

  private void check(Answer answer) throws StoreException {
    Code code = codeOf(answer.status());
    if (code != null) {
      Duration wait = RetryAfter.of(answer.headers(), Instant.now());
      throw new StoreException(code, answer.status() + ": " + wordsOf(answer.status()), null, wait);
    }
  }

  private static @Nullable Code codeOf(int status) {
    return switch (status) {
      case 200, 201, 202, 204 -> null;
      case NOT_AUTHENTICATED -> Code.NOT_AUTHENTICATED;
      case 403 -> Code.FORBIDDEN;
      case NOT_FOUND -> Code.NOT_FOUND;
      case 413, 507 -> Code.FULL;
      case 429, 498, 503 -> Code.BUSY;
      default -> Code.UNAVAILABLE;
    };
  }

  private String wordsOf(int status) {
    String identity = "identity '" + endpoint.identity().name() + "'";
    return switch (status) {
      case NOT_AUTHENTICATED ->
          "it refuses a new token of "
              + identity
              + ": check that it trusts that identity service,"
              + " and that this runs";
      case 403 ->
          identity
              + " may not write there: grant it the container, by X-Container-Write, or a role";
      case NOT_FOUND -> "the container does not exist: make it, or correct storage_url";
      case 409 -> "it refuses an object of this name or age: check the container's policies";
      case 411, 412, 422 -> "it got other bytes than were sent: check proxies on the way";
      case 413, 507 -> "no room: raise the quota of container or account, or delete objects";
      case 429, 498 -> "too many requests: it is tried again by itself; see uploads_max";
      case 503 -> "it is out of order or busy: look at the store's servers";
      default ->
          status / 100 == 3
              ? "it leads elsewhere, which is not followed: write the final address into"
                  + " storage_url and store.endpoints"
              : "look at the store's servers";
    };
  }

  private StoreException failure(String verb, ObjectKey key, IOException cause) {
    String what = "cannot " + verb + " '" + key + "' in " + place + ": ";
    if (cause instanceof StoreException known) {
      return new StoreException(known.code(), what + known.getMessage(), known, known.retryAfter());
    }
    return new StoreException(Code.UNAVAILABLE, what + HttpFailure.words(cause), cause);
  }
}
