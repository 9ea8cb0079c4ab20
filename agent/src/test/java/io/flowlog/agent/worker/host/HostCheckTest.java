package io.flowlog.agent.worker.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said at the start on a host that does not let us capture. Needs root. */
class HostCheckTest {
  private static final String[] NOBODY = {
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"
  };

  @TempDir Path folder = Path.of("");

  private Optional<String> obstacle(String kernel, String rights) throws IOException {
    Files.writeString(folder.resolve("status"), "Name:\tjava\nCapEff:\t" + rights + "\nSeccomp:\n");
    return new HostCheck(folder, kernel, Path.of("/opt/j/bin/java")).obstacle();
  }

  private Optional<String> tooFewFiles(String limit, int ports) throws IOException {
    String line = "Max open files            " + limit + "                 524288      files     ";
    Files.writeString(folder.resolve("limits"), "Limit\n" + line + "\n");
    return new HostCheck(folder, "6.1", Path.of("/opt/j/bin/java")).tooFewFiles(ports);
  }

  private static String lacks(String missing, String java, String libraries) {
    return "this process lacks "
        + missing
        + ": put AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF CAP_PERFMON into its systemd"
        + " unit, or run it as root, or 'setcap cap_net_raw,cap_net_admin,cap_bpf,cap_perfmon=ep "
        + java
        + "' and list "
        + libraries
        + " in /etc/ld.so.conf.d";
  }

  @Test
  void shouldNameEveryMissingCapability() throws IOException {
    String java = "/opt/j/bin/java";
    String libraries = "/opt/j/lib";
    assertEquals(Optional.empty(), obstacle("6.1.0-28-amd64", "0000000000003000"));
    assertEquals(Optional.empty(), obstacle("6.1.0-28-amd64", "ffffffffffffffff"));
    assertEquals(
        Optional.of(lacks("CAP_NET_RAW", java, libraries)), obstacle("6.1", "0000000000001000"));
    assertEquals(
        Optional.of(lacks("CAP_NET_ADMIN", java, libraries)), obstacle("6.1", "0000000000002000"));
    assertEquals(
        Optional.of(lacks("CAP_NET_RAW and CAP_NET_ADMIN", java, libraries)),
        obstacle("6.1", "ffffffffffffcfff"));
  }

  @Test
  void shouldRefuseAKernelThatIsTooOld() throws IOException {
    for (String old : List.of("4.5.7", "4.4.0-210-generic", "3.10.0-1160.el7.x86_64", "2.6.32")) {
      assertEquals(
          Optional.of(
              "the kernel is Linux " + old + ": live capture needs 4.6 or newer: boot a newer one"),
          obstacle(old, "0000000000003000"));
    }
    for (String good : List.of("4.6.0", "4.18.0-553.el8", "4.19", "5.0", "10.1", "7.0-rc1")) {
      assertEquals(Optional.empty(), obstacle(good, "0000000000003000"), good);
    }
  }

  @Test
  void shouldWarnOfALimitThatSoManyPortsWouldReach() throws IOException {
    assertEquals(Optional.empty(), tooFewFiles("612", 512));
    assertEquals(Optional.empty(), tooFewFiles("unlimited", 512));
    assertEquals(
        Optional.of(
            "this process may open 611 files, and 512 ports need 612: raise LimitNOFILE in its"
                + " systemd unit, or call 'ulimit -n 612' before it"),
        tooFewFiles("611", 512));
  }

  @Test
  void shouldTakeForGrantedWhatItCannotFindOut() throws IOException {
    HostCheck blind = new HostCheck(folder.resolve("none"), "", Path.of("/opt/j/bin/java"));
    assertEquals(Optional.empty(), blind.obstacle());
    assertEquals(Optional.empty(), blind.tooFewFiles(1_000_000));
    assertEquals(Optional.empty(), obstacle("a kernel", "no number"));
  }

  @Test
  void shouldRefuseNobody() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toRealPath().toString();
    String libraries = Path.of(System.getProperty("java.home"), "lib").toRealPath().toString();
    assertEquals(
        List.of(lacks("CAP_NET_RAW and CAP_NET_ADMIN", java, libraries), "has files"),
        run(1, NOBODY));
    assertEquals(
        List.of(lacks("CAP_NET_ADMIN", java, libraries), "has files"),
        run(1, nobodyWith("+net_raw")));
  }

  @Test
  void shouldLetNobodyCaptureWithBothCapabilities() throws Exception {
    assertEquals(List.of("captures", "has files"), run(1, nobodyWith("+net_raw,+net_admin")));
  }

  @Test
  void shouldCountTheFilesThatTheProcessMayReallyOpen() throws Exception {
    assertEquals(
        List.of(
            "captures",
            "this process may open 300 files, and 512 ports need 612: raise LimitNOFILE in its"
                + " systemd unit, or call 'ulimit -n 612' before it"),
        run(512, "sh", "-c", "ulimit -n 300 && exec \"$@\"", "sh"));
  }

  private static String[] nobodyWith(String capabilities) {
    List<String> words = new ArrayList<>(List.of(NOBODY));
    words.addAll(List.of("--inh-caps=" + capabilities, "--ambient-caps=" + capabilities));
    return words.toArray(new String[0]);
  }

  /**
   * Runs {@link HostCheckChild}, whose classes lie where only root may look, from where all may.
   */
  private static List<String> run(int ports, String... wrapper) throws Exception {
    Path open = Files.createTempDirectory("flowlog-host-check-test");
    try {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      copy(HostCheck.class, open);
      copy(HostCheckChild.class, open);
      List<String> command = new ArrayList<>(List.of(wrapper));
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-cp", open.toString(), HostCheckChild.class.getName()));
      command.add(Integer.toString(ports));
      Process child =
          new ProcessBuilder(command)
              .directory(new File("/"))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      byte[] words = child.getInputStream().readAllBytes();
      assertEquals(0, child.waitFor());
      return new String(words, StandardCharsets.UTF_8).lines().toList();
    } finally {
      delete(open);
    }
  }

  private static void copy(Class<?> type, Path folder) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    Path copy = folder.resolve(name);
    Files.createDirectories(copy.getParent());
    try (InputStream in = Objects.requireNonNull(type.getClassLoader()).getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(in), copy);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
