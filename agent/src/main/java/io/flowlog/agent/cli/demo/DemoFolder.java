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
      for (String name : List.of(CAPTURE, LOGGER, PORTS, LOGS)) {
        deleteTree(path.resolve(name));
      }
    } else {
      Files.createFile(path.resolve(MARK));
    }
    Files.write(path.resolve(LOGGER), DemoCloud.loggerFile());
    Files.write(path.resolve(PORTS), DemoCloud.portsFile());
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

  /** Returns the flow-log files, in the order of their intervals. */
  public List<Path> logFiles() throws IOException {
    try (Stream<Path> paths = Files.walk(logs())) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
