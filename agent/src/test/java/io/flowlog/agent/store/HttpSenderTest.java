package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.flowlog.agent.store.HttpSender.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against small servers: encryption, redirects, proxies, and answers that are not to be borne. */
@Timeout(60)
class HttpSenderTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path folder;
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch end = new CountDownLatch(1);
  private @Nullable HttpServer server;

  @AfterEach
  void stop() {
    end.countDown();
    if (server != null) {
      server.stop(0);
    }
  }

  private String start(HttpServer made) {
    server = made;
    made.setExecutor(Executors.newCachedThreadPool());
    made.createContext("/", this::answer);
    made.start();
    return "127.0.0.1:" + made.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    asked.add(path);
    exchange.getResponseHeaders().add("Location", "/elsewhere");
    if (path.endsWith("/hang")) {
      exchange.sendResponseHeaders(200, 10);
      exchange.getResponseBody().write('x');
      exchange.getResponseBody().flush();
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else if (path.endsWith("/endless")) {
      exchange.sendResponseHeaders(200, 0);
      byte[] part = new byte[1 << 16];
      for (int i = 0; i < 2 * AnswerBody.BYTES_MAX / part.length; i++) {
        exchange.getResponseBody().write(part);
      }
    } else {
      byte[] body = "body".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(path.endsWith("/moved") ? 301 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private static Answer get(ConnectionConfig config, String url) throws IOException {
    return new HttpSender(config).send(HttpRequest.newBuilder(URI.create(url)), 0);
  }

  private static ConnectionConfig config(TlsConfig tls, ConnectionConfig.@Nullable Proxy proxy) {
    return new ConnectionConfig(tls, proxy, Duration.ofSeconds(5), Duration.ofSeconds(1));
  }

  private static HttpServer plain() throws IOException {
    return HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
  }

  @Test
  void shouldNotFollowRedirects() throws IOException {
    String address = start(plain());
    assertEquals(
        301, get(config(TlsConfig.defaults(), null), "http://" + address + "/moved").status());
    assertEquals(List.of("/moved"), asked);
  }

  @Test
  void shouldGiveUpAnAnswerThatBreaksOffOrDoesNotEnd() throws IOException {
    String address = start(plain());
    ConnectionConfig config = config(TlsConfig.defaults(), null);
    IOException e =
        assertThrows(IOException.class, () -> get(config, "http://" + address + "/hang"));
    assertTrue(HttpFailure.words(e).startsWith("no answer in time"), HttpFailure.words(e));
    IOException large =
        assertThrows(IOException.class, () -> get(config, "http://" + address + "/endless"));
    assertTrue(HttpFailure.words(large).contains("larger than"), HttpFailure.words(large));
  }

  @Test
  void shouldGoByTheProxy() throws IOException {
    start(plain());
    int port = plainPort();
    ConnectionConfig config =
        config(TlsConfig.defaults(), new ConnectionConfig.Proxy("127.0.0.1", port));
    assertEquals("body", get(config, "http://store.invalid/a").body());
    assertEquals(List.of("http://store.invalid/a"), asked);
  }

  private int plainPort() {
    return server == null ? 0 : server.getAddress().getPort();
  }

  @Test
  void shouldBelieveTheNamedAuthorityAndTheRightNameOnly() throws Exception {
    TlsConfig right = certificate("right", "IP:127.0.0.1");
    String address = start(encrypted(right, false));
    TlsConfig trusting = new TlsConfig(right.certificateFile(), null, null);
    assertEquals("body", get(config(trusting, null), "https://" + address + "/").body());

    assertTlsFails(TlsConfig.defaults(), "https://" + address + "/");
    assertTlsFails(trusting, "https://localhost:" + plainPort() + "/");
    assertEquals(List.of("/"), asked);
  }

  @Test
  void shouldShowItsCertificateToAServerThatWantsOne() throws Exception {
    TlsConfig both = certificate("both", "IP:127.0.0.1");
    TlsConfig own = new TlsConfig(both.certificateFile(), both.certificateFile(), both.key());
    String address = start(encrypted(own, true));
    assertEquals("body", get(config(own, null), "https://" + address + "/").body());
    TlsConfig withoutOwn = new TlsConfig(both.certificateFile(), null, null);
    assertThrows(IOException.class, () -> get(config(withoutOwn, null), "https://" + address));
    assertEquals(List.of("/"), asked);
  }

  private static void assertTlsFails(TlsConfig tls, String url) {
    IOException e = assertThrows(IOException.class, () -> get(config(tls, null), url));
    assertTrue(HttpFailure.words(e).startsWith("TLS failed ("), HttpFailure.words(e));
  }

  private TlsConfig certificate(String name, String alternative) throws Exception {
    Path key = folder.resolve(name + ".key");
    Path certificate = folder.resolve(name + ".pem");
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=test",
                "-addext",
                "subjectAltName=" + alternative,
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, openssl.waitFor(), words);
    assertTrue(Files.exists(key));
    return new TlsConfig(null, certificate, new SecretConfig(key));
  }

  private static HttpServer encrypted(TlsConfig own, boolean wantsCertificate) throws IOException {
    HttpsServer made = HttpsServer.create(new InetSocketAddress(LOOPBACK, 0), 0);
    made.setHttpsConfigurator(
        new HttpsConfigurator(own.context()) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
            ssl.setNeedClientAuth(wantsCertificate);
            parameters.setSSLParameters(ssl);
          }
        });
    return made;
  }

  @Test
  void shouldUnderstandWhenToComeAgain() {
    Instant now = Instant.parse("2026-11-20T12:00:00Z");
    assertEquals(Duration.ofSeconds(7), retryAfter("7", now));
    assertEquals(Duration.ofSeconds(90), retryAfter("Fri, 20 Nov 2026 12:01:30 GMT", now));
    assertEquals(RetryAfter.MAX, retryAfter("999999999", now));
    for (String wrong : new String[] {"", "-1", "soon", "Fri, 20 Nov 2026 11:00:00 GMT"}) {
      assertNull(retryAfter(wrong, now), wrong);
    }
  }

  private static @Nullable Duration retryAfter(String value, Instant now) {
    return RetryAfter.of(
        HttpHeaders.of(Map.of("Retry-After", List.of(value)), (a, b) -> true), now);
  }
}
