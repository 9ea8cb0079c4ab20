package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.ObsServers.Outage;
import io.flowlog.agent.store.ObsServers.Server;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against the S3 side of a real Swift: what is stored, and what each failure is called. */
@Timeout(120)
@SuppressWarnings("try") // outages last until the end of their blocks
class S3StoreTest extends ObjectStoreContract {
  private static final String SEGMENTS = ObsFixture.CONTAINER + "+segments";

  @TempDir Path temporary;
  private @Nullable ObsFixture fixture;
  private @Nullable ObjectStore store;

  @BeforeEach
  void makeContainer() {
    fixture = new ObsFixture(temporary);
  }

  private ObsFixture obs() {
    return Objects.requireNonNull(fixture);
  }

  @Override
  protected ObjectStore store() throws IOException {
    ObjectStore known = store;
    if (known == null) {
      known = as(obs().owner);
      store = known;
    }
    return known;
  }

  /** Returns a store that writes as a user, with a key that Keystone keeps. */
  private ObjectStore as(ObsCloud.User user) throws IOException {
    IdentityConfig identity = obs().identity(user);
    return obs()
        .s3(obs().s3Endpoint(identity, ObsServers.REGION), obs().keys(identity), Clock.systemUTC());
  }

  private ObjectStore with(String access, String secret, String region) throws IOException {
    IdentityConfig identity = obs().signingIdentity("signer", access, secret);
    return obs()
        .s3(
            obs().s3Endpoint(identity, region),
            AccessKeySource.configured(identity),
            Clock.systemUTC());
  }

  private AccessKey key() throws IOException {
    return obs().keys(obs().identity(obs().owner)).current();
  }

  @Override
  protected byte @Nullable [] stored(String key) {
    return obs().stored(key);
  }

  private StoreException failure(ObjectStore failing) throws IOException {
    SealedFile file = sealed(KEY, bytes("content"));
    return assertThrows(StoreException.class, () -> failing.put(file));
  }

