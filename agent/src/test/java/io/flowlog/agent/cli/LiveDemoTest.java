package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.DemoNetwork;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo of a small host, which needs root; where there can be none, made-up packets. */
class LiveDemoTest {
  private static final Path NAMESPACES = Path.of("/run/netns");
  private static final int COLUMNS_MAX = 100;
  private static final String IGMP = "2";
  private static final int PACKETS = 10;
  private static final int BYTES = 11;

  private final Path temporary;
  private final Path folder;

  LiveDemoTest(@TempDir Path directory) {
    temporary = directory;
    folder = directory.resolve("demo");
  }

  @Test
  void shouldShowWhatRealMachinesSaidForThreeIntervals() throws IOException {
    Outcome outcome = Outcome.of("demo", "--out", folder.toString());
    assertEquals(Main.DONE, outcome.code(), outcome::toString);
    assertEquals(List.of(), outcome.problems());
    assertTable(outcome.data().lines().toList());
    List<String[]> rows = rows();
    assertEquals(
        new TreeSet<>(List.of("1", "17", "58", "6")),
        rows.stream()
            .map(row -> row[5])
            // the machines' kernels join groups when they like
            .filter(protocol -> !protocol.isEmpty() && !protocol.equals(IGMP))
            .collect(Collectors.toCollection(TreeSet::new)));
    assertFullIntervals();
    // what one machine sent is what another one got, to the byte
    assertFalse(between(rows, "egress").isEmpty());
    assertEquals(between(rows, "egress"), between(rows, "ingress"));
    // pages of 40000 times 24 bytes: segments, although they crossed the bridge uncut
    long largest =
        rows.stream()
            .filter(row -> row[4].equals("egress") && row[7].equals("443"))
            .filter(row -> Long.parseLong(row[PACKETS]) > 40_000L * 24 / 1448)
            .filter(row -> Long.parseLong(row[BYTES]) > 40_000L * 24)
            .count();
    assertEquals(3, largest);
    assertFalse(Files.exists(folder.resolve("state")));
    assertEquals(List.of(), namespacesOf(ProcessHandle.current().pid()));
  }

  private static void assertTable(List<String> table) {
    assertTrue(table.get(0).matches("time +port +dir +from +to +packets +bytes +flags +state"));
    assertTrue(table.size() > 15, table.size() + " lines");
    for (String line : table.subList(1, table.size())) {
      assertTrue(line.matches("\\d\\d:\\d\\d:\\d\\d +build +(in|out) .*"), line);
      assertTrue(line.length() <= COLUMNS_MAX, line);
    }
  }

  /** In each of the three, the build host looked up names, two packets a second. */
  private void assertFullIntervals() throws IOException {
    List<Integer> lookUps = new ArrayList<>();
    for (List<String[]> file : files().values()) {
      file.stream()
          .filter(row -> row[4].equals("egress") && row[5].equals("17") && row[9].equals("53"))
          .forEach(row -> lookUps.add(Integer.parseInt(row[PACKETS])));
    }
    assertEquals(List.of(2, 2, 2), lookUps);
  }

  /** Adds up packets and bytes of each flow between two of the machines. */
  private static Map<String, String> between(List<String[]> rows, String direction) {
    Map<String, long[]> sums = new TreeMap<>();
    for (String[] row : rows) {
      if (row[4].equals(direction) && isMachine(row[6]) && isMachine(row[8])) {
        String flow = String.join(" ", List.of(row).subList(5, 10));
        long[] sum = sums.computeIfAbsent(flow, key -> new long[2]);
        sum[0] += Long.parseLong(row[PACKETS]);
        sum[1] += Long.parseLong(row[BYTES]);
      }
    }
    Map<String, String> texts = new HashMap<>();
    sums.forEach((flow, sum) -> texts.put(flow, sum[0] + " packets, " + sum[1] + " bytes"));
    return texts;
  }

  private static boolean isMachine(String address) {
    return address.startsWith("10.0.1.") || address.startsWith("2001:db8:");
  }

  private List<String[]> rows() throws IOException {
    return files().values().stream().flatMap(List::stream).toList();
  }

  private Map<String, List<String[]>> files() throws IOException {
    Map<String, List<String[]>> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder.resolve("logs"))) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(
            path.getFileName().toString(),
            Files.readAllLines(path).stream().skip(1).map(line -> line.split(",", -1)).toList());
      }
    }
    return files;
  }

  @Test
  void shouldRemoveItsHostWhenAskedToStop() throws Exception {
    Path words = temporary.resolve("words");
    Process demo = demo(List.of()).redirectError(words.toFile()).start();
    try {
      for (int i = 0; i < 600 && !Files.readString(words).contains("3. Traffic"); i++) {
        Thread.sleep(50);
      }
      assertEquals(4, namespacesOf(demo.pid()).size(), Files.readString(words));
      List<ProcessHandle> children = demo.descendants().toList();
      assertFalse(children.isEmpty());
      demo.destroy();
      assertTrue(demo.waitFor(60, TimeUnit.SECONDS));
      assertEquals(143, demo.exitValue());
      assertEquals(List.of(), namespacesOf(demo.pid()));
      assertTrue(children.stream().noneMatch(ProcessHandle::isAlive));
      assertFalse(Files.exists(folder.resolve("state")));
    } finally {
      demo.destroyForcibly();
    }
  }

  @Test
  void shouldSayInOneLineWhyItTakesMadeUpPackets() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
    // DAC_OVERRIDE: the classes may be where nobody but root may look
    List<String> nobody =
        List.of(
            "setpriv",
            "--reuid=65534",
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override");
    assertMadeUp(Outcome.of(demo(nobody), temporary), "this is not root");
    List<String> noAdministrator =
        List.of("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin");
    assertMadeUp(Outcome.of(demo(noAdministrator), temporary), "ip netns add flowlog-demo-");
  }

  private static void assertMadeUp(Outcome outcome, String why) {
    assertEquals(Main.DONE, outcome.code(), outcome::toString);
    String first = outcome.words().get(0);
    assertTrue(first.startsWith("No live host, but made-up packets: " + why), first);
    assertEquals("", outcome.words().get(1));
    assertTrue(outcome.words().get(2).startsWith("1. Packets: "), outcome::toString);
  }

  @Test
  void shouldRemoveWhatKilledDemoHasLeftAndNothingElse() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    String left = "flowlog-demo-" + ended.pid() + "-host";
    Process other = new ProcessBuilder("sleep", "100").start();
    String used = "flowlog-demo-" + other.pid() + "-host";
    Namespaces.tool("ip", "netns", "add", left);
    Namespaces.tool("ip", "netns", "add", used);
    Process agent = new ProcessBuilder("ip", "netns", "exec", left, "sleep", "100").start();
    try {
      DemoNetwork.open().close();
      assertTrue(agent.waitFor(10, TimeUnit.SECONDS));
      assertFalse(Files.exists(NAMESPACES.resolve(left)));
      assertTrue(Files.exists(NAMESPACES.resolve(used)));
    } finally {
      agent.destroyForcibly();
      other.destroyForcibly();
      Namespaces.tool("ip", "netns", "delete", used);
    }
  }

  private ProcessBuilder demo(List<String> before) {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("demo", "--out", folder.toString()));
    return new ProcessBuilder(command);
  }

  private static List<String> namespacesOf(long processId) throws IOException {
    try (Stream<Path> entries = Files.list(NAMESPACES)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("flowlog-demo-" + processId + "-"))
          .toList();
    }
  }
}
