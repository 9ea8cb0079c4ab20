package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people read where reports of drops cannot be had. Needs root. */
class DropSupportTest {
  private static final String CAPABILITIES =
      "in the systemd unit AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF CAP_PERFMON,"
          + " or run it as root";
  private static final Path STATUS = Path.of("/proc/thread-self/status");
  private static final DropSizes SIZES = new DropSizes(64, 4, 4);

  @TempDir private Path folder;

  private List<String> missing(Path types, Path lockdown, Path status) {
    return new DropSupport(LibBpf::get, types, lockdown, status).missing();
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @Test
  void shouldMissNothingHere() {
    assertEquals(List.of(), DropSupport.ofHost().missing());
  }

  @Test
  void shouldSayThatLibbpfIsNotInstalled() {
    Supplier<LibBpf> nothing = () -> LibBpf.Holder.load("libflbnone.so.1");
    Path none = folder.resolve("none");

    assertEquals(
        List.of(
            "drop reports: libbpf.so.1 cannot be loaded: install the package libbpf1 (Debian,"
                + " Ubuntu) or libbpf (others), version 1.0 or newer"),
        new DropSupport(nothing, DropReasons.KERNEL, none, STATUS).missing());
  }

  @Test
  void shouldSayThatTheKernelDoesNotDescribeItsTypes() {
    Path none = folder.resolve("none");

    assertEquals(
        List.of(
            "drop reports: the kernel does not describe its types: no file "
                + none
                + ": use a kernel with CONFIG_DEBUG_INFO_BTF=y"),
        missing(none, none, STATUS));
  }

  @Test
  void shouldSayThatTheKernelGivesNoReasons() throws Exception {
    Path source = file("types.c", "enum skb_drop_reason { SKB_DROP_REASON_TCP_CSUM } reason;\n");
    Path object = folder.resolve("types.o");
    Process clang =
        new ProcessBuilder(
                "clang", "-target", "bpf", "-g", "-c", source.toString(), "-o", object.toString())
            .start();
    assertEquals(0, clang.waitFor());

    assertEquals(
        List.of(
            "drop reports: the kernel does not say why it drops packets: no NETFILTER_DROP: use"
                + " Linux 5.18 or newer, or a distribution's kernel that has drop reasons"),
        missing(object, folder.resolve("none"), STATUS));
  }

  @Test
  void shouldSayThatTypesAreNotReadable() throws Exception {
    Path damaged = file("types", "no types");

    List<String> lines = missing(damaged, folder.resolve("none"), STATUS);

    assertEquals(1, lines.size());
    assertTrue(
        lines.get(0).startsWith("drop reports: read the kernel's types in " + damaged),
        lines::toString);
  }

  @Test
  void shouldSayThatLockdownForbidsIt() throws Exception {
    Path lockdown = file("lockdown", "none integrity [confidentiality]\n");

    assertEquals(
        List.of(
            "drop reports: the kernel's lockdown mode keeps its memory secret: confidentiality in "
                + lockdown
                + ": start the host with lockdown=integrity, or with none"),
        missing(DropReasons.KERNEL, lockdown, STATUS));
    Path mild = file("mild", "none [integrity] confidentiality\n");
    assertEquals(List.of(), missing(DropReasons.KERNEL, mild, STATUS));
  }

  @Test
  void shouldSayWhichCapabilityIsMissing() throws Exception {
    Path none = folder.resolve("none");
    Path onlyBpf = file("bpf", "Name:\tjava\nCapEff:\t0000008000000000\n");
    Path onlyPerfmon = file("perfmon", "CapEff:\t0000004000000000\n");
    Path admin = file("admin", "CapEff:\t0000000000200000\n");
    Path no = file("no", "CapEff:\t0000000000003000\n");

    String start = "drop reports: missing ";
    assertEquals(
        List.of(start + "CAP_PERFMON: " + CAPABILITIES),
        missing(DropReasons.KERNEL, none, onlyBpf));
    assertEquals(
        List.of(start + "CAP_BPF: " + CAPABILITIES),
        missing(DropReasons.KERNEL, none, onlyPerfmon));
    assertEquals(List.of(), missing(DropReasons.KERNEL, none, admin));
    assertEquals(
        List.of(start + "CAP_BPF and CAP_PERFMON: " + CAPABILITIES),
        missing(DropReasons.KERNEL, none, no));
  }

  @Test
  void shouldRefuseNobodyInOneLine() throws Exception {
    assertEquals(
        "drop reports: missing CAP_BPF and CAP_PERFMON: " + CAPABILITIES + "\n",
        Nobody.run(Opener.class, ""));
  }

  @Test
  void shouldServeNobodyWithTheCapabilities() throws Exception {
    assertEquals("watches\n", Nobody.run(Opener.class, "+bpf,+perfmon"));
  }

  @Test
  void shouldKnowTheKernelsReasonsByName() throws Exception {
    DropReasons reasons = DropReasons.ofKernel();

    int number = reasons.numberOf("NETFILTER_DROP").orElseThrow();
    assertEquals("NETFILTER_DROP", reasons.nameOf(number));
    assertTrue(reasons.numberOf("NO_SUCH_REASON").isEmpty());
    assertEquals("REASON_4294967295", reasons.nameOf(-1));
    assertTrue(reasons.names().contains("NO_SOCKET"));
    assertFalse(reasons.names().contains("MAX"));
  }

  @Test
  void shouldRefuseSizesOutOfRange() {
    assertThrows(IllegalArgumentException.class, () -> new DropSizes(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new DropSizes(1, 1 << 30, 1));
  }

  /** Opens the program in a process of its own and prints how that went. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try (DropProgram program = DropProgram.open(SIZES, Set.of("NETFILTER_DROP"), true)) {
        program.setDevices(Set.of(1));
        program.collect();
        System.out.print("watches\n");
      } catch (NativeException e) {
        System.out.print(e.getMessage() + "\n");
      }
    }
  }
}
