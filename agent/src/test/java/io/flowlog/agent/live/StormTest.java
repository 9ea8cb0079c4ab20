package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hundreds of ports that come and go at once. Needs root, iproute2 and python3. */
@Tag("slow")
@Timeout(300)
class StormTest {
  private static final int ROUNDS = 2 + Integer.getInteger("flowlog.soak", 1);
  private static final int STORM = 200;
  private static final int RENAMED = 60;
  private static final int CONNECTIONS = 25;
  private static final int CROWD = 500;

  @RegisterExtension final LiveHost host = new LiveHost("vm1").set("record.interval_unit=1s");

  private final Traffic traffic = new Traffic(host);

  private void declare(int ports) {
    String entries =
        IntStream.range(0, ports)
            .mapToObj(
                i ->
                    """
                    - device: tap%d
                      port_id: %s
                      network_id: %s
                    """
                        .formatted(i, LiveHost.portId("tap" + i), LiveHost.NETWORK_ID))
            .collect(Collectors.joining());
    host.write("ports.d/storm.yaml", entries);
  }

  /** Has iproute2 do one thing with many interfaces. */
  private void batch(int interfaces, IntFunction<String> line) {
    host.write(
        "batch",
        IntStream.range(0, interfaces).mapToObj(line).collect(Collectors.joining("\n", "", "\n")));
    host.net().in(LiveHost.HOST, "ip", "-batch", host.folder().resolve("batch").toString());
  }

  /** Makes ports whose other ends are p0, p1, ... in the machine. */
  private void plug(int ports) {
    String ends = " type veth peer name p%d netns " + host.net().fullName("vm1");
    batch(ports, i -> "link add tap" + i + " up group 7" + ends.formatted(i));
  }

  private long capturing() {
    return host.ports().values().stream().filter(StormTest::isCapturing).count();
  }

  private static boolean isCapturing(JsonNode port) {
    return port.get("state").asText().equals("capturing");
  }

  /** What the agent's process holds, as the kernel counts it. */
  private record Held(long files, long rings, long threads) {
    boolean isAtMost(Held other) {
      return files <= other.files && rings <= other.rings && threads <= other.threads;
    }
  }

