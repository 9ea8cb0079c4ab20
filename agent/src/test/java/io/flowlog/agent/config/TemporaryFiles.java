package io.flowlog.agent.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the files of a test, and tells problems without the directory that they are in. */
final class TemporaryFiles {
  private final Path directory;

  TemporaryFiles(Path directory) {
    this.directory = directory;
  }

  Path write(String name, String... lines) {
    return writeBytes(name, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  Path writeBytes(String name, byte[] bytes) {
    try {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> lines(List<Problem> problems) {
    return problems.stream()
        .map(problem -> problem.toString().replace(directory + "/", ""))
        .toList();
  }
}
