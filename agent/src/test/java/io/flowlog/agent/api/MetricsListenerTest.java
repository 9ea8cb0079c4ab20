package io.flowlog.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The endpoints as monitoring uses them, over real sockets. */
class MetricsListenerTest {
  private static final ApiConfig.Endpoint ANY_PORT = new ApiConfig.Endpoint("127.0.0.1", 0);
  private static final String NO_PAGE = "no such page here: there is /health, /metrics\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicReference<Health> health = new AtomicReference<>(Health.starting());
  private final PublishedMetrics metrics = new PublishedMetrics("1.2.3", health::get);
  private MetricsListener listener;

  MetricsListenerTest() throws ListenException {
    listener = MetricsListener.open(ANY_PORT, metrics, health::get);
  }

  @AfterEach
  void close() {
    listener.close();
    metrics.close();
  }

  @Test
  void shouldServeTheMetrics() throws Exception {
    CounterSet counters = new CounterSet();
    counters.add(AgentCounter.FRAMES, 4711);
    metrics.add(counters);
    HttpResponse<String> response = ask("GET", "/metrics");
    assertEquals(200, response.statusCode());
    assertEquals(
        List.of("text/plain; version=0.0.4; charset=utf-8"),
        response.headers().allValues("content-type"));
    assertEquals(List.of("no-store"), response.headers().allValues("cache-control"));
    assertTrue(response.body().contains("\nflowlog_frames_total 4711.0\n"), response::body);
    counters.increment(AgentCounter.FRAMES);
    assertTrue(
        ask("GET", "/metrics?name[]=x").body().contains("\nflowlog_frames_total 4712.0\n"),
        "a query is no other page");
  }

  @Test
  void shouldTellHealth() throws Exception {
    expectHealth(
        503,
        "{\"status\":\"not ready\",\"ready\":false,\"live\":true,\"problems\":[],"
            + "\"host\":[]}\n");
    health.set(new Health(true, true, List.of(), List.of()));
    expectHealth(
        200, "{\"status\":\"ok\",\"ready\":true,\"live\":true,\"problems\":[]," + "\"host\":[]}\n");
    health.set(
        new Health(true, true, List.of("no drop evidence: \"DROP\"\\\n\u0001é", "b"), List.of()));
    expectHealth(
        200,
        "{\"status\":\"degraded\",\"ready\":true,\"live\":true,\"problems\":"
            + "[\"no drop evidence: \\\"DROP\\\"\\\\\\n\\u0001é\",\"b\"],\"host\":[]}\n");
    health.set(
        new Health(true, false, List.of("capture-0 stands still"), List.of("clock: good: tsc")));
    expectHealth(
        503,
        "{\"status\":\"failed\",\"ready\":true,\"live\":false,"
            + "\"problems\":[\"capture-0 stands still\"],"
            + "\"host\":[\"clock: good: tsc\"]}\n");
  }

  private void expectHealth(int status, String json) throws Exception {
    HttpResponse<String> response = ask("GET", "/health");
    assertEquals(json, response.body());
    assertEquals(status, response.statusCode());
    assertEquals(List.of("application/json"), response.headers().allValues("content-type"));
  }

  @Test
  void shouldAnswerHeadWithoutBody() throws Exception {
    for (String page : new String[] {"/metrics", "/health", "/nothing"}) {
      HttpResponse<String> head = ask("HEAD", page);
      assertEquals(ask("GET", page).statusCode(), head.statusCode());
      assertEquals("", head.body());
      assertTrue(head.headers().firstValueAsLong("content-length").orElse(0) > 0);
    }
  }

  @Test
  void shouldServeNothingElse() throws Exception {
    for (String page : new String[] {"/", "/metrics/", "/Metrics", "/health/x", "/..%2fhealth"}) {
      expectWords(404, NO_PAGE, ask("GET", page));
      expectWords(404, NO_PAGE, ask("DELETE", page));
    }
  }

  @Test
  void shouldOnlyBeRead() throws Exception {
    for (String method : new String[] {"DELETE", "OPTIONS", "PATCH", "BREW"}) {
      HttpResponse<String> response = ask(method, "/metrics");
      expectWords(405, "this page can only be read: use GET, HEAD\n", response);
      assertEquals(List.of("GET, HEAD"), response.headers().allValues("allow"));
    }
  }

