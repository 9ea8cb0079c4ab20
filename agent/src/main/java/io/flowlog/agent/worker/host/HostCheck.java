package io.flowlog.agent.worker.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What live capture needs of this host and its kernel, asked before it begins. Immutable.
 *
 * <p>What cannot be found out is taken for granted: the kernel says it later, for each port.
 */
public final class HostCheck {
  private static final Path PROCESS = Path.of("/proc/self");
  private static final int CAP_NET_ADMIN = 12;
  private static final int CAP_NET_RAW = 13;
  private static final int KERNEL_MAJOR = 4;
  private static final int KERNEL_MINOR = 6;

  /**
   * What the agent opens beside one ring for each port: libraries, the spool, listeners, stores.
   */
  private static final int OTHER_FILES = 100;

  private static final Pattern RIGHTS = Pattern.compile("CapEff:\\s*([0-9a-f]{1,16})");
  private static final Pattern OPEN_FILES = Pattern.compile("Max open files\\s+(\\d{1,9})\\s.*");
  private static final Pattern KERNEL = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

  private final Path process;
  private final String kernel;
  private final Path java;

  /**
   * Makes a check of a process.
   *
   * @param process its folder in /proc
   * @param kernel the release, as uname says it
   * @param java the program that runs it
   */
  HostCheck(Path process, String kernel, Path java) {
    this.process = process;
    this.kernel = kernel;
    this.java = java;
  }

  /** Returns the check of the running process. */
  public static HostCheck ofThisProcess() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Optional<Path> running = ProcessHandle.current().info().command().map(Path::of);
    return new HostCheck(PROCESS, System.getProperty("os.version", ""), running.orElse(java));
  }

  /** Returns why nothing can be captured here and what to do, in one line; none if it can. */
  public Optional<String> obstacle() {
    Matcher release = KERNEL.matcher(kernel);
    if (release.matches() && isTooOld(release)) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "the kernel is Linux %s: live capture needs %d.%d or newer: boot a newer one",
              kernel,
              KERNEL_MAJOR,
              KERNEL_MINOR));
    }
    return firstMatch("status", RIGHTS)
        .map(mask -> Long.parseUnsignedLong(mask, 16))
        .map(HostCheck::missing)
        .filter(missing -> !missing.isEmpty())
        .map(this::lacks);
  }

  private static boolean isTooOld(Matcher release) {
    int major = Integer.parseInt(release.group(1));
    int minor = Integer.parseInt(release.group(2));
    return major < KERNEL_MAJOR || (major == KERNEL_MAJOR && minor < KERNEL_MINOR);
  }

  private static List<String> missing(long rights) {
    List<String> missing = new ArrayList<>();
    if ((rights >> CAP_NET_RAW & 1) == 0) {
      missing.add("CAP_NET_RAW");
    }
    if ((rights >> CAP_NET_ADMIN & 1) == 0) {
      missing.add("CAP_NET_ADMIN");
    }
    return missing;
  }

  private String lacks(List<String> missing) {
    // a program with file capabilities does not look for its libraries beside it
    Path libraries = java.resolveSibling("..").resolve("lib").normalize();
    return String.format(
        Locale.ROOT,
        "this process lacks %s: put AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF"
            + " CAP_PERFMON into its systemd unit, or run it as root, or 'setcap"
            + " cap_net_raw,cap_net_admin,cap_bpf,cap_perfmon=ep %s' and list %s in"
            + " /etc/ld.so.conf.d",
        String.join(" and ", missing),
        java,
        libraries);
  }

  /** Returns a warning when the process may not open a file for each of so many ports. */
  public Optional<String> tooFewFiles(int ports) {
    int needed = ports + OTHER_FILES;
    return firstMatch("limits", OPEN_FILES)
        .map(Integer::valueOf)
        .filter(limit -> limit < needed)
        .map(
            limit ->
                String.format(
                    Locale.ROOT,
                    "this process may open %d files, and %d ports need %d: raise LimitNOFILE in"
                        + " its systemd unit, or call 'ulimit -n %d' before it",
                    limit,
                    ports,
                    needed,
                    needed));
  }

  private Optional<String> firstMatch(String file, Pattern pattern) {
    try {
      for (String line : Files.readAllLines(process.resolve(file), StandardCharsets.ISO_8859_1)) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.matches()) {
          return Optional.of(matcher.group(1));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