  private Held held() {
    Path process = Path.of("/proc/" + host.pid());
    try (Stream<Path> files = Files.list(process.resolve("fd"));
        Stream<Path> threads = Files.list(process.resolve("task"));
        Stream<String> maps = Files.lines(process.resolve("maps"))) {
      return new Held(
          files.count(), maps.filter(line -> line.contains("socket:")).count(), threads.count());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldHoldNothingOfPortsThatAreGoneAndHaveTheirRecords() throws IOException {
    // 208 rings: less than two rounds would take if they were not given back
    host.set("capture.ring_bytes=13MiB").set("capture.ring_block_bytes=16KiB");
    // 9,000 connections: more than one round has, fewer than all have together
    host.set("flow.table_bytes=1MiB");
    declare(STORM);
    host.logger("all");
    host.start();
    // what is loaded once stays
    storm();
    Held before = settled(new Held(Long.MAX_VALUE, 0, Long.MAX_VALUE));
    for (int round = 1; round < ROUNDS; round++) {
      storm();
    }
    Held after = settled(before);
    assertTrue(after.isAtMost(before), after + " after " + before);
    assertEquals(0, host.metric("flowlog_packets_folded_total"));
    host.stop();

    List<Row> rows = host.rowsOf("all");
    for (int i = 0; i < STORM; i++) {
      PortBooks books = PortBooks.of(rows, "tap" + i);
      for (Traffic.Burst burst : traffic.at("tap" + i)) {
        assertEquals(burst.frames(), books.packetsOf(burst), burst.toString());
      }
      assertEquals(traffic.framesAt("tap" + i) + (long) ROUNDS * CONNECTIONS, books.packets());
      assertEquals(List.of(), books.gaps());
    }
  }

  private Held settled(Held limit) {
    host.await("nothing is held: " + limit, () -> held().isAtMost(limit));
    return held();
  }

  private void storm() {
    plug(STORM);
    host.await("all are captured", () -> capturing() == STORM);
    host.net()
        .in(
            "vm1",
            "python3",
            Namespaces.script("spray.py"),
            Integer.toString(STORM),
            Integer.toString(CONNECTIONS));
    for (int i = 0; i < STORM; i += 40) {
      traffic.send("vm1", "p" + i, "tap" + i, 20 + i);
    }
    batch(RENAMED, i -> "link set tap" + i + " down");
    batch(RENAMED, i -> "link set tap" + i + " name renamed" + i);
    host.net().in(LiveHost.HOST, "ip", "link", "del", "group", "7");
    host.await("none is there", () -> host.ports().isEmpty());
  }

  @Test
  void shouldCaptureFiveHundredPortsAtOnce() throws IOException {
    host.set("capture.ring_bytes=256MiB");
    declare(CROWD);
    host.logger("all");
    host.start();
    long startedUs = Traffic.nowUs();
    plug(CROWD);
    long madeUs = Traffic.nowUs();
    host.await("all are captured", () -> capturing() == CROWD);
    System.err.printf(
        "%d ports made in %d ms, captured %d ms later%n",
        CROWD, (madeUs - startedUs) / 1000, (Traffic.nowUs() - madeUs) / 1000);
    host.net().in("vm1", "ip", "link", "set", "p0", "up");
    host.net().in("vm1", "ip", "link", "set", "p499", "up");
    traffic.send("vm1", "p0", "tap0", 10);
    traffic.send("vm1", "p499", "tap499", 11);
    host.stop();

    List<Row> rows = host.rowsOf("all");
    assertEquals(10, PortBooks.of(rows, "tap0").packets());
    assertEquals(11, PortBooks.of(rows, "tap499").packets());
    assertEquals(21, rows.stream().filter(Row::hasFlow).mapToLong(r -> r.number("packets")).sum());
    for (int i = 0; i < CROWD; i++) {
      assertEquals(List.of(), PortBooks.of(rows, "tap" + i).gaps());
    }
  }

  @Test
  void shouldSayThatAPortHasNoRingAndTakeItUpWhenThereIsRoom() throws IOException {
    host.set("capture.ring_bytes=1MiB").set("capture.ring_block_bytes=64KiB");
    declare(5);
    plug(5);
    host.logger("all");
    host.start();
    host.await("four are captured", () -> capturing() == 4);
    String blind = blindDevice();
    host.await("it is told", () -> host.page("/health").contains("raise capture.ring_bytes"));
    host.await("it is in the files", () -> hasGap(blind));
    String other = blind.equals("tap0") ? "tap1" : "tap0";
    host.net().in(LiveHost.HOST, "ip", "link", "del", other);
    host.await("it is captured", () -> host.isCapturing(blind));
    host.await("all is well", () -> !host.page("/health").contains("raise capture.ring_bytes"));
    String machineEnd = blind.replace("tap", "p");
    host.net().in("vm1", "ip", "link", "set", machineEnd, "up");
    traffic.send("vm1", machineEnd, blind, 12);
    long secondLaterUs = Traffic.nowUs() + 1_000_000;
    host.await("a slice more", () -> Traffic.nowUs() > secondLaterUs + 1_000_000);
    host.stop();

    PortBooks books = PortBooks.of(host.rowsOf("all"), blind);
    assertEquals(12, books.packets());
    assertTrue(books.gaps().stream().allMatch(gap -> gap.text("lost_packets").isEmpty()));
    assertTrue(
        books.gaps().stream().allMatch(gap -> gap.number("timestamp_start") < secondLaterUs));
  }

  private String blindDevice() {
    return host.ports().values().stream()
        .filter(port -> !isCapturing(port))
        .map(port -> port.get("device").asText())
        .findFirst()
        .orElseThrow();
  }

  private boolean hasGap(String device) {
    try {
      return !PortBooks.of(host.rowsOf("all"), device).gaps().isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
