package io.flowlog.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that mean no good cost a listener little, and others nothing. */
abstract class HostileClientContract {
  private static final String REQUEST = "GET /page HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final int PAGE_BYTES = 1 << 20;
  private static final int CONNECTIONS = 8;
  private static final int SOAK = Integer.getInteger("flowlog.soak", 1);

  private final AtomicInteger asked = new AtomicInteger();
  private final ListenPlace place;
  private HttpListener listener;

  HostileClientContract(ListenPlace place) throws ListenException {
    this.place = place;
    listener = open(Duration.ofMinutes(10));
  }

  private HttpListener open(Duration patience) throws ListenException {
    Map<String, Page> pages =
        Map.of(
            "/page",
            () -> Answer.words(200, "here"),
            "/large",
            () -> {
              asked.incrementAndGet();
              return Answer.words(200, "x".repeat(PAGE_BYTES));
            });
    ClientLimits limits = new ClientLimits(CONNECTIONS, 200, 500, 10, patience);
    return HttpListener.open(place, new Pages(pages, Map.of()), limits);
  }

  @AfterEach
  void close() throws IOException {
    expectServed(); // whatever happened before
    listener.close();
  }

  private void beImpatient() throws IOException {
    listener.close();
    listener = open(Duration.ofMillis(300));
  }

  private void expectServed() throws IOException {
    try (RawClient client = new RawClient(listener.address())) {
      assertTrue(client.send(REQUEST).answer().endsWith("\r\n\r\nhere\n"));
    }
  }

  private String reply(String text) throws IOException {
    try (RawClient client = new RawClient(listener.address())) {
      return client.send(text).untilClosed();
    }
  }

  private void expectFault(int status, String words, String request) throws IOException {
    String reply = reply(request);
    assertTrue(reply.startsWith("HTTP/1.1 " + status + " "), reply);
    assertTrue(reply.endsWith("\r\n\r\n" + words + "\n"), reply);
    assertTrue(reply.contains("\r\nconnection: close\r\n"), reply);
  }

  @Test
  void shouldSayWhatIsTooLarge() throws IOException {
    String line = "the request's first line is longer than 200 bytes";
    expectFault(414, line, "GET /" + "x".repeat(200) + " HTTP/1.1\r\n\r\n");
    expectFault(414, line, "x".repeat(100_000));
    String headers = "the request's headers are longer than 500 bytes";
    expectFault(431, headers, "GET /page HTTP/1.1\r\nA: " + "x".repeat(500) + "\r\n\r\n");
    expectFault(431, headers, "GET /page HTTP/1.1\r\n" + "A: x\r\n".repeat(1_000_000));
    String many = "GET /page HTTP/1.1\r\n" + "A: x\r\n".repeat(11) + "\r\n";
    expectFault(431, "more than 10 headers", many);
  }

  @Test
  void shouldSayThatARequestCannotBeRead() throws IOException {
    String unreadable = "this is no HTTP request that can be read";
    for (String request :
        new String[] {
          "hello\r\n\r\n",
          "GET /page HTTP/1.1\r\nContent-Length: many\r\n\r\n",
          "GET /page HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "GET /page HTTP/1.1\r\n: x\r\n\r\n",
          "GET /page HTTP/x\r\n\r\n",
          "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"
        }) {
      expectFault(400, unreadable, request);
    }
  }

