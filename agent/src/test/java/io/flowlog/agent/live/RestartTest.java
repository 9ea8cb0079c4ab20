package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent ends within an interval, and starts again. Needs root, iproute2, nft and python3. */
@Timeout(180)
class RestartTest {
  private static final long INTERVAL_US = TimeUnit.SECONDS.toMicros(LiveHost.INTERVAL_SECONDS);

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2");
  private final Traffic traffic = new Traffic(host);

  private void begin() throws IOException {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.net().connect(LiveHost.HOST, "tap2", "vm2");
    host.port("tap1");
    host.port("tap2");
    host.logger("all");
    host.start();
  }

  private PortBooks books(String device) throws IOException {
    return PortBooks.of(host.rowsOf("all"), device);
  }

  private Map<Path, String> contents() throws IOException {
    Map<Path, String> contents = new HashMap<>();
    for (Path file : host.filesOf("all")) {
      contents.put(file, Files.readString(file));
    }
    return contents;
  }

  @Test
  void shouldTellThePortsGapsAfterItWasKilled() throws IOException {
    begin();
    Traffic.Burst stored = traffic.send("vm1", "tap1", 30);
    host.await("the first files", () -> packetsStored(stored) == 30);
    Traffic.Burst torn = traffic.send("vm1", "tap1", 20);
    host.awaitMetric("flowlog_frames_total", 50);
    host.kill();
    Map<Path, String> before = contents();
    Traffic.Burst unseen = traffic.send("vm1", "tap1", 10);
    host.start();
    Traffic.Burst later = traffic.send("vm1", "tap1", 40);
    host.stop();

    assertTrue(contents().entrySet().containsAll(before.entrySet()), "a file was overwritten");
    PortBooks books = books("tap1");
    assertEquals(30, books.packetsOf(stored));
    assertEquals(0, books.packetsOf(unseen));
    assertEquals(40, books.packetsOf(later));
    boolean hadEnded = books.packetsOf(torn) == 20;
    assertEquals(hadEnded ? 20 : 0, books.packetsOf(torn));
    long fromUs = hadEnded ? unseen.startedUs() : torn.startedUs();
    checkGap(books, fromUs, unseen.endedUs());
    checkGap(books("tap2"), fromUs, unseen.endedUs());
  }

  private long packetsStored(Traffic.Burst burst) {
    try {
      return books("tap1").packetsOf(burst);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldTellWhatWasDroppedBeforeAndAfterItsEnds() throws IOException {
    host.set("capture.drops=required");
    begin();
    host.write(
        "rules",
        """
        table netdev n {
          chain in { type filter hook ingress device "tap1" priority 0; udp dport 53 drop; }
        }
        """);
    host.net().in(LiveHost.HOST, "nft", "-f", host.folder().resolve("rules").toString());
    Traffic.Burst first = traffic.send("vm1", "tap1", 30);
    host.stop();
    Traffic.Burst unseen = traffic.send("vm1", "tap1", 10);
    host.start();
    Traffic.Burst second = traffic.send("vm1", "tap1", 40);
    host.await("it is stored", () -> packetsStored(second) == 40);
    host.kill();
    host.start();
    Traffic.Burst third = traffic.send("vm1", "tap1", 50);
    host.stop();

    PortBooks books = books("tap1");
    for (Traffic.Burst told : List.of(first, second, third)) {
      assertEquals(told.frames(), new PortBooks(books.rowsOf(told)).packets("DROP"));
    }
    assertEquals(0, books.packetsOf(unseen));
    assertEquals(0, books.packets("ACCEPT"));
    assertEquals(2, books.gaps().size(), books.gaps().toString());
    assertEquals(0, books.lost());
  }

  private static void checkGap(PortBooks books, long fromUs, long toUs) {
    assertEquals(1, books.gaps().size(), books.gaps().toString());
    Row gap = books.gaps().get(0);
    assertTrue(books.hasGapOver(fromUs, toUs), gap + " does not cover " + fromUs + " to " + toUs);
    assertEquals("", gap.text("lost_packets"));
    // from the end of the last slice whose rows were all on disk
    assertEquals(0, gap.number("timestamp_start") % INTERVAL_US, gap.toString());
  }

  @Test
  void shouldMissNothingThatCameWhileItRanWhenItIsAskedToEnd() throws IOException {
    begin();
    Traffic.Burst first = traffic.send("vm1", "tap1", 500);
    host.stop();
    long endedUs = Traffic.nowUs();
    assertEquals(endOfRowsUs("tap2"), lastAliveUs());
    Map<Path, String> before = contents();
    if (endedUs / INTERVAL_US == first.startedUs() / INTERVAL_US) {
      assertTrue(
          before.keySet().stream().allMatch(RestartTest::isPart), before.keySet().toString());
    }
    assertEquals(500, books("tap1").packetsOf(first));
    Traffic.Burst unseen = traffic.send("vm1", "tap1", 10);
    host.start();
    Traffic.Burst second = traffic.send("vm1", "tap1", 300);
    host.stop();

    assertTrue(contents().entrySet().containsAll(before.entrySet()), "a file was overwritten");
    for (Path file : contents().keySet()) {
      String whole = file.getFileName().toString().replaceFirst("_part[0-9]+", "");
      assertTrue(!isPart(file) || !contents().containsKey(file.resolveSibling(whole)), whole);
    }
    PortBooks books = books("tap1");
    assertEquals(500, books.packetsOf(first));
    assertEquals(0, books.packetsOf(unseen));
    assertEquals(300, books.packetsOf(second));
    assertTrue(books.hasGapOver(unseen.startedUs(), unseen.endedUs()), books.gaps().toString());
    assertEquals(1, books.gaps().size(), books.gaps().toString());
  }

  private long endOfRowsUs(String device) throws IOException {
    return books(device).rows().stream()
        .mapToLong(row -> row.number("timestamp_end"))
        .max()
        .orElseThrow();
  }

  /** Returns since when the next life will miss what comes. */
  private long lastAliveUs() throws IOException {
    String alive = Files.readString(host.folder().resolve("state/last-alive")).strip();
    return TimeUnit.NANOSECONDS.toMicros(Long.parseLong(alive));
  }

  private static boolean isPart(Path file) {
    return file.getFileName().toString().contains("_part");
  }
}
