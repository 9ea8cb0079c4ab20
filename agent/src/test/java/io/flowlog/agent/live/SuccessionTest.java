package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * One agent after another, one beside another, and one on a kernel that lacks something. Needs
 * root, iproute2, unshare, mount, python3 and libbpf.
 */
@Timeout(180)
class SuccessionTest {
  /** Says which of the kernel's programs and links of these numbers there are. */
  private static final String KERNEL_HAS =
      """
      import ctypes, os, sys
      bpf = ctypes.CDLL("libbpf.so.1")
      for word in sys.argv[1:]:
          kind, number = word.split(":")
          file = getattr(bpf, "bpf_%s_get_fd_by_id" % kind)(int(number))
          if file >= 0:
              os.close(file)
              print(word)
      """;

  @RegisterExtension final LiveHost host = new LiveHost("vm1");

  @BeforeEach
  void declare() {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.port("tap1");
    host.logger("all");
  }

  private void sendFrames(int count) {
    byte[] frame =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(40).build();
    host.net().send("vm1", "eth0", count, List.of(frame));
    host.awaitMetric("flowlog_packets_total", count);
  }

  /** Returns the numbers of what the running agent has in the kernel. */
  private Set<String> inKernel() throws IOException {
    Set<String> numbers = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + host.pid() + "/fdinfo"))) {
      for (Path file : files.toList()) {
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        for (String line : lines) {
          for (String kind : List.of("prog", "link", "map")) {
            if (line.startsWith(kind + "_id:")) {
              numbers.add(kind + ":" + line.replaceAll("[^0-9]", ""));
            }
          }
        }
      }
    }
    return numbers;
  }

  private static Set<String> leftOf(Set<String> numbers) {
    String[] command =
        Stream.concat(Stream.of("python3", "-c", KERNEL_HAS), numbers.stream())
            .toArray(String[]::new);
    return new TreeSet<>(Namespaces.tool(command).lines().toList());
  }

  /** The kernel frees them a moment after the process has ended. */
  private static void awaitGone(Set<String> numbers) {
    Set<String> left = leftOf(numbers);
    for (int turn = 0; turn < 100 && !left.isEmpty(); turn++) {
      LiveHost.sleepMs(100);
      left = leftOf(numbers);
    }
    assertEquals(Set.of(), left);
  }

  @Test
  void shouldLeaveNothingInTheKernelToItsSuccessor() throws IOException {
    host.set("capture.drops=required");
    host.start();
    Set<String> first = inKernel();
    assertTrue(
        Stream.of("prog", "link", "map").allMatch(kind -> has(first, kind)), first::toString);
    assertEquals(first, leftOf(first));
    sendFrames(3);
    host.stop();
    awaitGone(first);

    host.start();
    Set<String> second = inKernel();
    assertNotEquals(first, second);
    sendFrames(4);
    host.kill();
    awaitGone(second);

    host.start();
    assertEquals(leftOf(inKernel()), inKernel());
    sendFrames(5);
    host.stop();
    // of the one that was killed, what had been cut at least; of the others everything
    long packets =
        host.rowsOf("all").stream()
            .filter(Row::hasFlow)
            .mapToLong(row -> row.number("packets"))
            .sum();
    assertTrue(packets >= 8 && packets <= 12, () -> "packets: " + packets);
  }

  private static boolean has(Set<String> numbers, String kind) {
    return numbers.stream().anyMatch(number -> number.startsWith(kind + ":"));
  }

  @Test
  void shouldRefuseASecondAgentWhateverItsFolders() throws Exception {
    host.start();
    Path folder = Files.createDirectory(host.folder().resolve("other"));
    String words = host.runBeside("--set", "state_dir=" + folder, "--set", "api.socket=off");
    assertEquals(
        "1 flowlog-agent: the agent cannot work: another agent works on this host, process "
            + host.pid()
            + " of user 0: two would record everything twice: end it first ('systemctl stop"
            + " flowlog-agent', or 'kill "
            + host.pid()
            + "')",
        words);
    assertEquals(words, host.runBeside());
    assertFalse(Files.exists(folder.resolve("spool")));
    sendFrames(3); // the first one is none the worse for it
    host.kill();
    host.start();
  }

  @Test
  void shouldSayThatFoldersAreAnothers() throws Exception {
    host.start();
    Path spool = host.folder().resolve("state/spool");
    assertEquals(
        "1 flowlog-agent: the agent cannot work: the spool folder "
            + spool
            + " is in use by process "
            + host.pid()
            + " ("
            + spool.resolve("lock")
            + " is locked): stop that process, or use another spool folder",
        host.runElsewhere("--set", "api.socket=off"));
  }

  @Test
  void shouldTellOfAKernelThatDoesNotDescribeItsTypes() throws IOException {
    coverTypes();
    host.start();
    String why =
        "every row is ACCEPT: drop reports: the kernel does not describe its types: no file"
            + " /sys/kernel/btf/vmlinux: use a kernel with CONFIG_DEBUG_INFO_BTF=y";
    assertTrue(host.log().contains("warning: what this host drops is not known, " + why));
    assertTrue(host.page("/health").contains(why), host.page("/health"));
    String shortForm = "drop reports: limited: the kernel does not describe its types";
    host.await("the host was looked at", () -> host.page("/health").contains(shortForm));
    sendFrames(3);
    host.stop();
    assertEquals(
        List.of("ACCEPT"),
        host.rowsOf("all").stream().filter(Row::hasFlow).map(row -> row.text("filter")).toList());
  }

  @Test
  void shouldNotStartOnItWhereDropsAreRequired() throws IOException {
    coverTypes();
    host.set("capture.drops=required");
    host.launch();
    assertEquals(1, host.awaitEnd());
    assertTrue(
        host.log()
            .contains(
                "capture.drops is required: drop reports: the kernel does not describe its types:"
                    + " no file /sys/kernel/btf/vmlinux: use a kernel with"
                    + " CONFIG_DEBUG_INFO_BTF=y"),
        host.log());
  }

  /** Hides the types from the agent, and from nobody else. */
  private void coverTypes() {
    String script = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
    host.through("unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh");
  }
}
