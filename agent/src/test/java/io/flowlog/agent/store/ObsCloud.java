package io.flowlog.agent.store;

import io.flowlog.agent.store.ObsServers.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The administrator of the tests' cloud: makes projects, users, access rights, containers and
 * quotas by the cloud's own APIs, and looks into containers. Immutable.
 */
public final class ObsCloud {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final ObsServers servers;

  ObsCloud(ObsServers servers) {
    this.servers = servers;
  }

  /** A user of one project. */
  public record User(
      String name, String id, String password, String projectName, String projectId) {}

  private static JsonTree tree(HttpResponse<byte[]> reply) throws IOException {
    return JsonTree.read(text(reply));
  }

  private static String text(HttpResponse<byte[]> reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }

  /** Makes a project with a user who may do everything in it. */
  public User newOwner() {
    return newUser(newProject("project"), "member");
  }

  /** Makes another user of a project. */
  public User newUser(User colleague, String role) {
    return newUser(new String[] {colleague.projectName(), colleague.projectId()}, role);
  }

  private String[] newProject(String prefix) {
    String name = prefix + NAMES.incrementAndGet();
    Object project = Map.of("name", name, "domain_id", "default");
    return new String[] {name, made("/v3/projects", "project", project)};
  }

  private User newUser(String[] project, String role) {
    String name = "user" + NAMES.incrementAndGet();
    String password = "secret-of-" + name;
    Object user = Map.of("name", name, "domain_id", "default", "password", password);
    String id = made("/v3/users", "user", user);
    grant(project[1], id, role);
    return new User(name, id, password, project[0], project[1]);
  }

  /** Makes the user as whom Swift asks Keystone. */
  void makeServiceUser(String password) {
    for (String role : new String[] {"service", "ResellerAdmin"}) {
      made("/v3/roles", "role", Map.of("name", role));
    }
    Object project = Map.of("name", "service", "domain_id", "default");
    String projectId = made("/v3/projects", "project", project);
    Object user = Map.of("name", "swift", "domain_id", "default", "password", password);
    grant(projectId, made("/v3/users", "user", user), "service");
  }

