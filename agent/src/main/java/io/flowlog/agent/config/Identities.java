package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.store.IdentityConfig;
import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import io.flowlog.agent.store.SecretConfig;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the entries of {@code store.identities}. */
record Identities(Secrets secrets, Connections connections) {
  private static final String DOMAIN = "Default";
  private static final int CHARACTERS_MAX = 255;

  /** Reads one entry; null if it lacks what it needs. */
  @Nullable IdentityConfig read(FieldReader reader) {
    String name = reader.value("name", Identities::text);
    Kind type = reader.value("type", Identities::type);
    Connections.Read connection = connections.read(reader, List.of("url"));
    Party user = party(reader, "user");
    Party project = party(reader, "project");
    String accessKey = reader.value("access_key", Identities::text);
    SecretConfig secret = secrets.read(reader, "secret");
    if (!reader.has("name")) {
      reader.problem("name", "is required", "write a name for endpoints to use");
    }
    if (type == null) {
      if (!reader.has("type")) {
        reader.problem("type", "is required", "use " + types());
      }
    } else {
      checkKeys(reader, type);
      checkUrl(reader, type, connection.url());
    }
    reader.refuseUnknown();
    return name == null || type == null || secret == null
        ? null
        : new IdentityConfig(
            name,
            type,
            connection.url(),
            user,
            project,
            accessKey == null ? "" : accessKey,
            secret,
            connection.config());
  }

  private static @Nullable Party party(FieldReader reader, String field) {
    String id = reader.value(field + "_id", Identities::text);
    String domain = reader.value(field + "_domain", Identities::text);
    String name = reader.value(field, Identities::text);
    if (id != null && (name != null || domain != null)) {
      reader.problem(field + "_id", "stands beside a name", "keep one of them");
    }
    if (id != null) {
      return new Party(id, null);
    }
    return name == null ? null : new Party(name, domain == null ? DOMAIN : domain);
  }

  private static void checkKeys(FieldReader reader, Kind type) {
    for (String key : List.of("url", "user", "project", "project_id", "access_key", "secret")) {
      boolean required = type.required().contains(key);
      if (required && !reader.has(key) && !(hasId(type, key) && reader.has(key + "_id"))) {
        reader.problem(key, "is required with type " + nameOf(type), "write it");
      }
      boolean isOther = !required && !(type == Kind.PASSWORD && key.equals("project_id"));
      if (isOther && reader.has(key)) {
        reader.problem(key, "has no use with type " + nameOf(type), "drop it");
      }
    }
    for (String key : List.of("user_id", "user_domain", "project_domain")) {
      if (type != Kind.PASSWORD && reader.has(key)) {
        reader.problem(key, "has no use with type " + nameOf(type), "drop it");
      }
    }
  }

  private static boolean hasId(Kind type, String key) {
    return type == Kind.PASSWORD && (key.equals("user") || key.equals("project"));
  }

  private static void checkUrl(FieldReader reader, Kind type, @Nullable URI url) {
    if (url != null && !url.getPath().endsWith(type.urlEnding())) {
      reader.problem(
          "url",
          FieldProblem.quote(url.toString()) + " does not end in " + type.urlEnding(),
          "write the identity service's address of that version");
    }
  }

  private static Kind type(String text) throws FieldException {
    for (Kind type : Kind.values()) {
      if (nameOf(type).equals(text)) {
        return type;
      }
    }
    throw new FieldException(FieldProblem.quote(text) + " is not a known type", "use " + types());
  }

  private static String types() {
    return "password, application_credential, tokens_v2 or ec2";
  }

  private static String nameOf(Kind type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String text(String text) throws FieldException {
    boolean isShort = !text.isEmpty() && text.length() <= CHARACTERS_MAX;
    if (!isShort || text.chars().anyMatch(Character::isISOControl)) {
      throw new FieldException(
          FieldProblem.quote(text) + " cannot be that",
          "use 1 to " + CHARACTERS_MAX + " characters on one line");
    }
    return text;
  }
}
