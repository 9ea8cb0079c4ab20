package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a small server that answers like Amazon's in moods that Swift does not have. */
@Timeout(60)
class S3AnswersTest {
  private static final String MD5_OF_X = "9dd4e461268c8034f5c8564e155c67a6";

  @TempDir Path folder;
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private volatile int status = 200;
  private volatile String body = "";
  private volatile Map<String, String> headers = Map.of();
  private @Nullable HttpServer server;

  @BeforeEach
  void start() throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    made.createContext("/", this::answer);
    made.start();
    server = made;
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.stop(0);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    var head = exchange.getRequestHeaders();
    asked.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + head.getFirst("Content-MD5")
            + " "
            + head.getFirst("Content-Encoding")
            + " "
            + head.getFirst("Expect"));
    headers.forEach(exchange.getResponseHeaders()::set);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private void refuse(int newStatus, String code) {
    status = newStatus;
    body = "<Error><Code>" + code + "</Code><Message>some words</Message></Error>";
  }

  private S3Store store() throws IOException {
    int port = server == null ? 0 : server.getAddress().getPort();
    URI url = URI.create("http://127.0.0.1:" + port + "/gate");
    Path secret = Files.writeString(folder.resolve("secret"), "SK");
    ConnectionConfig connection = ConnectionConfig.defaults();
    IdentityConfig identity =
        new IdentityConfig(
            "signer",
            IdentityConfig.Kind.EC2,
            null,
            null,
            null,
            "AK",
            new SecretConfig(secret),
            connection);
    EndpointConfig endpoint =
        new EndpointConfig(url, Protocol.S3, identity, url, "KR1", connection, 1, 5L << 30, null);
    return new S3Store(
        new S3Place(url, "Bucket_1", List.of("a")),
        new S3Access(
            endpoint,
            url,
            AccessKeySource.configured(identity),
            new HttpSender(connection),
            Clock.systemUTC()));
  }

  private SealedFile file() throws IOException {
    Path path = Files.writeString(folder.resolve("file"), "x");
    return new SealedFile(new UUID(1, 2), 0, 1, 1, 1, path, new ObjectKey("b c:d"));
  }

  private StoreException failure() throws IOException {
    S3Store store = store();
    SealedFile file = file();
    return assertThrows(StoreException.class, () -> store.put(file));
  }

  @Test
  void shouldSendOnePlainRequestWithTheMd5() throws IOException {
    headers = Map.of("ETag", '"' + MD5_OF_X + '"');
    store().put(file());
    assertEquals(
        List.of("PUT /gate/Bucket_1/a/b%20c%3Ad ndTkYSaMgDT1yFZOFVxnpg== null null"), asked);
  }

  @Test
  void shouldNotBelieveAnotherMd5UnlessTheStoreEncrypts() throws IOException {
    headers = Map.of("ETag", "\"00000000000000000000000000000000\"");
    StoreException e = failure();
    assertEquals(Code.UNAVAILABLE, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("it confirms other bytes"));
    headers =
        Map.of(
            "ETag",
            "\"00000000000000000000000000000000\"",
            "x-amz-server-side-encryption",
            "aws:kms");
    store().put(file());
    headers = Map.of();
    assertEquals(Code.UNAVAILABLE, failure().code());
  }

  @Test
  void shouldTellWhenToComeAgainAndNotComeBefore() throws IOException {
    refuse(503, "SlowDown");
    headers = Map.of("Retry-After", "7");
    StoreException e = failure();
    assertEquals(Code.BUSY, e.code());
    assertEquals(Duration.ofSeconds(7), e.retryAfter());
    assertEquals(1, asked.size());
    headers = Map.of();
    assertNull(failure().retryAfter());
    assertEquals(2, asked.size());
  }

  @Test
  void shouldNotFollowARedirect() throws IOException {
    refuse(301, "PermanentRedirect");
    headers = Map.of("Location", "/elsewhere", "x-amz-bucket-region", "eu-1");
    StoreException e = failure();
    assertEquals(Code.UNAVAILABLE, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains("it is not of the region 'KR1'"));
    assertEquals(1, asked.size());
  }

  @Test
  void shouldCallEachRefusalByItsKind() throws IOException {
    record Case(int status, String name, Code code) {}
    for (Case one :
        List.of(
            new Case(401, "Unauthorized", Code.NOT_AUTHENTICATED),
            new Case(400, "QuotaExceeded", Code.FULL),
            new Case(404, "NoSuchBucket", Code.NOT_FOUND),
            new Case(400, "SlowDown", Code.BUSY),
            new Case(429, "TooManyRequests", Code.BUSY),
            new Case(498, "RateLimit", Code.BUSY),
            new Case(400, "RequestTimeTooSkewed", Code.FORBIDDEN),
            new Case(409, "OperationAborted", Code.UNAVAILABLE),
            new Case(501, "NotImplemented", Code.UNAVAILABLE))) {
      refuse(one.status(), one.name());
      StoreException e = failure();
      assertEquals(one.code(), e.code(), one.name());
      assertTrue(
          String.valueOf(e.getMessage()).contains(one.status() + " " + one.name() + ": "),
          e.getMessage());
    }
  }

  @Test
  void shouldBearAnAnswerThatIsNoXml() throws IOException {
    for (String strange : List.of("no <xml", "<html>\nbad gateway\n</html>", "\u0000", "{}")) {
      status = 502;
      body = strange;
      StoreException e = failure();
      assertEquals(Code.UNAVAILABLE, e.code());
      assertTrue(String.valueOf(e.getMessage()).contains("502"), e.getMessage());
      assertTrue(String.valueOf(e.getMessage()).lines().count() == 1, e.getMessage());
    }
  }
}
