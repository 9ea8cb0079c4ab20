package io.flowlog.agent.store;

import io.flowlog.agent.store.HttpSender.Answer;
import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks Keystone, or who speaks its older protocol, for tokens and for the keys that S3 wants.
 * Immutable; any thread may use it.
 */
final class KeystoneClient implements TokenClient {
  /** What a token lives if the service says something that cannot be. */
  private static final Duration LIFETIME_MIN = Duration.ofSeconds(1);

  private final IdentityConfig identity;
  private final HttpSender http;
  private final String url;

  KeystoneClient(IdentityConfig identity, HttpSender http) {
    this.identity = identity;
    this.http = http;
    url = Objects.requireNonNull(identity.url(), "this type has one").toString();
  }

  @Override
  public Token fetch() throws StoreException {
    boolean isOld = identity.type() == Kind.TOKENS_V2;
    byte[] body = JsonTree.write(Map.of("auth", isOld ? oldBody() : body()));
    HttpRequest.Builder request =
        request(isOld ? "/tokens" : "/auth/tokens")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    Answer answer = ask(request, body.length);
    if (answer.status() != (isOld ? 200 : 201)) {
      throw refusal(answer.status());
    }
    try {
      JsonTree tree = JsonTree.read(answer.body());
      return isOld ? oldToken(tree.object("access")) : token(tree.object("token"), answer);
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private Map<String, Object> body() throws StoreException {
    if (identity.type() == Kind.APPLICATION_CREDENTIAL) {
      Object credential = Map.of("id", identity.accessKey(), "secret", secret());
      return Map.of(
          "identity",
          Map.of(
              "methods", List.of("application_credential"), "application_credential", credential));
    }
    Map<String, Object> user = party(identity.user(), "password", secret());
    return Map.of(
        "identity",
        Map.of("methods", List.of("password"), "password", Map.of("user", user)),
        "scope",
        Map.of("project", party(identity.project(), "", "")));
  }

  private static Map<String, Object> party(@Nullable Party party, String more, String value) {
    Map<String, Object> members = new HashMap<>();
    Party known = Objects.requireNonNull(party, "this type has one");
    String domain = known.domain();
    members.put(domain == null ? "id" : "name", known.nameOrId());
    if (domain != null) {
      members.put("domain", Map.of("name", domain));
    }
    if (!more.isEmpty()) {
      members.put(more, value);
    }
    return members;
  }

  private Map<String, Object> oldBody() throws StoreException {
    Party user = Objects.requireNonNull(identity.user(), "this type has one");
    Party project = Objects.requireNonNull(identity.project(), "this type has one");
    return Map.of(
        "tenantId",
        project.nameOrId(),
        "passwordCredentials",
        Map.of("username", user.nameOrId(), "password", secret()));
  }

  private String secret() throws StoreException {
    try {
      return identity.secret().read();
    } catch (IOException e) {
      throw failure("its secret cannot be read: check " + identity.secret().file(), e);
    }
  }

  private static Token token(JsonTree token, Answer answer) throws IOException {
    String text =
        answer
            .headers()
            .firstValue("X-Subject-Token")
            .orElseThrow(() -> new IOException("it has no X-Subject-Token"));
    String projectId = token.members().containsKey("project") ? idOf(token, "project") : null;
    Duration lifetime = lifetime(token.textOrNull("issued_at"), token.text("expires_at"));
    return new Token(text, lifetime, idOf(token, "user"), projectId);
  }

  private static Token oldToken(JsonTree access) throws IOException {
    JsonTree token = access.object("token");
    String projectId = token.members().containsKey("tenant") ? idOf(token, "tenant") : null;
    Duration lifetime = lifetime(token.textOrNull("issued_at"), token.text("expires"));
    return new Token(token.text("id"), lifetime, idOf(access, "user"), projectId);
  }

  private static String idOf(JsonTree tree, String name) throws IOException {
    return tree.object(name).text("id");
  }

  /** Both times are by the service's clock, so this host's may be wrong. */
  private static Duration lifetime(@Nullable String issued, String expires) throws IOException {
    Instant start = issued == null ? Instant.now() : instant(issued);
    Duration lifetime = Duration.between(start, instant(expires));
    return lifetime.compareTo(LIFETIME_MIN) < 0 ? LIFETIME_MIN : lifetime;
  }

  private static Instant instant(String text) throws IOException {
    try {
      // some services leave out the zone, which is always UTC
      return text.endsWith("Z")
          ? Instant.parse(text)
          : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new IOException("it has a time of another form", e);
    }
  }

  /** Returns the access keys that the user has in the project, all of them. */
  List<JsonTree> accessKeys(Token token) throws StoreException {
    Answer answer = ask(authorized(accessKeysPath(token), token).GET(), 0);
    if (answer.status() != 200) {
      throw refusal(answer.status());
    }
    try {
      return JsonTree.read(answer.body()).objects("credentials").stream()
          .filter(key -> Objects.equals(key.textOrNull("tenant_id"), token.projectId()))
          .toList();
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  /** Makes an access key for the user in the project. */
  JsonTree makeAccessKey(Token token) throws StoreException {
    byte[] body = JsonTree.write(Map.of("tenant_id", String.valueOf(token.projectId())));
    HttpRequest.Builder request =
        authorized(accessKeysPath(token), token).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    Answer answer;
    try {
      answer = http.sendOnce(request, body.length);
    } catch (IOException e) {
      throw failure(HttpFailure.words(e), e);
    }
    if (answer.status() != 201 && answer.status() != 200) {
      throw refusal(answer.status());
    }
    try {
      return JsonTree.read(answer.body()).object("credential");
    } catch (IOException e) {
      throw malformed(e);
    }
  }

  private static String accessKeysPath(Token token) {
    return "/users/" + UrlText.encode(token.userId()) + "/credentials/OS-EC2";
  }

  private HttpRequest.Builder authorized(String path, Token token) {
    return request(path).header("X-Auth-Token", token.text());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Accept", "application/json")
        .header("Content-Type", "application/json");
  }

  private Answer ask(HttpRequest.Builder request, long sizeBytes) throws StoreException {
    try {
      return http.send(request, sizeBytes);
    } catch (IOException e) {
      throw failure(HttpFailure.words(e), e);
    }
  }

  private StoreException refusal(int status) {
    String remedy =
        switch (status) {
          case 401, 403 -> "check its user, project and secret, and the user's role there";
          case 400, 404, 405 -> "check that url is the identity service's, of that type";
          case 429, 503 -> "it is busy; it is asked again by itself";
          default -> "look at the identity service";
        };
    return failure("it answers " + status + ": " + remedy, null);
  }

  private StoreException malformed(IOException e) {
    // not the parser's own words: they quote what was read
    return failure("its answer is malformed: check that url is the identity service's", e);
  }

  private StoreException failure(String what, @Nullable IOException cause) {
    return new StoreException(
        Code.NOT_AUTHENTICATED,
        "no token for identity '" + identity.name() + "' from " + url + ": " + what,
        cause);
  }
}
