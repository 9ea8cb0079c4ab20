package io.flowlog.bridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What a host lacks for reports of its drops, and what to do about it. Immutable. */
public final class DropSupport {
  static final String NEEDED_REASON = "NETFILTER_DROP";
  static final String CAPABILITIES_REMEDY =
      "in the systemd unit AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF CAP_PERFMON,"
          + " or run it as root";

  private static final String CAPABILITIES_LINE = "CapEff:";
  private static final long CAP_SYS_ADMIN = 1L << 21;
  private static final long CAP_PERFMON = 1L << 38;
  private static final long CAP_BPF = 1L << 39;

  private final Supplier<LibBpf> library;
  private final Path types;
  private final Path lockdown;
  private final Path status;

  DropSupport(Supplier<LibBpf> library, Path types, Path lockdown, Path status) {
    this.library = library;
    this.types = types;
    this.lockdown = lockdown;
    this.status = status;
  }

  /** Returns what is known of this host and the calling thread. */
  public static DropSupport ofHost() {
    return new DropSupport(
        LibBpf::get,
        DropReasons.KERNEL,
        Path.of("/sys/kernel/security/lockdown"),
        Path.of("/proc/thread-self/status"));
  }

  /** Returns a line with its remedy for each thing that is missing; none: reports can be had. */
  public List<String> missing() {
    List<String> lines = new ArrayList<>();
    boolean hasLibrary = checkLibrary(lines);
    if (!Files.isReadable(types)) {
      add(
          lines,
          "the kernel does not describe its types: no file " + types,
          "use a kernel with CONFIG_DEBUG_INFO_BTF=y");
    } else if (hasLibrary) {
      checkReasons(lines);
    }
    if (read(lockdown).contains("[confidentiality]")) {
      add(
          lines,
          "the kernel's lockdown mode keeps its memory secret: confidentiality in " + lockdown,
          "start the host with lockdown=integrity, or with none");
    }
    checkCapabilities(lines);
    return lines;
  }

  private static void add(List<String> lines, String what, String remedy) {
    lines.add("drop reports: " + what + ": " + remedy);
  }

  private boolean checkLibrary(List<String> lines) {
    try {
      LibBpf unused = library.get();
      return true;
    } catch (LinkageError e) {
      add(
          lines,
          LibBpf.FILE + " cannot be loaded",
          "install the package libbpf1 (Debian, Ubuntu) or libbpf (others), version 1.0 or newer");
      return false;
    }
  }

  private void checkReasons(List<String> lines) {
    try {
      if (DropReasons.of(types).numberOf(NEEDED_REASON).isPresent()) {
        return;
      }
      add(
          lines,
          "the kernel does not say why it drops packets: no " + NEEDED_REASON,
          "use Linux 5.18 or newer, or a distribution's kernel that has drop reasons");
    } catch (NativeException e) {
      lines.add(e.getMessage());
    }
  }

  private void checkCapabilities(List<String> lines) {
    long effective = 0;
    for (String line : read(status).split("\n", -1)) {
      if (line.startsWith(CAPABILITIES_LINE)) {
        String digits = line.substring(CAPABILITIES_LINE.length()).strip();
        effective = Long.parseUnsignedLong(digits, 16);
      }
    }
    List<String> names = new ArrayList<>();
    if ((effective & (CAP_BPF | CAP_SYS_ADMIN)) == 0) {
      names.add("CAP_BPF");
    }
    if ((effective & (CAP_PERFMON | CAP_SYS_ADMIN)) == 0) {
      names.add("CAP_PERFMON");
    }
    if (!names.isEmpty()) {
      add(lines, "missing " + String.join(" and ", names), CAPABILITIES_REMEDY);
    }
  }

  /** Returns what a file says, nothing if it cannot be read. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
