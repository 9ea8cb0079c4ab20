package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.store.IdentityConfig.Kind;
import io.flowlog.agent.store.IdentityConfig.Party;
import io.flowlog.agent.store.ObsServers.Server;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real Keystone: tokens by every way, access keys, and what goes wrong. */
@Timeout(120)
class KeystoneClientTest {
  @TempDir Path temporary;
  private @Nullable ObsFixture fixture;

  @BeforeEach
  void makeProject() {
    fixture = new ObsFixture(temporary);
  }

  private ObsFixture obs() {
    return Objects.requireNonNull(fixture);
  }

  private IdentityConfig variant(@Nullable String url, Party user, Party project, String secret)
      throws IOException {
    return new IdentityConfig(
        "cloud",
        Kind.PASSWORD,
        url == null ? obs().servers.url(Server.KEYSTONE, "/v3") : URI.create(url),
        user,
        project,
        "",
        obs().secret(secret),
        ConnectionConfig.defaults());
  }

  @Test
  void shouldGetTokensByEveryWay() throws IOException {
    ObsCloud.User owner = obs().owner;
    List<IdentityConfig> identities =
        List.of(
            obs().identity(owner),
            obs().olderIdentity(owner),
            obs().applicationIdentity(obs().cloud.newApplicationCredential(owner)),
            variant(null, new Party(owner.id(), null), byName(owner), owner.password()));
    for (IdentityConfig identity : identities) {
      Token token = obs().keystone(identity).fetch();
      assertEquals(owner.id(), token.userId(), identity.type().name());
      assertEquals(owner.projectId(), token.projectId(), identity.type().name());
      assertTrue(token.lifetime().compareTo(Duration.ofMinutes(59)) > 0, token.lifetime() + "");
      assertTrue(token.lifetime().compareTo(Duration.ofMinutes(61)) < 0, token.lifetime() + "");
    }
  }

  private static Party byName(ObsCloud.User user) {
    return new Party(user.projectName(), "Default");
  }

  @Test
  void shouldBelieveTheServiceHowLongATokenLives() throws IOException {
    obs().servers.tokensLive(Duration.ofSeconds(7));
    try {
      for (IdentityConfig identity :
          List.of(obs().identity(obs().owner), obs().olderIdentity(obs().owner))) {
        long seconds = obs().keystone(identity).fetch().lifetime().toSeconds();
        assertTrue(seconds >= 6 && seconds <= 7, seconds + " s");
      }
    } finally {
      obs().servers.tokensLive(Duration.ofHours(1));
    }
  }

  @Test
  void shouldSayWhatIsWrongAndShowNoSecret() throws IOException {
    ObsCloud.User owner = obs().owner;
    Party user = new Party(owner.name(), "Default");
    Party foreign = new Party(obs().cloud.newOwner().projectId(), null);
    String elsewhere = obs().servers.url(Server.PROXY, "/v3").toString();
    assertFails("it answers 401: check", variant(null, user, byName(owner), "wrong-guess"));
    assertFails("it answers 401: check", variant(null, user, foreign, owner.password()));
    assertFails(
        "check that url is the identity service's",
        variant(elsewhere, user, byName(owner), owner.password()));
    assertFails("connection refused", variant("http://127.0.0.1:1/v3", user, byName(owner), "x"));
    assertFails(
        "its name is not known",
        variant("http://no-such-host.invalid/v3", user, byName(owner), "x"));
    IdentityConfig withoutFile = obs().identity(owner);
    Files.delete(withoutFile.secret().file());
    assertFails("its secret cannot be read: check /", withoutFile);
  }

  private void assertFails(String words, IdentityConfig identity) throws IOException {
    StoreException e = assertThrows(StoreException.class, () -> obs().keystone(identity).fetch());
    String message = String.valueOf(e.getMessage());
    assertEquals(Code.NOT_AUTHENTICATED, e.code(), message);
    assertTrue(message.contains(words), message);
    assertTrue(!message.contains("wrong-guess") && !message.contains("secret-of"), message);
  }

  @Test
  void shouldTakeANewSecretWithoutARestart() throws IOException {
    IdentityConfig identity = obs().identity(obs().owner);
    KeystoneClient client = obs().keystone(identity);
    client.fetch();
    obs().cloud.changePassword(obs().owner, "another-one");
    assertThrows(StoreException.class, client::fetch);
    Files.writeString(identity.secret().file(), "another-one\n");
    assertEquals(obs().owner.id(), client.fetch().userId());
  }

  @Test
  void shouldMakeOneAccessKeyAndFindItAgain() throws IOException {
    AccessKey made = keys(obs().identity(obs().owner)).current();
    assertEquals(List.of(made.id()), obs().cloud.accessKeys(obs().owner));
    AccessKeySource later = keys(obs().olderIdentity(obs().owner));
    assertEquals(made, later.current());
    assertEquals(made, later.renewed(made));
    assertEquals(List.of(made.id()), obs().cloud.accessKeys(obs().owner));
    assertTrue(made.secret().length() > 10);
    assertEquals(made.id() + ":***", made.toString());

    obs().cloud.deleteAccessKey(obs().owner, made.id());
    assertEquals(made, later.current());
    AccessKey second = later.renewed(made);
    assertNotEquals(made, second);
    assertEquals(List.of(second.id()), obs().cloud.accessKeys(obs().owner));
  }

  @Test
  void shouldFindAccessKeysAlsoWithATokenThatWasRevoked() throws IOException {
    IdentityConfig identity = obs().identity(obs().owner);
    TokenSource tokens = obs().tokens(identity);
    AccessKeySource source = AccessKeySource.kept(identity, obs().keystone(identity), tokens);
    AccessKey first = source.current();
    obs().cloud.revoke(tokens.current().text());
    assertEquals(first, source.renewed(first));
  }

  private AccessKeySource keys(IdentityConfig identity) throws IOException {
    return AccessKeySource.kept(identity, obs().keystone(identity), obs().tokens(identity));
  }

  @Test
  void shouldTakeTheConfiguredAccessKey() throws IOException {
    IdentityConfig identity =
        new IdentityConfig(
            "fixed",
            Kind.EC2,
            null,
            null,
            null,
            "AK",
            obs().secret("SK"),
            ConnectionConfig.defaults());
    assertEquals(new AccessKey("AK", "SK"), AccessKeySource.configured(identity).current());
  }
}
