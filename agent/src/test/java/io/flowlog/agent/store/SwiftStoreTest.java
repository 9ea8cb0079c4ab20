package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.ObsServers.Outage;
import io.flowlog.agent.store.ObsServers.Server;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real Swift and Keystone: what is stored, and what each failure is called. */
@Timeout(120)
@SuppressWarnings("try") // outages last until the end of their blocks
class SwiftStoreTest extends ObjectStoreContract {
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
      known = obs().swift(obs().identity(obs().owner));
      store = known;
    }
    return known;
  }

  @Override
  protected byte @Nullable [] stored(String key) {
    return obs().stored(key);
  }

  private StoreException failure() throws IOException {
    return failure(store());
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
  void shouldNotNeedToRead() throws IOException {
    ObsCloud.User writer = obs().cloud.newOwner();
    String allowed = writer.projectId() + ":" + writer.id();
    obs().cloud.setContainer(obs().owner, ObsFixture.CONTAINER, "X-Container-Write", allowed);
    ObjectStore writing = obs().swift(obs().identity(writer));
    writing.put(sealed(KEY, bytes("content")));
    writing.put(sealed(KEY, bytes("content 2")));
    writing.putEmpty(new ObjectKey(".probe"));
    writing.delete(new ObjectKey(".probe"));
    assertArrayEquals(bytes("content 2"), stored(KEY));
    assertEquals(
        List.of(ObsFixture.FOLDER + "/" + KEY),
        obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  @Test
  void shouldSayThatItMayNotWrite() throws IOException {
    ObsCloud.User stranger = obs().cloud.newOwner();
    ObsCloud.User reader = obs().cloud.newUser(obs().owner, "reader");
    for (ObsCloud.User user : List.of(stranger, reader)) {
      StoreException e = failure(obs().swift(obs().identity(user)));
      assertIs(Code.FORBIDDEN, "403: identity '" + user.name() + "' may not write there", e);
      assertEquals("OBSConfigurationError", e.code().errorType());
    }
  }

  @Test
  void shouldSayThatTheContainerIsMissing() throws IOException {
    ObjectStore elsewhere =
        obs().swift(obs().identity(obs().owner), obs().cloud.storageUrl(obs().owner, "none", "a"));
    StoreException e = failure(elsewhere);
    assertIs(Code.NOT_FOUND, "404: the container does not exist", e);
    assertEquals("OBSServiceNotAvailableError", e.code().errorType());
  }

  @Test
  void shouldSayThatThereIsNoRoomAlsoForAFileThatIsUnderWay() throws IOException {
    obs()
        .cloud
        .setContainer(obs().owner, ObsFixture.CONTAINER, "X-Container-Meta-Quota-Bytes", "1000000");
    SealedFile large = sealed(KEY, new byte[30_000_000]);
    StoreException e = assertThrows(StoreException.class, () -> store().put(large));
    assertIs(Code.FULL, "413: no room", e);
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldRenewATokenThatWasRevoked() throws Exception {
    store().put(sealed(KEY, bytes("content")));
    obs().cloud.changePassword(obs().owner, obs().owner.password()); // ends all its tokens
    Thread.sleep(1000); // Keystone reckons in seconds: those of this one are ended, too
    store().put(sealed(KEY, bytes("content 2")));
    assertArrayEquals(bytes("content 2"), stored(KEY));
  }

  @Test
  void shouldRenewATokenThatExpired() throws Exception {
    obs().servers.tokensLive(Duration.ofSeconds(2));
    try {
      store().put(sealed(KEY, bytes("content")));
      Thread.sleep(3000);
    } finally {
      obs().servers.tokensLive(Duration.ofHours(1));
    }
    // the store's own clock stood still: only the refusal tells
    store().put(sealed(KEY, bytes("content 2")));
    assertArrayEquals(bytes("content 2"), stored(KEY));
  }

  @Test
  void shouldSayThatThePasswordIsWrong() throws IOException {
    IdentityConfig good = obs().identity(obs().owner);
    ObjectStore unknown =
        obs()
            .swift(
                new IdentityConfig(
                    good.name(),
                    good.type(),
                    good.url(),
                    good.user(),
                    good.project(),
                    "",
                    obs().secret("wrong-guess"),
                    good.connection()));
    StoreException e = failure(unknown);
    assertIs(Code.NOT_AUTHENTICATED, "it answers 401: check its user, project and secret", e);
    assertEquals("AuthenticationSystemError", e.code().errorType());
    assertFalse(String.valueOf(e.getMessage()).contains("wrong-guess"));
  }

  @Test
  void shouldSayWhatIsOutOfOrderAndGoOnAfterwards() throws IOException {
    store().put(sealed(KEY, bytes("old")));
    try (Outage outage = obs().servers.stop(Server.OBJECT)) {
      assertIs(Code.BUSY, "503: it is out of order or busy", failure());
    }
    try (Outage outage = obs().servers.stop(Server.CONTAINER)) {
      assertIs(Code.BUSY, "503: it is out of order or busy", failure());
    }
    try (Outage outage = obs().servers.stop(Server.PROXY)) {
      assertIs(Code.UNAVAILABLE, "connection refused", failure());
    }
    assertArrayEquals(bytes("old"), stored(KEY));
    store().put(sealed(KEY, bytes("new")));
    assertArrayEquals(bytes("new"), stored(KEY));
  }

  @Test
  void shouldTakeARefusalWithoutKeystoneForOneOfIdentity() throws IOException {
    store().put(sealed(KEY, bytes("old")));
    try (Outage outage = obs().servers.stop(Server.KEYSTONE)) {
      assertIs(Code.NOT_AUTHENTICATED, "connection refused: check the address", failure());
    }
    obs().clock.pass(TokenSource.FAILURE_COUNTS);
    store().put(sealed(KEY, bytes("new")));
    assertArrayEquals(bytes("new"), stored(KEY));
  }

  @Test
  void shouldNotWaitForAStoreThatHangs() throws IOException {
    store = obs().withRequestTimeout(Duration.ofSeconds(1)).swift(obs().identity(obs().owner));
    store().put(sealed(KEY, bytes("old")));
    try (Outage outage = obs().servers.hang(Server.PROXY)) {
      assertIs(Code.UNAVAILABLE, "no answer in time", failure());
    }
    // what hung may still arrive, now or later: it is the same
    store().put(sealed(KEY, bytes("content")));
    assertArrayEquals(bytes("content"), stored(KEY));
  }

  @Test
  void shouldNotWaitForAnIdentityServiceThatHangs() throws IOException {
    store = obs().withRequestTimeout(Duration.ofSeconds(1)).swift(obs().identity(obs().owner));
    try (Outage outage = obs().servers.hang(Server.KEYSTONE)) {
      assertIs(Code.NOT_AUTHENTICATED, "no answer in time", failure());
    }
    obs().clock.pass(TokenSource.FAILURE_COUNTS);
    store().put(sealed(KEY, bytes("new")));
    assertArrayEquals(bytes("new"), stored(KEY));
  }

  @Test
  void shouldMakeAnObjectOfPiecesAppearWhole() throws IOException {
    store = obs().withSegmentBytes(1_000_000).swift(obs().identity(obs().owner));
    byte[] large = new byte[3_500_000];
    new Random(1).nextBytes(large);
    store().put(sealed(KEY, large));
    assertArrayEquals(large, stored(KEY));
    store().put(sealed(KEY, large)); // again, over the same pieces
    assertArrayEquals(large, stored(KEY));
    String pieces = ObsFixture.FOLDER + "/.flowlog-segments/" + KEY + "/1000000/";
    assertEquals(
        List.of(
            pieces + "00000001",
            pieces + "00000002",
            pieces + "00000003",
            pieces + "00000004",
            ObsFixture.FOLDER + "/" + KEY),
        obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  @Test
  void shouldNotCutAFileThatJustFits() throws IOException {
    store = obs().withSegmentBytes(1000).swift(obs().identity(obs().owner));
    store().put(sealed(KEY, new byte[1000]));
    assertEquals(1, obs().cloud.objects(obs().owner, ObsFixture.CONTAINER).size());
  }

  @Test
  void shouldSayWhenObjectsAreToBeDeleted() throws IOException {
    store = obs().withDeleteAfter(Duration.ofDays(2)).swift(obs().identity(obs().owner));
    long before = System.currentTimeMillis() / 1000;
    store().put(sealed(KEY, bytes("content")));
    HttpResponse<byte[]> reply =
        obs().cloud.objectReply(obs().owner, ObsFixture.CONTAINER, ObsFixture.FOLDER + "/" + KEY);
    long deleteAt = reply.headers().firstValueAsLong("X-Delete-At").orElse(0);
    assertTrue(deleteAt >= before + 2 * 86_400, deleteAt + " after " + before);
    assertTrue(deleteAt <= System.currentTimeMillis() / 1000 + 2 * 86_400);
  }

  @Test
  void shouldRefuseKeysThatLeadElsewhere() throws IOException {
    for (String key : List.of("../x", "a/../../x", "/x", "a//x", "a/", "./x", "a/..", ".")) {
      SealedFile file = sealed(key, bytes("content"));
      StoreException e = assertThrows(StoreException.class, () -> store().put(file));
      assertEquals(Code.KEY_REFUSED, e.code(), key);
    }
    assertNull(stored("x"));
    assertEquals(List.of(), obs().cloud.objects(obs().owner, ObsFixture.CONTAINER));
  }

  @Test
  void shouldWriteAsAnApplicationCredentialAndByTheOlderProtocol() throws IOException {
    String[] credential = obs().cloud.newApplicationCredential(obs().owner);
    obs().swift(obs().applicationIdentity(credential)).put(sealed("a", bytes("a")));
    obs().swift(obs().olderIdentity(obs().owner)).put(sealed("b", bytes("b")));
    assertArrayEquals(bytes("a"), stored("a"));
    assertArrayEquals(bytes("b"), stored("b"));
  }

  @Test
  void shouldBeMadeForALoggerOfItsEndpoint() throws IOException {
    IdentityConfig identity = obs().identity(obs().owner);
    StoreConfig config =
        new StoreConfig(List.of(), List.of(identity), List.of(obs().endpoint(identity)), 1, 3);
    StoreFactory factory = new StoreFactory(config, obs().clock);
    String url = obs().cloud.storageUrl(obs().owner, ObsFixture.CONTAINER, "a").toString();
    StorePlace place = factory.open(new Destination(StorageType.OBS, url));
    assertEquals(1, factory.uploadsMax().get(place.endpoint()));
    ObjectStore made = place.store();
    made.put(sealed(KEY, bytes("content")));
    assertArrayEquals(
        bytes("content"), obs().cloud.object(obs().owner, ObsFixture.CONTAINER, "a/" + KEY));
  }

  @Test
  void shouldSayThatAUrlIsOfAnotherForm() throws IOException {
    IdentityConfig identity = obs().identity(obs().owner);
    StoreConfig config =
        new StoreConfig(List.of(), List.of(identity), List.of(obs().endpoint(identity)), 1, 3);
    String url = obs().endpoint(identity).url() + "/bucket/folder";
    StoreFactory factory = new StoreFactory(config, obs().clock);
    ObjectStore unknown = factory.open(new Destination(StorageType.OBS, url)).store();
    assertThrows(StoreException.class, () -> unknown.putEmpty(new ObjectKey("a")));
  }

  @Test
  void shouldSayThatNothingIsSentToAnEndpointThatIsNotNamed() throws IOException {
    StoreConfig config = new StoreConfig(List.of(Path.of("/a")), List.of(), List.of(), 1, 3);
    StoreFactory factory = new StoreFactory(config, new ManualTicks());
    String url = "https://elsewhere.example/v1/AUTH_1/logs/a";
    ObjectStore unknown = factory.open(new Destination(StorageType.OBS, url)).store();
    StoreException e =
        assertThrows(StoreException.class, () -> unknown.put(sealed(KEY, bytes(""))));
    assertTrue(String.valueOf(e.getMessage()).startsWith("nothing is sent to " + url), e::toString);
  }
}