  @Test
  void shouldTakeNoBodyHoweverItIsAnnounced() throws IOException {
    String words = "nothing here takes a request body: send none";
    String start = "POST /page HTTP/1.1\r\nHost: a\r\n";
    expectFault(400, words, start + "Content-Length: 9223372036854775807\r\n\r\nx");
    expectFault(400, words, start + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
    expectFault(400, words, start + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n" + REQUEST);
    String endless = start + "Transfer-Encoding: chunked\r\n\r\n" + "5\r\nabcde\r\n".repeat(50_000);
    expectFault(400, words, endless);
  }

  @Test
  void shouldAnswerPipelinedRequestsInTurn() throws IOException {
    try (RawClient client = new RawClient(listener.address())) {
      client.send(REQUEST.repeat(500) + "GET /none HTTP/1.1\r\nConnection: close\r\n\r\n");
      String all = client.untilClosed();
      assertEquals(500, all.split("HTTP/1.1 200 OK", -1).length - 1);
      assertEquals(1, all.split("HTTP/1.1 404 Not Found", -1).length - 1);
    }
  }

  @Test
  void shouldKeepOneAnswerForAClientThatDoesNotRead() throws Exception {
    beImpatient();
    byte[] requests =
        "GET /large HTTP/1.1\r\n\r\n".repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
    try (SocketChannel client = SocketChannel.open(listener.address())) {
      client.configureBlocking(false);
      assertTrue(isCutOff(client, requests), "the connection is not closed");
    }
    // the kernel's buffers take some; a thousand and more were asked for
    assertTrue(asked.get() < 50, asked::toString);
  }

  /** Sends without reading until the other side closes. */
  private static boolean isCutOff(SocketChannel client, byte[] bytes) throws Exception {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    for (int i = 0; i < 3000; i++) {
      try {
        client.write(out);
      } catch (IOException e) {
        return true;
      }
      if (!out.hasRemaining()) {
        out.rewind();
      }
      Thread.sleep(10);
    }
    return false;
  }

  @Test
  void shouldCloseWhoNeverCompletesARequest() throws Exception {
    beImpatient();
    assertEquals("", reply(""));
    assertEquals("", reply("GET /page HTTP/1.1\r\nA: "));
    try (SocketChannel client = SocketChannel.open(listener.address())) {
      client.write(ByteBuffer.wrap("GET /page HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII)));
      client.configureBlocking(false);
      assertTrue(isCutOff(client, "A".getBytes(StandardCharsets.US_ASCII)), "a trickle holds it");
    }
  }

  @Test
  void shouldCloseWhoAskedOnceAndIsSilent() throws IOException {
    beImpatient();
    try (RawClient client = new RawClient(listener.address())) {
      client.send(REQUEST).answer();
      assertEquals("", client.untilClosed());
    }
  }

  @Test
  void shouldCloseTheSilentForThoseWhoAsk() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        clients.add(new RawClient(listener.address()).send("GET "));
      }
      // the last one is served: all have been taken in, so that the user is the last that asked
      clients.get(CONNECTIONS - 1).send("/page HTTP/1.1\r\n\r\n").answer();
      RawClient user = clients.get(0).send("/page HTTP/1.1\r\n\r\n");
      assertTrue(user.answer().endsWith("here\n"));
      // Each turn takes two places, if the listener has not heard yet that the first was given
      // back.
      for (int i = 1; i < CONNECTIONS / 2; i++) {
        expectServed();
        clients.add(new RawClient(listener.address()));
      }
      assertEquals("", clients.get(1).untilClosed());
      assertTrue(user.send(REQUEST).answer().endsWith("here\n"), "asked last, closed last");
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void shouldSurviveAnyBytes() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 2000 * SOAK; i++) {
      byte[] bytes = hostileBytes(random);
      try (RawClient client = new RawClient(listener.address())) {
        String reply = client.send(bytes).end().untilClosed();
        assertTrue(
            reply.isEmpty() || reply.startsWith("HTTP/1.1 "),
            () -> Arrays.toString(bytes) + ": " + reply);
      }
      if (i % 100 == 0) {
        expectServed();
      }
    }
  }

  /** Returns requests with bytes changed, cut out, repeated, or nothing like a request. */
  private static byte[] hostileBytes(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(3000)];
    random.nextBytes(bytes);
    if (random.nextInt(4) == 0) {
      return bytes;
    }
    String start = "GET /page HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: x\r\n\r\n123";
    byte[] request = start.repeat(1 + random.nextInt(20)).getBytes(StandardCharsets.ISO_8859_1);
    for (int change = random.nextInt(6); change >= 0; change--) {
      int at = random.nextInt(request.length);
      int length = Math.min(random.nextInt(4), Math.min(bytes.length, request.length - at));
      System.arraycopy(bytes, 0, request, at, length);
    }
    return Arrays.copyOf(request, 1 + random.nextInt(request.length));
  }
}
