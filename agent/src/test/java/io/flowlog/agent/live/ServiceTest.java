package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.HeldThread;
import io.flowlog.agent.host.ServiceListener;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The agent as systemd has it: what it tells, its rights, and what monitoring reads. Needs root,
 * iproute2, nft, python3, setpriv, BTF and promtool.
 */
@Timeout(180)
class ServiceTest {
  private static final String WATCHDOG = "WATCHDOG=1\n";
  private static final String STATUS = "STATUS=capturing 1 ports for 1 loggers\n";
  private static final String READY = "READY=1\n" + STATUS;
  private static final long WATCHDOG_MS = 3000;

  @RegisterExtension final LiveHost host = new LiveHost("vm1");
  private final String socket = host.folder().resolve("notify").toString();
  private @Nullable ServiceListener manager;

  @BeforeEach
  void declare() throws IOException {
    manager = new ServiceListener(socket);
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.port("tap1");
    host.logger("all");
    host.environment("NOTIFY_SOCKET", socket);
    host.environment("WATCHDOG_USEC", Long.toString(1000 * WATCHDOG_MS));
  }

  @AfterEach
  void close() {
    if (manager != null) {
      manager.close();
    }
  }

  private ServiceListener listener() {
    return Objects.requireNonNull(manager);
  }

  /** Returns what is told next, but signs of life. */
  private String nextButWatchdog() throws IOException {
    String words = listener().next();
    while (words.equals(WATCHDOG)) {
      words = listener().next();
    }
    return words;
  }

  private void sendFrames(int count) {
    sendFrames(count, 2);
  }

  private void sendFrames(int count, int port) {
    byte[] frame =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, port).payloadOf(40).build();
    host.net().send("vm1", "eth0", count, List.of(frame));
  }

  @Test
  void shouldTellWhatItDoesFromItsStartToItsEnd() throws IOException {
    host.launch();
    assertEquals(READY, nextButWatchdog());
    assertEquals(1, host.metric("flowlog_ports_captured"));
    sendFrames(7); // all are seen: ready means that the ring is there
    assertEquals(WATCHDOG, listener().next());

    host.signal("HUP");
    String reloading = nextButWatchdog();
    assertTrue(reloading.matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+\n"), reloading);
    assertEquals(READY, nextButWatchdog());
    assertEquals(1, host.metric("flowlog_events_total{kind=\"reloaded\"}"));

    assertEquals(WATCHDOG, listener().next());
    assertEquals(WATCHDOG, listener().next());
    host.stop();
    assertEquals("STOPPING=1\n", nextButWatchdog());
    assertEquals(List.of(), listener().waiting());
    assertEquals(
        7,
        host.rowsOf("all").stream()
            .filter(Row::hasFlow)
            .mapToLong(row -> row.number("packets"))
            .sum());
  }

  @Test
  @SuppressWarnings("try") // held until the end of the block
  void shouldLetTheWatchdogActWhenAThreadHangs() throws Exception {
    host.launch();
    assertEquals(READY, nextButWatchdog());
    try (HeldThread held = new HeldThread(host.pid(), "control")) {
      host.await("that is noticed", () -> host.page("/health").contains("\"live\":false"));
      String health = host.page("/health");
      assertTrue(health.contains("the thread control hangs: restart the agent"), health);
      assertTrue(health.startsWith("HTTP/1.1 503"), health);
      assertEquals(0, host.metric("flowlog_live"));
      listener().waiting();
      Thread.sleep(WATCHDOG_MS);
      assertEquals(List.of(), listener().waiting());
    }
    assertEquals(WATCHDOG, listener().next());
    host.await("it goes on", () -> host.page("/health").contains("\"live\":true"));
  }

  @Test
  void shouldCaptureAsNobodyWithTheUnitsCapabilities() throws IOException {
    host.asNobody("-all,+net_raw,+net_admin,+bpf,+perfmon");
    host.set("capture.drops=required");
    host.write(
        "rules",
        """
        table netdev n {
          chain in { type filter hook ingress device "tap1" priority 0; udp dport 3 drop; }
        }
        """);
    host.net().in(LiveHost.HOST, "nft", "-f", host.folder().resolve("rules").toString());
    host.start();
    String status = Files.readString(Path.of("/proc/" + host.pid() + "/status"));
    assertTrue(status.contains("\nUid:\t65534\t65534\t65534\t65534\n"), status);
    assertTrue(status.contains("\nCapEff:\t000000c000003000\n"), status);
    assertTrue(status.contains("\nCapBnd:\t000000c000003000\n"), status);
    assertTrue(status.contains("\nNoNewPrivs:\t1\n"), status);
    sendFrames(7);
    sendFrames(5, 3);
    host.awaitMetric("flowlog_packets_total", 12);
    host.stop();
    PortBooks books = PortBooks.of(host.rowsOf("all"), "tap1");
    assertEquals(7, books.packets("ACCEPT"));
    assertEquals(5, books.packets("DROP"));
    assertEquals(List.of(), books.gaps());
  }

  @Test
  void shouldSayWhyEveryRowIsAcceptWithoutTwoOfThem() throws IOException {
    host.asNobody("-all,+net_raw,+net_admin");
    host.start();
    String why =
        "every row is ACCEPT: drop reports: missing CAP_BPF and CAP_PERFMON: in the systemd";
    String health = host.page("/health");
    assertTrue(health.startsWith("HTTP/1.1 200"), health);
    assertTrue(health.contains(why), health);
    assertEquals(1, host.log().lines().filter(line -> line.contains(why)).count(), host.log());
  }

  @Test
  void shouldNotStartWithoutWhatIsRequired() throws IOException {
    host.asNobody("-all,+net_raw,+net_admin");
    host.set("capture.drops=required");
    host.launch();
    assertEquals(1, host.awaitEnd());
    assertTrue(host.log().contains("capture.drops is required: drop reports: missing"), host.log());
  }

  @Test
  void shouldSayInOneLineWhichCapabilitiesItLacks() throws IOException {
    host.asNobody("-all");
    host.launch();
    assertEquals(1, host.awaitEnd());
    List<String> lines = host.log().lines().toList();
    assertEquals(1, lines.size(), host.log());
    assertTrue(
        lines
            .get(0)
            .startsWith("flowlog-agent: this process lacks CAP_NET_RAW and CAP_NET_ADMIN: "),
        host.log());
  }

  @Test
  void shouldTellNumbersThatPrometheusAccepts() throws Exception {
    host.start();
    sendFrames(7);
    host.awaitMetric("flowlog_files_stored_total", 1);
    String answer = host.page("/metrics");
    assertEquals(1, host.metric("flowlog_loggers"));
    assertEquals(1, host.metric("flowlog_ports"));
    assertEquals(1, host.metric("flowlog_ports_captured"));
    assertEquals(1, host.metric("flowlog_table_units_used"));
    assertEquals(32 << 20, host.metric("flowlog_ring_bytes"));
    assertTrue(host.metric("flowlog_ring_bytes_used") > 0);
    assertTrue(host.metric("flowlog_table_units") > 1);
    assertTrue(host.metric("flowlog_interface_changes_total") >= 2); // lo and tap1
    assertFalse(answer.contains("NaN"), answer);
    assertEquals("0", lint(answer.substring(answer.indexOf("\r\n\r\n") + 4)));
  }

  private static String lint(String metrics) throws Exception {
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (OutputStream out = promtool.getOutputStream()) {
      out.write(metrics.getBytes(StandardCharsets.UTF_8));
    }
    String words = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return promtool.waitFor() + words.strip();
  }
}
