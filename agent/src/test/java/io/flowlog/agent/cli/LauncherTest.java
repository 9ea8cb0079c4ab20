package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.ReplayFiles.below;
import static io.flowlog.agent.cli.ReplayFiles.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.api.SocketListener;
import io.flowlog.agent.logger.Snapshots;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts the program, with real processes. */
class LauncherTest {
  private static final String VERSION_LINE = "flowlog-agent (not packaged)\n";
  private static final String RELEASE = "JAVA_RUNTIME_VERSION=\"17.0.9+1\"\n";

  private static final File NULL = new File("/dev/null");

  @TempDir Path folder;
  private ReplayFiles files = new ReplayFiles(Path.of(""));

  @BeforeEach
  void useFolder() {
    files = new ReplayFiles(folder);
  }

  private LauncherTree tree() throws IOException {
    return new LauncherTree(folder, "flow log's tree");
  }

  private static void assertOneLine(String line, Outcome outcome) {
    assertEquals(List.of(line), outcome.words());
    assertEquals(Main.FAILED, outcome.code());
    assertEquals("", outcome.data());
  }

  @Test
  void shouldSayThatThereIsNoJava() throws IOException {
    Path nothing = Files.createDirectory(folder.resolve("nothing"));
    assertOneLine(
        "flowlog-agent: no Java found: install a Java runtime (17 or newer) or set JAVA_HOME",
        tree().with("JAVA_HOME", null).with("PATH", nothing.toString()).launch("--version"));
  }

  @Test
  void shouldSayThatJavaHomeIsWrong() throws IOException {
    assertOneLine(
        "flowlog-agent: /nowhere/bin/java cannot be run: point JAVA_HOME to a Java runtime"
            + " (17 or newer)",
        tree().with("JAVA_HOME", "/nowhere").launch("--version"));
  }

  @Test
  void shouldRefuseAJavaThatIsTooOld() throws IOException {
    LauncherTree tree = tree();
    for (String version : new String[] {"1.8.0_452", "11.0.27", "16", "9"}) {
      Path old = tree.fakeJava("java-" + version, "JAVA_VERSION=\"" + version + "\"\n");
      assertOneLine(
          "flowlog-agent: "
              + old.resolve("bin/java")
              + " is Java "
              + version
              + ": point JAVA_HOME to Java 17 or newer",
          tree.with("JAVA_HOME", old.toString()).launch("--version"));
    }
    for (String version : new String[] {"17", "17.0.15", "21.0.1", "25", "100.0.1"}) {
      Path good = tree.fakeJava("java-" + version, "JAVA_VERSION=\"" + version + "\"\n");
      assertEquals(0, tree.with("JAVA_HOME", good.toString()).launch("--version").code());
    }
  }

  @Test
  void shouldStartFromAPathWithSpacesThroughALinkAndFromItsOwnFolder() throws IOException {
    LauncherTree tree = tree();
    assertEquals(VERSION_LINE, tree.launch("--version").data());
    Path link = Files.createSymbolicLink(folder.resolve("flowlog"), tree.launcher());
    Path linkOfLink = Files.createSymbolicLink(folder.resolve("fl"), Path.of("flowlog"));
    assertEquals(VERSION_LINE, tree.run(linkOfLink.toString(), "--version").data());
    assertTrue(Files.isSymbolicLink(link));
    String own =
        "cd '" + tree.home().toString().replace("'", "'\\''") + "/bin' && sh flowlog-agent -V";
    Outcome outcome = tree.with("CDPATH", "/:/usr").run("sh", "-c", own);
    assertEquals(VERSION_LINE, outcome.data(), outcome::toString);
  }

  @Test
  void shouldPassArgumentsUnharmed() throws IOException {
    LauncherTree tree = tree();
    Path java = tree.fakeJava("fake", RELEASE);
    String[] arguments = {"replay", "a  b", "$HOME", "*", "", "it's", "\"", "--filter", "tcp && x"};
    List<String> passed =
        tree.with("JAVA_HOME", java.toString()).launch(arguments).data().lines().toList();
    int jar = passed.indexOf(tree.lib("flowlog-agent-1.2.3.jar").toString());
    assertEquals("-jar", passed.get(jar - 1));
    assertEquals(List.of(arguments), passed.subList(jar + 1, passed.size()));
  }

