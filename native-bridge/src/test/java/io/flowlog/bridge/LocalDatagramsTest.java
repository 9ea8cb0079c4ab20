package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams to a listener in another language. Needs python3. */
class LocalDatagramsTest {
  /** Listens at a name and prints each datagram in hex, until stdin ends. */
  private static final String LISTENER =
      """
      import socket, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("\\0" + name[1:] if name[0] == "@" else name)
      print("listens", flush=True)
      for line in sys.stdin:
          print(s.recv(65536).hex(), flush=True)
      """;

  @TempDir private Path folder;

  /** Sends to a listener at a name and returns what arrived. */
  private static String sentTo(String name, byte[] data) throws IOException {
    Process listener = new ProcessBuilder("python3", "-c", LISTENER, name).start();
    try (BufferedReader lines = listener.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("listens", lines.readLine());
      LocalDatagrams.send(name, data);
      listener.outputWriter(StandardCharsets.UTF_8).append("next\n").flush();
      return lines.readLine();
    } finally {
      end(listener);
    }
  }

  private static void end(Process listener) throws IOException {
    try {
      listener.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldReachASocketInTheFileSystem() throws IOException {
    assertEquals("00ff0a", sentTo(folder.resolve("s").toString(), new byte[] {0, -1, 10}));
  }

  @Test
  void shouldReachAnAbstractSocket() throws IOException {
    String name = "@flowlog-test-" + ProcessHandle.current().pid() + "-é";
    assertEquals("68656c6c6f", sentTo(name, bytes("hello")));
  }

  @Test
  void shouldReachASocketWhoseNameTakesAllTheRoom() throws IOException {
    String name = "@flowlog-test-" + ProcessHandle.current().pid() + "-";
    name += "x".repeat(108 - name.length());
    assertEquals("41", sentTo(name, bytes("A")));
  }

  @Test
  void shouldKnowWhatCanBeSentTo() {
    assertTrue(LocalDatagrams.isAddress("/run/systemd/notify"));
    assertTrue(LocalDatagrams.isAddress("@" + "x".repeat(107)));
    for (String name :
        List.of("", "/", "@", "notify", "vsock:2:1234", "/a\0b", "@" + "x".repeat(108))) {
      assertFalse(LocalDatagrams.isAddress(name), name);
      assertThrows(
          IllegalArgumentException.class, () -> LocalDatagrams.send(name, bytes("A")), name);
    }
  }

  @Test
  void shouldSayThatNobodyIsThere() throws IOException {
    String missing = folder.resolve("missing").toString();
    NativeException failure =
        assertThrows(NativeException.class, () -> LocalDatagrams.send(missing, bytes("A")));
    assertEquals(Errno.ENOENT, failure.errno());
    assertEquals("send a datagram to " + missing, failure.operation());

    String left = folder.resolve("left").toString();
    sentTo(left, bytes("A"));
    failure = assertThrows(NativeException.class, () -> LocalDatagrams.send(left, bytes("A")));
    assertEquals(Errno.ECONNREFUSED, failure.errno());
  }

  @Test
  void shouldNotWaitForEverForOneWhoDoesNotRead() throws IOException {
    String name = folder.resolve("full").toString();
    Process listener = new ProcessBuilder("python3", "-c", LISTENER, name).start();
    try (BufferedReader lines = listener.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("listens", lines.readLine());
      // by lines: such a file must be read in one piece
      Path setting = Path.of("/proc/sys/net/unix/max_dgram_qlen");
      int queueMax = Integer.parseInt(Files.readAllLines(setting).get(0));
      NativeException failure =
          assertThrows(
              NativeException.class,
              () -> {
                for (int i = 0; i < queueMax + 2; i++) {
                  LocalDatagrams.send(name, bytes("A"));
                }
              });
      assertEquals(Errno.EAGAIN, failure.errno());
    } finally {
      end(listener);
    }
  }

  @Test
  void shouldLeaveNoSocketOpen() throws IOException {
    String missing = folder.resolve("missing").toString();
    assertThrows(NativeException.class, () -> LocalDatagrams.send(missing, bytes("A")));
    long before = openSockets();
    IntStream.range(0, 50)
        .forEach(
            i ->
                assertThrows(NativeException.class, () -> LocalDatagrams.send(missing, bytes(""))));
    assertEquals(before, openSockets());
  }

  private static long openSockets() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(LocalDatagramsTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // the listing's own, closed by now
    }
  }

  @Test
  void shouldReadTheSameClockAsOthers() throws IOException {
    long before = new MonotonicClock().readNs();
    Process python =
        new ProcessBuilder("python3", "-c", "import time; print(time.monotonic_ns())").start();
    long between = Long.parseLong(python.inputReader(StandardCharsets.UTF_8).readLine());
    long after = new MonotonicClock().readNs();
    assertTrue(before < between && between < after, before + " " + between + " " + after);
  }
}
