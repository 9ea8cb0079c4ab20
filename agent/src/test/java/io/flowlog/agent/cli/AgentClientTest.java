package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line's client against things that are no good agent. */
class AgentClientTest {
  private static final int ANSWER_BYTES_MAX = 1000;

  private final Path socket;
  private final ServerSocketChannel server;

  AgentClientTest(@TempDir Path folder) throws IOException {
    socket = folder.resolve("agent.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), 1);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private byte[] ask(Duration patience) throws CommandFailure {
    return new AgentClient(socket, patience, ANSWER_BYTES_MAX).get("/page");
  }

  /** Asks a server that says that and closes, whatever it is asked. */
  private byte[] askAndHear(String answer) throws Exception {
    Thread thread =
        new Thread(
            () -> {
              try (SocketChannel client = server.accept()) {
                client.read(ByteBuffer.allocate(1000));
                client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
              } catch (IOException e) {
                return; // the client went first
              }
            });
    thread.start();
    try {
      return ask(Duration.ofSeconds(30));
    } finally {
      thread.join();
    }
  }

  private String failure(String answer) {
    return String.valueOf(
        assertThrows(CommandFailure.class, () -> askAndHear(answer)).getMessage());
  }

  private static String reply(int lengthBytes, String body) {
    return "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: " + lengthBytes + "\r\nX: y\r\n\r\n" + body;
  }

  @Test
  void shouldReturnTheBody() throws Exception {
    assertArrayEquals("here".getBytes(StandardCharsets.UTF_8), askAndHear(reply(4, "here")));
    assertArrayEquals(new byte[0], askAndHear(reply(0, "")));
  }

  @Test
  void shouldNotTakePartOfAnAnswerForAnAnswer() {
    String broken =
        "the agent at "
            + socket
            + " broke off its answer, or is no agent: look at its log, and ask again";
    for (String answer :
        new String[] {
          "",
          "220 mail.example.com ESMTP\r\n\r\n",
          "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 200 OK\r\n\r\n",
          reply(4, "her"),
          reply(4, "heres"),
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
        }) {
      assertEquals(broken, failure(answer), answer);
    }
  }

  @Test
  void shouldTellWhatTheAgentSaysInstead() {
    assertEquals(
        "the agent at " + socket + " answers 404: no\\u001b such page",
        failure("HTTP/1.1 404 Not Found\r\ncontent-length: 14\r\n\r\nno\u001b such page\n"));
  }

  @Test
  void shouldNotReadWithoutEnd() {
    assertEquals(
        "the agent at " + socket + " sends more than 1000 bytes: no agent does",
        failure("x".repeat(100_000)));
  }

  @Test
  void shouldNotWaitWithoutEnd() throws IOException {
    String silent =
        "the agent at "
            + socket
            + " does not answer within 0 s: look at its log (journalctl -u flowlog-agent), or start"
            + " it anew (systemctl restart flowlog-agent)";
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < 4; i++) { // nobody takes the connections: from some on, the queue is full
      CommandFailure failure = assertThrows(CommandFailure.class, () -> ask(Duration.ofMillis(50)));
      failures.add(String.valueOf(failure.getMessage()));
    }
    assertEquals(List.of(silent, silent, silent, silent), failures);
  }

  @Test
  void shouldReadRowsAndNothingElse() throws IOException {
    List<AnswerRow> rows =
        AnswerRow.read(
            "{\"list\":[{\"a\":1,\"b\":null,\"c\":[\"x\",[\"y\"]],\"d\":{\"e\":[]},\"f\":true},{}]}"
                .getBytes(StandardCharsets.UTF_8),
            "list");
    assertEquals(2, rows.size());
    assertEquals("1", rows.get(0).text("a"));
    assertEquals("", rows.get(0).text("b"));
    assertEquals(List.of("x", "y"), rows.get(0).texts("c"));
    assertEquals("", rows.get(0).text("d"));
    assertEquals("true", rows.get(0).text("f"));
    for (String json :
        new String[] {
          "",
          "[]",
          "{}",
          "{\"other\":[]}",
          "{\"list\":{}}",
          "{\"list\":[1]}",
          "{\"list\":[",
          "{\"list\":[{\"a\":",
          "{\"list\":[{\"a\":[",
          "{\"list\":[{\"a\":1",
          "no"
        }) {
      assertThrows(
          IOException.class,
          () -> AnswerRow.read(json.getBytes(StandardCharsets.UTF_8), "list"),
          json);
    }
    assertTrue(AnswerRow.read("{\"list\":[]}".getBytes(StandardCharsets.UTF_8), "list").isEmpty());
  }
}