  @Test
  void shouldUseAnArchiveOnlyAtItsPlaceAndWithItsJava() throws IOException {
    LauncherTree tree = tree();
    Path archive = Files.writeString(tree.lib("start-up-17.0.9+1.jsa"), "");
    String option = "-XX:SharedArchiveFile=" + archive;
    Path java = tree.fakeJava("fake", RELEASE);
    tree.with("JAVA_HOME", java.toString());
    assertFalse(tree.launch("demo").data().contains(option), "no place is named");
    Files.writeString(tree.lib("start-up.place"), "/elsewhere\n");
    assertFalse(tree.launch("demo").data().contains(option), "made at another place");
    Files.writeString(tree.lib("start-up.place"), tree.home().toRealPath() + "\n");
    assertTrue(tree.launch("demo").data().contains(option), "made here");
    Path other = tree.fakeJava("other", "JAVA_RUNTIME_VERSION=\"17.0.9+2\"\n");
    tree.with("JAVA_HOME", other.toString());
    assertFalse(tree.launch("demo").data().contains("SharedArchiveFile"), "of another JVM");
  }

  @Test
  void shouldStartAllTheSameWhenTheArchiveIsDamaged() throws IOException {
    LauncherTree tree = tree();
    String version = System.getProperty("java.runtime.version");
    Files.writeString(tree.lib("start-up-" + version + ".jsa"), "no archive");
    Files.writeString(tree.lib("start-up.place"), tree.home().toRealPath() + "\n");
    Outcome outcome = tree.launch("--version");
    assertEquals(VERSION_LINE, outcome.data(), outcome::toString);
    assertEquals(Main.DONE, outcome.code());
  }

  @Test
  void shouldLoadNothingOfTheDaemonForAReplay() throws IOException {
    Path log = folder.resolve("classes");
    LauncherTree tree = tree().with("FLOWLOG_JAVA_OPTS", "-Xlog:class+load:file=" + log);
    String out = folder.resolve("out").toString();
    tree.launch("replay", files.exchange("a.pcap"), "--out", out).assertDone();
    List<String> classes = Files.readAllLines(log);
    assertTrue(classes.stream().anyMatch(line -> line.contains(" " + Main.class.getName() + " ")));
    List<String> strangers =
        classes.stream()
            .filter(line -> line.matches(".*[\\] ](io\\.(netty|micrometer|prometheus)\\.).*"))
            .toList();
    assertEquals(List.of(), strangers);
  }

  @Test
  void shouldAskTheAgentWithoutTheAgentsLibraries() throws IOException {
    Path socket = folder.resolve("agent.sock");
    String config = Files.writeString(folder.resolve("a.yaml"), config(socket)).toString();
    Path log = folder.resolve("classes");
    LauncherTree tree = tree().with("FLOWLOG_JAVA_OPTS", "-Xlog:class+load:file=" + log);
    PublishedMetrics metrics = new PublishedMetrics("1.2.3", Health::starting);
    SocketListener listener =
        SocketListener.open(socket, metrics, Health::starting, () -> Snapshots.ofPorts(500));
    try {
      Outcome table = tree.launch("ports", "--config", config);
      assertEquals(List.of(), table.words());
      assertEquals(501, table.data().lines().count());
      List<String> strangers =
          Files.readAllLines(log).stream()
              .filter(line -> line.matches(".*[\\] ](io\\.(netty|micrometer|prometheus)\\.).*"))
              .toList();
      assertEquals(List.of(), strangers);
      Outcome json = tree.launch("loggers", "--json", "--config", config);
      assertTrue(json.data().startsWith("{\"flowlog_loggers\":[{"), json::toString);
      mayNotAsk(tree, socket, config);
    } finally {
      listener.close();
      metrics.close();
    }
  }

  private static String config(Path socket) {
    return "host: node-7\napi:\n  socket: " + socket + "\n";
  }

  /** Asks as a root without root's privileges, who does not own the socket. */
  private static void mayNotAsk(LauncherTree tree, Path socket, String config) throws IOException {
    Files.setAttribute(socket, "unix:uid", 12345);
    Files.setAttribute(socket, "unix:gid", 12345);
    Outcome outcome =
        tree.run(
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            tree.launcher().toString(),
            "ports",
            "--config",
            config);
    outcome.assertFailed(
        "no permission to ask the agent at "
            + socket
            + ": be root, or in the group flowlog-agent (usermod -aG flowlog-agent USER, then log"
            + " in again)");
  }

  @Test
  void shouldReadStandardInput() throws IOException {
    Path capture = Path.of(files.exchange("a.pcap"));
    LauncherTree tree = tree();
    Path out = folder.resolve("o u t");
    String[] command = {tree.launcher().toString(), "replay", "-", "--out", out.toString()};
    tree.run(List.of(command), ProcessBuilder.Redirect.from(capture.toFile())).assertDone();
    assertEquals(3, rows(out).size());
    tree.run(
            "sh",
            "-c",
            "cat \"$0\" | exec \"$@\"",
            capture.toString(),
            command[0],
            "replay",
            "-",
            "--out",
            out.toString())
        .assertDone();
    assertEquals(3, rows(out).size());
  }

