package io.flowlog.agent.store;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * As whom the agent writes.
 *
 * @param name what endpoints call it
 * @param url the identity service; null where nobody is asked
 * @param user whose password the secret is
 * @param project where that user works
 * @param accessKey the public half, where user and project go without saying; else empty
 * @param secret password, or the other half of the access key
 */
public record IdentityConfig(
    String name,
    Kind type,
    @Nullable URI url,
    @Nullable Party user,
    @Nullable Party project,
    String accessKey,
    SecretConfig secret,
    ConnectionConfig connection) {

  /** Who is asked, and what is shown. */
  public enum Kind {
    /** Keystone v3, user and password. */
    PASSWORD("/v3", List.of("url", "user", "project", "secret")),
    /** Keystone v3, an application credential. */
    APPLICATION_CREDENTIAL("/v3", List.of("url", "access_key", "secret")),
    /** The older protocol, which vendors still speak: user, password, tenant. */
    TOKENS_V2("/v2.0", List.of("url", "user", "project_id", "secret")),
    /** Nobody: requests are signed. */
    EC2("", List.of("access_key", "secret"));

    private final String urlEnding;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> required;

    Kind(String urlEnding, List<String> required) {
      this.urlEnding = urlEnding;
      this.required = required;
    }

    /** Returns how the URL of the identity service ends. */
    public String urlEnding() {
      return urlEnding;
    }

    /** Returns the keys without which it does not work. */
    public List<String> required() {
      return required;
    }
  }

  /**
   * A user or project.
   *
   * @param domain the name of the domain in which the name is unique; null if it is an id
   */
  public record Party(String nameOrId, @Nullable String domain) {}
}