  @Test
  void shouldTakeNoBody() throws Exception {
    for (HttpRequest.BodyPublisher body :
        List.of(
            BodyPublishers.ofString("x"),
            BodyPublishers.ofByteArray(new byte[1 << 20]),
            BodyPublishers.fromPublisher(BodyPublishers.ofString("chunked")))) {
      HttpRequest request =
          HttpRequest.newBuilder(uri("/health"))
              .version(HttpClient.Version.HTTP_1_1)
              .POST(body)
              .build();
      expectWords(
          400,
          "nothing here takes a request body: send none\n",
          client.send(request, BodyHandlers.ofString()));
    }
  }

  private static void expectWords(int status, String words, HttpResponse<String> response) {
    assertEquals(words, response.body());
    assertEquals(status, response.statusCode());
    assertEquals(
        List.of("text/plain; charset=utf-8"), response.headers().allValues("content-type"));
  }

  @Test
  void shouldKeepAConnectionThatIsUsedAgain() throws IOException {
    try (RawClient raw = raw(listener.endpoint())) {
      for (int i = 0; i < 100; i++) {
        String answer = raw.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").answer();
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
      }
      String last = "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      assertTrue(raw.send(last).untilClosed().contains("\r\nconnection: close\r\n"));
    }
    try (RawClient raw = raw(listener.endpoint())) {
      assertTrue(raw.send("GET /health HTTP/1.0\r\n\r\n").untilClosed().contains("not ready"));
    }
  }

  @Test
  void shouldSayThatAPageFailed() throws Exception {
    listener.close();
    listener =
        MetricsListener.open(
            ANY_PORT,
            metrics,
            () -> {
              throw new IllegalStateException("no snapshot");
            });
    expectWords(
        500,
        "a mistake in the program: report it with this line:"
            + " java.lang.IllegalStateException: no snapshot\n",
        ask("GET", "/health"));
    assertEquals(404, ask("GET", "/").statusCode());
  }

  @Test
  void shouldFreeItsPortForTheNextStart() throws Exception {
    for (int i = 0; i < 20; i++) {
      ApiConfig.Endpoint endpoint = listener.endpoint();
      try (RawClient raw = raw(endpoint)) {
        raw.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").answer();
        listener.close();
        assertEquals("", raw.untilClosed());
        listener = MetricsListener.open(endpoint, metrics, health::get);
        assertEquals(endpoint, listener.endpoint());
        assertEquals(503, ask("GET", "/health").statusCode());
      }
    }
  }

  @Test
  void shouldSayWhoHasThePort() {
    int port = listener.endpoint().port();
    assertEquals(
        "cannot listen on 127.0.0.1:"
            + port
            + ": another program has the port: end it (ss -ltnp 'sport = :"
            + port
            + "' names it), or set api.metrics_listen to a free port",
        refusal(listener.endpoint()));
  }

  @Test
  void shouldSayThatTheAddressIsNotOfThisHost() {
    assertEquals(
        "cannot listen on 192.0.2.1:9465: this host has no such address:"
            + " set api.metrics_listen to one that ip address shows",
        refusal(new ApiConfig.Endpoint("192.0.2.1", 9465)));
    assertTrue(
        refusal(new ApiConfig.Endpoint("2001:db8::1", 9465))
            .startsWith("cannot listen on [2001:db8::1]:9465: "));
  }

  @Test
  void shouldExplainOtherRefusals() {
    assertEquals(
        "cannot listen on 127.0.0.1:80: ports below 1024 are not for this user:"
            + " set api.x to a higher port",
        ListenException.of(
                new ApiConfig.Endpoint("127.0.0.1", 80),
                "api.x",
                new SocketException("Permission denied"))
            .getMessage());
    assertEquals(
        "cannot listen on 127.0.0.1:80: no reason given:"
            + " set api.x to an address of this host and a free port",
        ListenException.of(new ApiConfig.Endpoint("127.0.0.1", 80), "api.x", null).getMessage());
  }

  private static RawClient raw(ApiConfig.Endpoint endpoint) throws IOException {
    return new RawClient(new InetSocketAddress(endpoint.address(), endpoint.port()));
  }

  private String refusal(ApiConfig.Endpoint endpoint) {
    ListenException refusal =
        assertThrows(
            ListenException.class,
            () -> MetricsListener.open(endpoint, metrics, health::get).close());
    return String.valueOf(refusal.getMessage());
  }

  private HttpResponse<String> ask(String method, String page) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(page)).method(method, BodyPublishers.noBody()).build();
    return client.send(request, BodyHandlers.ofString());
  }

  private URI uri(String page) {
    String text = "http://" + listener.endpoint() + page;
    return URI.create(text.replace("[", "%5B").replace("]", "%5D"));
  }
}
