package io.flowlog.bridge;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs a class as a user without rights, in a process of its own. Needs root and setpriv. */
final class Nobody {
  private static final String[] USER = {"--reuid=65534", "--regid=65534", "--clear-groups"};

  private Nobody() {}

  /**
   * Returns what the class prints. Classes may lie where only root may look: it sees copies.
   *
   * @param capabilities as setpriv likes them: +net_raw,+bpf; empty for none
   */
  static String run(Class<?> main, String capabilities) throws IOException {
    Path open = Files.createTempDirectory("flowlog-bridge-test");
    try {
      StringBuilder classPath = new StringBuilder();
      for (String entry : System.getProperty("java.class.path").split(":", -1)) {
        Path copy = open.resolve("entry" + classPath.length());
        copyTree(Path.of(entry), copy);
        classPath.append(copy).append(':');
      }
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
      return output(command(capabilities, classPath.toString(), main), open.resolve("errors"));
    } finally {
      deleteTree(open);
    }
  }

  private static ProcessBuilder command(String capabilities, String classPath, Class<?> main) {
    ProcessBuilder builder = new ProcessBuilder("setpriv");
    builder.command().addAll(List.of(USER));
    if (!capabilities.isEmpty()) {
      builder.command().add("--inh-caps=" + capabilities);
      builder.command().add("--ambient-caps=" + capabilities);
    }
    builder.command().add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.command().add("-cp");
    builder.command().add(classPath);
    builder.command().add(main.getName());
    return builder.directory(new File("/"));
  }

  private static String output(ProcessBuilder builder, Path errors) throws IOException {
    // newer JVMs warn there of native access
    Process process = builder.redirectError(errors.toFile()).start();
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
}
