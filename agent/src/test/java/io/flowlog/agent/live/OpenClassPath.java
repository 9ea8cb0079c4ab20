package io.flowlog.agent.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The tests' class path once more, where others than its owner may read it. */
final class OpenClassPath {
  private OpenClassPath() {}

  /** Copies all that is on the class path and returns the path of the copies. */
  static String copyTo(Path folder) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(":", -1)) {
      Path original = Path.of(entry);
      if (Files.exists(original)) {
        Path copy = folder.resolve(copies.size() + "-" + original.getFileName());
        copyTree(original, copy);
        copies.add(copy.toString());
      }
    }
    return String.join(":", copies);
  }

  private static void copyTree(Path original, Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(original.relativize(file).toString()));
      }
    }
  }
}