  @Test
  void shouldReadAFileWhoseNameIsNotAsciiInAnyLocale() throws IOException {
    LauncherTree tree = tree();
    String capture = files.exchange("übung.pcap");
    for (String locale : new String[] {"C", "POSIX", "C.UTF-8"}) {
      Path out = folder.resolve("wörter-" + locale);
      tree.with("LC_ALL", locale).launch("replay", capture, "--out", out.toString()).assertDone();
      assertEquals(3, rows(out).size());
    }
  }

  @Test
  void shouldSayThatItMayNotReadNorWriteNorCapture() throws IOException {
    LauncherTree tree = tree();
    Path secret = Path.of(files.exchange("secret.pcap"));
    String good = files.exchange("good.pcap");
    Path out = folder.resolve("out");
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-x------"));
    unprivileged(tree, secret.toString(), good, "--out", out.toString())
        .assertFailed(secret + ": permission denied: make it readable for this user");
    assertEquals(3, rows(out).size());
    Path forbidden = locked.resolve("out/.flowlog-spool");
    unprivileged(tree, good, "--out", locked.resolve("out").toString())
        .assertFailed(
            "cannot make the folder "
                + forbidden
                + ": permission denied for "
                + locked.resolve("out")
                + ": let the agent's user write there, on a disk that is not read-only");
    assertEquals(Map.of(), below(locked));
    unprivileged(tree, "--interface", "lo", "--out", folder.resolve("live").toString())
        .assertFailed("interface lo: no permission to capture: run as root or with CAP_NET_RAW");
  }

  /** Runs a replay as a root without root's privileges. */
  private static Outcome unprivileged(LauncherTree tree, String... arguments) throws IOException {
    String[] start = {
      "setpriv", "--bounding-set=-all", "--inh-caps=-all", tree.launcher().toString(), "replay"
    };
    String[] command = new String[start.length + arguments.length];
    System.arraycopy(start, 0, command, 0, start.length);
    System.arraycopy(arguments, 0, command, start.length, arguments.length);
    return tree.run(command);
  }

  @Test
  void shouldSayThatMemoryRanOut() throws IOException {
    LauncherTree tree = tree().with("FLOWLOG_JAVA_OPTS", "-XX:MaxDirectMemorySize=100k");
    Path out = folder.resolve("out");
    Outcome outcome = tree.launch("replay", files.exchange("a.pcap"), "--out", out.toString());
    assertEquals(1, outcome.words().size(), outcome::toString);
    assertTrue(outcome.words().get(0).startsWith("flowlog-agent: out of memory ("));
    assertEquals(Main.FAILED, outcome.code());
    assertEquals(Map.of(), below(out));
  }

  @Test
  void shouldSayWhetherSomebodyWatches() throws IOException {
    LauncherTree tree = tree();
    tree.with("JAVA_HOME", tree.fakeJava("fake", RELEASE).toString());
    String option = "-Dflowlog.terminal=true";
    assertFalse(tree.launch("demo").data().contains(option));
    Path link = Files.createSymbolicLink(folder.resolve("flowlog"), tree.launcher());
    Outcome outcome = tree.run("script", "-qec", link + " demo", "/dev/null");
    assertTrue(outcome.data().contains(option), outcome::toString);
  }

  @Test
  void shouldPutAwayWhatItHasWhenItIsAskedToStop() throws Exception {
    Path out = folder.resolve("out");
    Path words = folder.resolve("words");
    InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    // The port is this test's alone: others may run at the same time.
    try (DatagramSocket target = new DatagramSocket(0, here)) {
      List<String> command =
          List.of(
              tree().launcher().toString(),
              "replay",
              "--interface",
              "lo",
              "--seconds",
              "600",
              "--filter",
              "udp port " + target.getLocalPort(),
              "--out",
              out.toString());
      stopWhileSending(new ProcessBuilder(command).redirectError(words.toFile()), target, out);
    }
    List<String> lines = Files.readAllLines(words);
    assertTrue(
        lines.contains("flowlog-agent: asked to stop: what was read until then is written"),
        lines::toString);
    assertEquals(1, rows(out).size(), lines::toString);
    assertFalse(Files.exists(out.resolve(".flowlog-spool")));
  }

  private static void stopWhileSending(ProcessBuilder builder, DatagramSocket target, Path out)
      throws Exception {
    Process process = builder.redirectInput(NULL).start();
    try (DatagramSocket socket = new DatagramSocket()) {
      // The first datagrams may come before the capture begins, the last ones do not.
      for (int i = 0; i < 200 && process.isAlive(); i++) {
        socket.send(new DatagramPacket(new byte[100], 100, target.getLocalSocketAddress()));
        Thread.sleep(20);
        if (i > 100 && Files.exists(out)) {
          break;
        }
      }
      process.destroy(); // SIGTERM
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(128 + 15, process.exitValue());
    } finally {
      process.destroyForcibly();
    }
  }
}