  private void grant(String projectId, String userId, String role) {
    try {
      HttpResponse<byte[]> roles =
          call("GET", keystone("/v3/roles?name=" + role), adminToken(), null);
      String roleId = tree(roles).objects("roles").get(0).text("id");
      String path = "/v3/projects/" + projectId + "/users/" + userId + "/roles/" + roleId;
      expect(call("PUT", keystone(path), adminToken(), null), 204);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String made(String path, String kind, Object value) {
    try {
      HttpResponse<byte[]> reply =
          call("POST", keystone(path), adminToken(), JsonTree.write(Map.of(kind, value)));
      expect(reply, 201);
      return tree(reply).object(kind).text("id");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String adminToken() {
    return token(new User("admin", "", servers.adminPassword(), "admin", ""));
  }

  /** Returns a new token of a user. */
  public String token(User user) {
    Object domain = Map.of("id", "default");
    Object password =
        Map.of("user", Map.of("name", user.name(), "domain", domain, "password", user.password()));
    Object project = Map.of("name", user.projectName(), "domain", domain);
    Object auth =
        Map.of(
            "identity",
            Map.of("methods", List.of("password"), "password", password),
            "scope",
            Map.of("project", project));
    byte[] body = JsonTree.write(Map.of("auth", auth));
    HttpResponse<byte[]> reply = call("POST", keystone("/v3/auth/tokens"), null, body);
    expect(reply, 201);
    return reply.headers().firstValue("X-Subject-Token").orElseThrow();
  }

  /** Gives a user another password; the tokens of the old one are worth nothing from now on. */
  public void changePassword(User user, String password) {
    byte[] body = JsonTree.write(Map.of("user", Map.of("password", password)));
    expect(call("PATCH", keystone("/v3/users/" + user.id()), adminToken(), body), 200);
  }

  /** Makes a token worthless. */
  public void revoke(String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(keystone("/v3/auth/tokens"))
            .header("X-Auth-Token", adminToken())
            .header("X-Subject-Token", token)
            .DELETE();
    expect(send(request), 204);
  }

  /** Makes an application credential and returns its id and secret. */
  public String[] newApplicationCredential(User user) {
    byte[] body = JsonTree.write(Map.of("application_credential", Map.of("name", "agent")));
    String path = "/v3/users/" + user.id() + "/application_credentials";
    HttpResponse<byte[]> reply = call("POST", keystone(path), token(user), body);
    expect(reply, 201);
    try {
      JsonTree made = tree(reply).object("application_credential");
      return new String[] {made.text("id"), made.text("secret")};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the public halves of a user's access keys. */
  public List<String> accessKeys(User user) {
    String path = "/v3/users/" + user.id() + "/credentials/OS-EC2";
    HttpResponse<byte[]> reply = call("GET", keystone(path), token(user), null);
    expect(reply, 200);
    try {
      return tree(reply).objects("credentials").stream()
          .map(key -> String.valueOf(key.textOrNull("access")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes an access key away. */
  public void deleteAccessKey(User user, String access) {
    String path = "/v3/users/" + user.id() + "/credentials/OS-EC2/" + access;
    expect(call("DELETE", keystone(path), token(user), null), 204);
  }

  /** Returns the address of the identity service in one of its versions, {@code /v3} or so. */
  public URI keystone(String path) {
    return servers.url(Server.KEYSTONE, path);
  }

  /** Returns the storage URL of a folder, or with an empty one that of the container. */
  public URI storageUrl(User owner, String container, String folder) {
    String path = "/v1/AUTH_" + owner.projectId() + "/" + container;
    return servers.url(Server.PROXY, folder.isEmpty() ? path : path + "/" + folder);
  }

  /** Makes a container in the owner's project. */
  public void makeContainer(User owner, String container) {
    HttpResponse<byte[]> reply =
        call("PUT", storageUrl(owner, container, ""), token(owner), new byte[0]);
    expect(reply, 201);
  }

  /** Sets what a container is like: who may write to it, how much it holds. */
  public void setContainer(User owner, String container, String header, String value) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(storageUrl(owner, container, ""))
            .header("X-Auth-Token", token(owner))
            .header(header, value)
            .POST(HttpRequest.BodyPublishers.noBody());
    expect(send(request), 204);
  }

  /** Returns what an object holds, or null if there is none. */
  public byte @Nullable [] object(User owner, String container, String name) {
    HttpResponse<byte[]> reply = objectReply(owner, container, name);
    return reply.statusCode() == 404 ? null : reply.body();
  }

  /** Returns an object as it is answered, with its header. */
  HttpResponse<byte[]> objectReply(User owner, String container, String name) {
    String path = UrlText.encode(List.of(name.split("/", -1)));
    HttpResponse<byte[]> reply =
        call("GET", storageUrl(owner, container, path), token(owner), null);
    if (reply.statusCode() != 404) {
      expect(reply, 200);
    }
    return reply;
  }

  /** Returns the names of all objects of a container, in order. */
  public List<String> objects(User owner, String container) {
    HttpResponse<byte[]> reply = call("GET", storageUrl(owner, container, ""), token(owner), null);
    return text(reply).lines().toList();
  }

  private static HttpResponse<byte[]> call(
      String method, URI url, @Nullable String token, byte @Nullable [] body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).header("Accept", "*/*");
    if (token != null) {
      request.header("X-Auth-Token", token);
    }
    if (body != null && body.length > 0) {
      request.header("Content-Type", "application/json");
    }
    return send(
        request.method(
            method,
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static void expect(HttpResponse<byte[]> reply, int status) {
    if (reply.statusCode() != status) {
      throw new IllegalStateException(
          "the tests' cloud answers "
              + reply.statusCode()
              + ", not "
              + status
              + ": "
              + text(reply));
    }
  }
}
