package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files in the folder systemd/, read by systemd's own tools. */
class ServiceFilesTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("basedir", "."))
          .toAbsolutePath()
          .normalize()
          .resolveSibling("systemd");
  private static final String UNIT = "flowlog-agent.service";
  private static final String LAUNCHER = "/usr/lib/flowlog-agent/bin/flowlog-agent";

  @TempDir Path root = Path.of("");

  @Test
  void shouldHaveAUnitWithoutMistakes() throws IOException {
    Outcome outcome = verify(unit());
    assertEquals(List.of(), outcome.words());
    assertEquals(0, outcome.code());
  }

  @Test
  void shouldFindMistakesInAUnit() throws IOException {
    Outcome outcome = verify(unit().replace("\nProtectHome=yes\n", "\nProtectHomes=yes\n"));
    assertTrue(outcome.toString().contains("ProtectHomes"), outcome::toString);
  }

  /** Has a unit checked whose program is there. */
  private Outcome verify(String unit) throws IOException {
    Path program = Files.writeString(root.resolve("program"), "#!/bin/sh\n");
    assertTrue(program.toFile().setExecutable(true));
    Path file = root.resolve(UNIT);
    Files.writeString(file, unit.replace(LAUNCHER, program.toString()));
    return run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", file.toString());
  }

  @Test
  void shouldExposeLittle() throws IOException {
    String unit = SHIPPED.resolve(UNIT).toString();
    Outcome outcome = run("systemd-analyze", "security", "--offline=yes", "--threshold=20", unit);
    assertEquals(0, outcome.code(), outcome::toString);
    assertTrue(outcome.data().contains("Overall exposure level"), outcome::toString);
  }

  @Test
  void shouldStartStopAndReloadAsTheProgramDoes() throws IOException {
    List<String> lines = unit().lines().toList();
    assertTrue(
        lines.contains(
            "ExecStart=" + LAUNCHER + " run --config /etc/flowlog-agent/flowlog-agent.yaml"));
    for (String line :
        List.of(
            "Type=notify",
            "User=flowlog-agent",
            "AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF CAP_PERFMON",
            "CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF CAP_PERFMON",
            "SystemCallFilter=bpf",
            "SuccessExitStatus=143",
            "ExecReload=/bin/kill -HUP $MAINPID",
            "StateDirectory=flowlog-agent",
            "RuntimeDirectory=flowlog-agent")) {
      assertTrue(lines.contains(line), line);
    }
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("WatchdogSec=")));
  }

  @Test
  void shouldOpenAFileForEachRingAndOthers() throws IOException {
    String limit = "LimitNOFILE=";
    List<Integer> files =
        unit()
            .lines()
            .filter(line -> line.startsWith(limit))
            .map(line -> Integer.valueOf(line.substring(limit.length())))
            .toList();
    assertEquals(1, files.size());
    assertTrue(files.get(0) >= 2 * CaptureConfig.RING_PORTS, files::toString);
  }

  @Test
  void shouldHaveExamplesThatWorkOnceSwitchedOn() throws IOException {
    List<String> examples =
        unit().lines().filter(line -> line.matches("#[A-Z][A-Za-z]+=.*")).toList();
    assertEquals(
        List.of("ReadWritePaths", "LoadCredential", "MemoryMax", "CPUQuota", "OOMScoreAdjust"),
        examples.stream().map(line -> line.substring(1, line.indexOf('='))).toList());
    String switchedOn =
        unit()
            .lines()
            .map(line -> examples.contains(line) ? line.substring(1) : line)
            .collect(Collectors.joining("\n", "", "\n"));
    assertEquals(List.of(), verify(switchedOn).words());
  }

  @Test
  void shouldMakeTheUser() throws IOException {
    makeUser();
    String account = Files.readString(root.resolve("etc/passwd"));
    assertTrue(
        account.matches(
            "flowlog-agent:x:\\d+:\\d+:flowlog-agent:/var/lib/flowlog-agent:/usr/sbin/nologin\n"),
        account);
    String group = Files.readString(root.resolve("etc/group"));
    assertTrue(group.matches("flowlog-agent:x:\\d+:\n"), group);
  }

  @Test
  void shouldMakeTheFolders() throws IOException {
    makeUser();
    Path file = copy("flowlog-agent.tmpfiles.conf", "usr/lib/tmpfiles.d/flowlog-agent.conf");
    Outcome outcome =
        run("systemd-tmpfiles", "--root=" + root, "--create", file.getFileName().toString());
    assertEquals(0, outcome.code(), outcome::toString);
    String group = Files.readString(root.resolve("etc/group")).split(":", -1)[2];
    Map<String, String> expected = new TreeMap<>();
    expected.put(".", "755 0:0");
    expected.put("credentials", "700 0:0");
    expected.put("loggers.d", "750 0:" + group);
    expected.put("ports.d", "750 0:" + group);
    assertEquals(expected, rights(root.resolve("etc/flowlog-agent")));
  }

  @Test
  void shouldLoadCredentialsFromTheFolderThatIsMadeForThem() throws IOException {
    String folders = Files.readString(SHIPPED.resolve("flowlog-agent.tmpfiles.conf"));
    String readme = Files.readString(SHIPPED.resolve("README.md"));
    String line = "#LoadCredential=";
    List<String> files =
        unit()
            .lines()
            .filter(each -> each.startsWith(line))
            .map(each -> each.substring(each.indexOf(':') + 1))
            .toList();
    assertEquals(1, files.size());
    String folder = files.get(0).replaceFirst("/[^/]+$", "");
    assertTrue(folders.contains("\nd " + folder + " 0700 root root"), folder);
    assertTrue(readme.contains("`" + folder + "`"), folder);
  }

  @Test
  void shouldExplainEveryFile() throws IOException {
    String readme = Files.readString(SHIPPED.resolve("README.md"));
    try (Stream<Path> files = Files.list(SHIPPED)) {
      for (String name : new TreeSet<>(files.map(file -> file.getFileName().toString()).toList())) {
        assertTrue(name.equals("README.md") || readme.contains("`" + name + "`"), name);
      }
    }
  }

  private void makeUser() throws IOException {
    copy("flowlog-agent.sysusers.conf", "usr/lib/sysusers.d/flowlog-agent.conf");
    Files.createDirectories(root.resolve("etc"));
    Outcome outcome = run("systemd-sysusers", "--root=" + root);
    assertEquals(0, outcome.code(), outcome::toString);
  }

  private Path copy(String name, String target) throws IOException {
    Path file = root.resolve(target);
    Files.createDirectories(file.getParent());
    return Files.copy(SHIPPED.resolve(name), file);
  }

  /** Returns mode and owners of a folder and what is in it. */
  private static Map<String, String> rights(Path folder) throws IOException {
    Map<String, String> rights = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        int mode = Integer.parseInt(attribute(path, "mode")) & 0777;
        String name = path.equals(folder) ? "." : folder.relativize(path).toString();
        String owners = attribute(path, "uid") + ":" + attribute(path, "gid");
        rights.put(name, Integer.toOctalString(mode) + " " + owners);
      }
    }
    return rights;
  }

  private static String attribute(Path path, String name) throws IOException {
    return String.valueOf(Files.getAttribute(path, "unix:" + name));
  }

  private static String unit() throws IOException {
    return Files.readString(SHIPPED.resolve(UNIT), StandardCharsets.UTF_8);
  }

  private Outcome run(String... command) throws IOException {
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("LC_ALL", "C.UTF-8");
    return Outcome.of(process, root);
  }
}
