package io.flowlog.agent.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where a demo leaves its files. Immutable; what is on the disk changes. */
public final class DemoFolder {
  /** Says that a demo made the folder, and may make it again. */
  private static final String MARK = ".flowlog-demo";

  private static final String CAPTURE = "cloud.pcap";
  private static final String LOGGER = "logger.yaml";
  private static final String PORTS = "ports.yaml";
  private static final String LOGS = "logs";
  private static final String CONFIGURATION = "agent.yaml";
  private static final String LOGGERS_DIR = "loggers.d";
  private static final String PORTS_DIR = "ports.d";
  private static final String STATE = "state";
  private static final String AGENT_LOG = "agent.log";
  private static final List<String> CONTENT =
      List.of(
          CAPTURE, LOGGER, PORTS, LOGS, CONFIGURATION, LOGGERS_DIR, PORTS_DIR, STATE, AGENT_LOG);

  private final Path path;

  /** Makes the folder's idea, and nothing on the disk. */
  public DemoFolder(Path path) {
    this.path = path;
  }

  /** Tells whether something is there that no demo made. */
  public boolean isSomebodysElse() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    if (!Files.isDirectory(path)) {
      return true;
    }
    try (Stream<Path> content = Files.list(path)) {
      return content.findAny().isPresent() && !Files.exists(path.resolve(MARK));
    }
  }

  /** Makes the folder, without what an earlier demo left; whatever else is in it stays. */
  public void prepare() throws IOException {
    Files.createDirectories(path);
    if (Files.exists(path.resolve(MARK))) {
      for (String name : CONTENT) {
        deleteTree(path.resolve(name));
      }
    } else {
      Files.createFile(path.resolve(MARK));
    }
  }

  /** Writes what a replay needs besides packets. */
  public void declareForReplay() throws IOException {
    Files.write(logger(), DemoCloud.loggerFile(DemoCloud.REPLAY_URL));
    Files.write(ports(), DemoCloud.portsFile());
  }

  /** Writes what an agent needs: its configuration, a logger and the logging ports. */
  public void declareForAgent() throws IOException {
    Path top = path.toAbsolutePath().normalize();
    String storageUrl = top.toUri().toASCIIString().replaceAll("/+$", "") + "/" + LOGS;
    Files.createDirectory(top.resolve(LOGGERS_DIR));
    Files.createDirectory(top.resolve(PORTS_DIR));
    Files.write(top.resolve(LOGGERS_DIR).resolve(LOGGER), DemoCloud.loggerFile(storageUrl));
    Files.write(top.resolve(PORTS_DIR).resolve(PORTS), DemoCloud.portsFile());
    Files.write(
        configuration(),
        List.of(
            "# The configuration of the demo's agent.",
            "host: demo",
            "state_dir: " + quoted(top.resolve(STATE)),
            "loggers_dir: " + quoted(top.resolve(LOGGERS_DIR)),
            "ports_dir: " + quoted(top.resolve(PORTS_DIR)),
            "capture: {ring_bytes: 16MiB}",
            "flow: {table_bytes: 16MiB}",
            "record: {interval_unit: 1s}",
            "store: {directories: [" + quoted(top) + "]}",
            "api: {metrics_listen: off, socket: off}"));
  }

  private static String quoted(Path path) {
    return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Removes what the agent kept for its next start, which will not come. */
  public void removeState() throws IOException {
    deleteTree(path.resolve(STATE));
  }

  private static void deleteTree(Path top) throws IOException {
    if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(top)) {
      for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Returns the folder. */
  public Path path() {
    return path;
  }

  /** Returns the capture file. */
  public Path capture() {
    return path.resolve(CAPTURE);
  }

  /** Returns the declared logger. */
  public Path logger() {
    return path.resolve(LOGGER);
  }

  /** Returns the declared logging ports. */
  public Path ports() {
    return path.resolve(PORTS);
  }

  /** Returns the folder of the flow-log files. */
  public Path logs() {
    return path.resolve(LOGS);
  }

  /** Returns the agent's configuration. */
  public Path configuration() {
    return path.resolve(CONFIGURATION);
  }

  /** Returns what the agent says while it runs. */
  public Path agentLog() {
    return path.resolve(AGENT_LOG);
  }

  /** Returns the flow-log files, in the order of their intervals. */
  public List<Path> logFiles() throws IOException {
    if (!Files.exists(logs())) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(logs())) {
      return paths
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }
}
