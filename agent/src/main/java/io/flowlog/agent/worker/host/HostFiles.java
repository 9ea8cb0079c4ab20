package io.flowlog.agent.worker.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kernel tells in files, below a folder that is the host's root. Immutable.
 *
 * <p>What cannot be read is not there.
 */
final class HostFiles {
  private final Path root;

  HostFiles(Path root) {
    this.root = root;
  }

  /** Tells whether there is such a file, by its path without the first slash. */
  boolean exists(String file) {
    return Files.exists(root.resolve(file));
  }

  /** Returns the lines of a file. */
  List<String> lines(String file) {
    try {
      return Files.readAllLines(root.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns the first line of a file. */
  Optional<String> word(String file) {
    return lines(file).stream().findFirst().map(String::strip);
  }

  /** Returns the number that is in a file. */
  OptionalLong number(String file) {
    return number(file, Pattern.compile("\\s*(\\d{1,18})\\s*"));
  }

  /** Returns the number in the first line that is as the pattern says; its group is the number. */
  OptionalLong number(String file, Pattern pattern) {
    return lines(file).stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .findFirst();
  }
}
