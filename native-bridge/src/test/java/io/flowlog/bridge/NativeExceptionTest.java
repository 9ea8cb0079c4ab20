package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people read when the kernel refuses something. Needs root. */
class NativeExceptionTest {
  private static final RingShape SHAPE = new RingShape(1 << 16, 4, 256, 60);

  @TempDir private Path folder;

  private static String messageOf(int number) {
    return String.valueOf(new NativeException("it", number).getMessage());
  }

  @Test
  void shouldNameOperationErrorAndRemedyInOneLine() {
    NativeException failure = new NativeException("tap1: open a packet socket", 1);

    assertEquals(Errno.EPERM, failure.errno());
    assertEquals("tap1: open a packet socket", failure.operation());
    assertEquals(
        "tap1: open a packet socket: EPERM: give the program CAP_NET_RAW: in its systemd unit"
            + " AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN, or run it as root",
        failure.getMessage());
  }

  @Test
  void shouldHaveALineForEveryErrorThatItKnows() {
    for (Errno errno : Errno.values()) {
      String message = messageOf(errno.number());
      assertFalse(message.contains("\n"), message);
      assertTrue(errno.remedy().length() > 5, errno.name());
    }
    assertTrue(messageOf(12).contains("make rings smaller"));
    assertTrue(messageOf(19).contains("ip link"));
    assertTrue(messageOf(22).contains("Linux 4.6"));
  }

  @Test
  void shouldSayTheNumberOfAnErrorThatItDoesNotKnow() {
    assertEquals("it: errno 71: see errno(3)", messageOf(71));
  }

  @Test
  void shouldNameAMissingDevice() {
    NativeException failure =
        assertThrows(NativeException.class, () -> PacketRing.open("flbnone", 1 << 30, SHAPE));

    assertEquals(
        "flbnone: bind the packet socket: ENODEV: the device is not there (any more):"
            + " see 'ip link'",
        failure.getMessage());
  }

  @Test
  void shouldSayWhichCapabilityIsMissing() throws Exception {
    assertEquals(
        "lo: open a packet socket: EPERM: " + Errno.EPERM.remedy() + "\n",
        runOpener("--reuid=65534", "--regid=65534", "--clear-groups"));
  }

  @Test
  void shouldCaptureAsNobodyWithTheCapability() throws Exception {
    assertEquals(
        "captures into 262144\n",
        runOpener(
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=+net_raw",
            "--ambient-caps=+net_raw"));
  }

  /** Runs {@link Opener}, whose classes lie where only root may look, from where all may. */
  private String runOpener(String... privileges) throws Exception {
    Path open = Files.createTempDirectory("flowlog-bridge-test");
    try {
      StringBuilder classPath = new StringBuilder();
      for (String entry : System.getProperty("java.class.path").split(":", -1)) {
        Path copy = open.resolve("entry" + classPath.length());
        copyTree(Path.of(entry), copy);
        classPath.append(copy).append(':');
      }
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      return output(privileges, java.toString(), "-cp", classPath.toString());
    } finally {
      deleteTree(open);
    }
  }

  private String output(String[] privileges, String... java) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("setpriv");
    builder.command().addAll(List.of(privileges));
    builder.command().addAll(List.of(java));
    builder.command().add(Opener.class.getName());
    builder.directory(new File("/"));
    // newer JVMs warn there of native access
    builder.redirectError(folder.resolve("errors").toFile());
    Process process = builder.start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.exists(from) ? Files.walk(from) : Stream.empty()) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Opens a ring in a process of its own and prints how that went. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try (PacketRing ring = PacketRing.open("lo", Interfaces.indexOf("lo"), SHAPE)) {
        System.out.print("captures into " + ring.buffer().capacity() + "\n");
      } catch (NativeException e) {
        System.out.print(e.getMessage() + "\n");
      }
    }
  }
}
