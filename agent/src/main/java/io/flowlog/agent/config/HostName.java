package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** The name that tells one host's files from another's. */
final class HostName {
  /** The kernel's own name for the host; asking it involves no name service. */
  static final Path KERNEL_FILE = Path.of("/proc/sys/kernel/hostname");

  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9.-]{1,64}");

  private HostName() {}

  /** Checks a name that somebody gave. */
  static String check(String name) throws FieldException {
    if (!LEGAL.matcher(name).matches()) {
      throw new FieldException(
          FieldProblem.quote(name) + " cannot be part of file names",
          "use 1 to 64 letters, digits, dots and dashes");
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals("localhost") || lower.startsWith("localhost.")) {
      throw new FieldException(
          FieldProblem.quote(name) + " does not tell hosts apart", "set a name of this host's own");
    }
    return name;
  }

  /** Returns the kernel's name for the host. */
  static String ofKernel(Path file) throws FieldException {
    try {
      return check(Files.readString(file).strip());
    } catch (IOException e) {
      throw new FieldException(
          "the kernel's host name cannot be read from " + file, "set a name of this host's own");
    }
  }
}