  private static void assertIs(Code code, String words, StoreException e) {
    assertEquals(code, e.code(), e.getMessage());
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(words), message);
    assertTrue(message.contains(KEY), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void shouldWriteWithTheConfiguredKey() throws IOException {
    AccessKey key = key();
    with(key.id(), key.secret(), ObsServers.REGION).put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldSayThatTheKeyOrItsSecretIsWrong() throws IOException {
    StoreException secret = failure(with(key().id(), "wrong-guess", ObsServers.REGION));
    assertIs(Code.FORBIDDEN, "403 SignatureDoesNotMatch: the signature is not that of", secret);
    assertEquals("OBSConfigurationError", secret.code().errorType());
    assertFalse(String.valueOf(secret.getMessage()).contains("wrong-guess"));
    StoreException unknown = failure(with("nobodys", "wrong-guess", ObsServers.REGION));
    assertIs(Code.FORBIDDEN, "403 ", unknown);
    assertTrue(String.valueOf(unknown.getMessage()).contains("identity 'signer'"));
  }

  @Test
  void shouldTakeANewKeyWhenKeystoneHasAnother() throws IOException {
    store().put(sealed(KEY, bytes("content")));
    obs().cloud.deleteAccessKey(obs().owner, key().id());
    store().put(sealed(KEY, bytes("content 2")));
    assertArrayEquals(bytes("content 2"), stored(KEY));
    assertEquals(1, obs().cloud.accessKeys(obs().owner).size());
  }

  @Test
  void shouldSayThatTheRegionIsWrong() throws IOException {
    StoreException e = failure(with(key().id(), key().secret(), "elsewhere-1"));
    assertIs(Code.UNAVAILABLE, "it is not of the region 'elsewhere-1': correct region", e);
  }

  @Test
  void shouldSayThatTheClockIsWrongInsteadOfSettingItRight() throws IOException {
    IdentityConfig identity = obs().identity(obs().owner);
    for (Duration off : List.of(Duration.ofHours(-1), Duration.ofHours(1))) {
      ObjectStore skewed =
          obs()
              .s3(
                  obs().s3Endpoint(identity, ObsServers.REGION),
                  obs().keys(identity),
                  Clock.offset(Clock.systemUTC(), off));
      for (int i = 0; i < 2; i++) {
        StoreException e = failure(skewed);
        assertIs(Code.FORBIDDEN, "403 RequestTimeTooSkewed: this host's clock and the store's", e);
        assertEquals("OBSConfigurationError", e.code().errorType());
      }
    }
  }

  @Test
  void shouldSayThatItMayNotWrite() throws IOException {
    StoreException e = failure(as(obs().cloud.newUser(obs().owner, "reader")));
    assertIs(Code.FORBIDDEN, "403 AccessDenied: identity '", e);
  }

  @Test
  void shouldSayThatTheBucketIsMissing() throws IOException {
    StoreException e = failure(as(obs().cloud.newOwner()));
    assertIs(Code.NOT_FOUND, "404 NoSuchBucket: the bucket does not exist", e);
    assertEquals("OBSServiceNotAvailableError", e.code().errorType());
  }

  @Test
  void shouldSayThatThereIsNoRoom() throws IOException {
    obs()
        .cloud
        .setContainer(obs().owner, ObsFixture.CONTAINER, "X-Container-Meta-Quota-Bytes", "1000000");
    SealedFile large = sealed(KEY, new byte[3_000_000]);
    StoreException e = assertThrows(StoreException.class, () -> store().put(large));
    assertIs(Code.FULL, "no room: raise the quota", e);
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldSayWhatIsOutOfOrderAndGoOnAfterwards() throws IOException {
    store().put(sealed(KEY, bytes("old")));
    for (Server server : List.of(Server.OBJECT, Server.CONTAINER)) {
      try (Outage outage = obs().servers.stop(server)) {
        assertIs(Code.BUSY, "it is out of order or busy", failure(store()));
      }
    }
    try (Outage outage = obs().servers.stop(Server.PROXY)) {
      assertIs(Code.UNAVAILABLE, "connection refused", failure(store()));
    }
    try (Outage outage = obs().servers.stop(Server.KEYSTONE)) {
      assertIs(Code.UNAVAILABLE, "500", failure(store()));
    }
    assertArrayEquals(bytes("old"), stored(KEY));
    store().put(sealed(KEY, bytes("new")));
    assertArrayEquals(bytes("new"), stored(KEY));
  }

  @Test
  void shouldNotWaitForAStoreThatHangs() throws IOException {
    obs().withRequestTimeout(Duration.ofSeconds(2));
    store().put(sealed(KEY, bytes("old")));
    try (Outage outage = obs().servers.hang(Server.PROXY)) {
      assertIs(Code.UNAVAILABLE, "no answer in time", failure(store()));
    }
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldMakeAnObjectOfPartsAppearWhole() throws IOException {
    obs().withSegmentBytes(EndpointConfig.SEGMENT_BYTES_MIN);
    byte[] large = new byte[12_000_000];
    new Random(1).nextBytes(large);
    store().put(sealed(KEY, large));
    assertArrayEquals(large, stored(KEY));
    assertEquals(3, pieces());
    store().put(sealed(KEY, large)); // again, in the place of the first
    assertArrayEquals(large, stored(KEY));
    store().put(sealed("b", new byte[(int) S3Store.PART_BYTES_MIN]));
    assertEquals(S3Store.PART_BYTES_MIN, Objects.requireNonNull(stored("b")).length);
    assertEquals(
        List.of(ObsFixture.FOLDER + "/" + KEY, ObsFixture.FOLDER + "/b"),
        obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  private long pieces() {
    return obs().cloud.objects(obs().owner, SEGMENTS).stream()
        .filter(name -> name.matches(".*/[0-9]+"))
        .count();
  }

  @Test
  void shouldTakeBackThePartsOfAnUploadThatFails() throws IOException {
    obs().withSegmentBytes(EndpointConfig.SEGMENT_BYTES_MIN);
    obs().cloud.makeContainer(obs().owner, SEGMENTS);
    obs().cloud.setContainer(obs().owner, SEGMENTS, "X-Container-Meta-Quota-Bytes", "" + (7 << 20));
    SealedFile large = sealed(KEY, new byte[12_000_000]);
    StoreException e = assertThrows(StoreException.class, () -> store().put(large));
    assertIs(Code.FULL, "no room", e);
    assertEquals(0, e.getSuppressed().length);
    assertEquals(List.of(), obs().cloud.objects(obs().owner, SEGMENTS));
    assertEquals(List.of(), obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  @Test
  void shouldBeMadeForALoggerOfEitherFormOfUrl() throws IOException {
    IdentityConfig kept = obs().identity(obs().owner);
    AccessKey key = key();
    IdentityConfig fixed = obs().signingIdentity("fixed", key.id(), key.secret());
    for (IdentityConfig identity : List.of(kept, fixed)) {
      StoreConfig config =
          new StoreConfig(
              List.of(),
              List.of(identity),
              List.of(obs().s3Endpoint(identity, ObsServers.REGION)),
              1,
              3);
      StoreFactory factory = new StoreFactory(config, obs().clock);
      String folder = identity.name() + "/x";
      List<String> urls =
          List.of(
              obs().cloud.storageUrl(obs().owner, ObsFixture.CONTAINER, folder).toString(),
              obs().servers.url(Server.PROXY, "/" + ObsFixture.CONTAINER + "/" + folder) + "/y");
      for (String url : urls) {
        Objects.requireNonNull(factory.storeOf(url)).put(sealed("a", bytes(url)));
      }
      assertArrayEquals(bytes(urls.get(0)), objectIn(folder + "/a"));
      assertArrayEquals(bytes(urls.get(1)), objectIn(folder + "/y/a"));
    }
  }

  private byte @Nullable [] objectIn(String path) {
    return obs().cloud.object(obs().owner, ObsFixture.CONTAINER, path);
  }
}
