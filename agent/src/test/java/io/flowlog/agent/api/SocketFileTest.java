package io.flowlog.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unix socket as a file, among agents that live, died or were killed. */
class SocketFileTest {
  private static final String REMEDY = ", or set api.socket to another path, or off";

  private final List<Process> children = new ArrayList<>();

  @TempDir Path folder = Path.of("");
  private Path socket = Path.of("");

  @BeforeEach
  void namePath() {
    socket = folder.resolve("agent.sock");
  }

  @AfterEach
  void endChildren() throws InterruptedException {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
  }

  private HttpListener open() throws ListenException {
    Pages pages = new Pages(Map.of("/page", () -> Answer.words(200, "here")), Map.of());
    return HttpListener.open(new SocketFile(socket), pages, ClientLimits.defaults());
  }

  private String refusal() {
    ListenException refusal = assertThrows(ListenException.class, () -> open().close());
    return String.valueOf(refusal.getMessage());
  }

  private void expectServed(HttpListener listener) throws IOException {
    assertEquals(UnixDomainSocketAddress.of(socket), listener.address());
    expectAnswer("GET /page", "HTTP/1.1 200 OK\r\n");
  }

  private void expectAnswer(String request, String start) throws IOException {
    try (RawClient client = new RawClient(UnixDomainSocketAddress.of(socket))) {
      String answer = client.send(request + " HTTP/1.0\r\n\r\n").untilClosed();
      assertTrue(answer.startsWith(start), answer);
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(socket));
  }

  /** Starts a process that listens; returns what it says. */
  private String start(String umask) throws IOException {
    Process child =
        new ProcessBuilder(
                "sh",
                "-c",
                "umask " + umask + "; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SocketChild.class.getName(),
                socket.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    children.add(child);
    BufferedReader words = child.inputReader();
    return String.valueOf(words.readLine());
  }

  @Test
  void shouldBeThereForOwnerAndGroupAndGoneAfterwards() throws IOException {
    try (HttpListener listener = open()) {
      assertEquals("rw-rw----", mode());
      assertEquals(List.of("agent.sock"), names());
      expectServed(listener);
    }
    assertEquals(List.of(), names());
  }

  @Test
  void shouldHaveItsModeWhateverTheUmask() throws IOException, InterruptedException {
    for (String umask : new String[] {"0", "0777"}) {
      assertEquals("listening", start(umask));
      assertEquals("rw-rw----", mode());
      children.get(children.size() - 1).destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldReplaceTheSocketOfAKilledAgent() throws Exception {
    assertEquals("listening", start("077"));
    children.get(0).destroyForcibly().waitFor();
    assertTrue(Files.exists(socket), "was left behind");
    try (HttpListener listener = open()) {
      expectServed(listener);
    }
    assertEquals(List.of(), names());
  }

  @Test
  void shouldRemoveTheSocketWhenItsAgentEnds() throws Exception {
    assertEquals("listening", start("077"));
    children.get(0).getOutputStream().close();
    assertEquals(0, children.get(0).waitFor());
    assertEquals(List.of(), names());
  }

  @Test
  void shouldLeaveTheSocketToAnAgentThatLives() throws IOException {
    String occupied =
        "cannot listen on "
            + socket
            + ": another agent listens there: end it (ss -xlp names it)"
            + REMEDY;
    assertEquals("listening", start("077"));
    assertEquals(occupied, refusal());
    assertEquals(occupied, start("077"), "two processes");
    expectAnswer("GET /health", "HTTP/1.1 503 ");
    assertEquals(List.of("agent.sock"), names());
  }

  @Test
  void shouldNotWaitForAnAgentThatTakesNoConnections() throws IOException {
    try (ServerSocketChannel hung = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      hung.bind(UnixDomainSocketAddress.of(socket), 1);
      List<RawClient> waiting = new ArrayList<>();
      for (int i = 0; i < 2; i++) { // the queue is full then
        waiting.add(new RawClient(UnixDomainSocketAddress.of(socket)));
      }
      assertTrue(refusal().contains("another agent listens there"));
      for (RawClient client : waiting) {
        client.close();
      }
    }
  }

  @Test
  void shouldStartThoughOneWasKilledWhileItStarted() throws IOException {
    Path nursery = Files.createDirectory(folder.resolve(".agent.sock"));
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(nursery.resolve("s")));
    }
    assertTrue(Files.exists(nursery.resolve("s")));
    try (HttpListener listener = open()) {
      expectServed(listener);
      assertEquals(List.of("agent.sock"), names());
    }
  }

  @Test
  void shouldTouchNothingThatIsNoSocket() throws IOException {
    Files.writeString(socket, "important");
    assertEquals(
        "cannot listen on " + socket + ": what is there is no socket: remove it" + REMEDY,
        refusal());
    assertEquals("important", Files.readString(socket));
    Files.delete(socket);
    Files.createSymbolicLink(socket, folder.resolve("elsewhere"));
    assertTrue(refusal().contains("what is there is no socket"));
    assertTrue(Files.isSymbolicLink(socket));
  }

  @Test
  void shouldLeaveTheSocketThatAnotherPutInItsPlace() throws IOException {
    HttpListener first = open();
    Files.move(socket, folder.resolve("first.sock"));
    try (HttpListener second = open()) {
      first.close();
      expectServed(second);
    }
    assertEquals(List.of("first.sock"), names());
  }

  @Test
  void shouldSayThatThereIsNoFolder() {
    socket = folder.resolve("none/agent.sock");
    assertEquals(
        "cannot listen on "
            + socket
            + ": there is no folder "
            + folder.resolve("none")
            + ": make it for the agent's user and group, as systemd does"
            + " (install -d -m 0750 -o flowlog-agent -g flowlog-agent "
            + folder.resolve("none")
            + ")"
            + REMEDY,
        refusal());
  }

  @Test
  void shouldSayThatTheFolderTakesNone() throws IOException {
    socket = Path.of("/proc/agent.sock");
    assertTrue(refusal().contains("have /proc on a disk that takes sockets"), refusal());
    socket = folder.resolve("x".repeat(200));
    assertTrue(refusal().startsWith("cannot listen on " + socket + ": "), refusal());
    assertEquals(List.of(), names());
  }

  @Test
  void shouldCloseConnectionsWithTheListener() throws IOException {
    HttpListener listener = open();
    try (RawClient client = new RawClient(UnixDomainSocketAddress.of(socket))) {
      client.send("GET /page HTTP/1.1\r\n\r\n").answer();
      listener.close();
      assertEquals("", client.untilClosed());
    }
    assertFalse(Files.exists(socket));
  }
}
