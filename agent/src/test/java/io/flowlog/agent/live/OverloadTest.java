package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * More than the agent can read: what it has and what it says it has lost is what was sent. Needs
 * root, iproute2 and python3.
 */
@Timeout(180)
class OverloadTest {
  private static final long INTERVAL_US = TimeUnit.SECONDS.toMicros(1);
  private static final String LOST = "flowlog_frames_lost_total";

  /** Far more than a ring of the least size holds. */
  private static final int TOO_MANY = 1500;

  @RegisterExtension
  final LiveHost host =
      new LiveHost("vm1", "vm2")
          .set("record.interval_unit=1s")
          .set("capture.ring_bytes=1MiB")
          .set("capture.ring_block_bytes=16KiB");

  private final Traffic traffic = new Traffic(host);

  private void begin() throws IOException {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.net().connect(LiveHost.HOST, "tap2", "vm2");
    host.port("tap1");
    host.port("tap2");
    host.logger("all");
    host.start();
  }

  @Test
  void shouldSayOfEachIntervalWhatWasLostWhileTheAgentDidNotRun() throws IOException {
    begin();
    traffic.send("vm1", "tap1", 50);
    host.signal("STOP");
    for (int round = 0; round < 4; round++) {
      traffic.send("vm1", "tap1", TOO_MANY);
      traffic.send("vm2", "tap2", 10);
      LiveHost.sleepMs(700);
    }
    host.signal("CONT");
    traffic.send("vm2", "tap2", 10);
    long sent = traffic.framesAt("tap1") + traffic.framesAt("tap2");
    host.await(
        "all are counted", () -> host.metric("flowlog_frames_total") + host.metric(LOST) >= sent);
    long lost = host.metric(LOST);
    host.await("it is told", () -> host.log().contains(" frames were lost since the start"));
    host.stop();

    List<Row> rows = host.rowsOf("all");
    checkLossy(PortBooks.of(rows, "tap1"), lost);
    checkWhole(PortBooks.of(rows, "tap2"));
  }

  private void checkLossy(PortBooks books, long lost) {
    assertEquals(traffic.framesAt("tap1"), books.packets() + books.lost());
    assertEquals(lost, books.lost());
    assertTrue(lost >= TOO_MANY, "lost " + lost);
    for (Traffic.Burst burst : traffic.at("tap1")) {
      long intervalUs = burst.startedUs() / INTERVAL_US * INTERVAL_US;
      boolean inOne = burst.endedUs() < intervalUs + INTERVAL_US;
      if (books.packetsOf(burst) < burst.frames() && inOne) {
        assertTrue(
            books.hasGapOver(intervalUs, intervalUs + INTERVAL_US),
            burst + " is short, and the interval does not say so: " + books.gaps());
      }
    }
  }

  private void checkWhole(PortBooks books) {
    assertEquals(List.of(), books.gaps());
    for (Traffic.Burst burst : traffic.at("tap2")) {
      assertEquals(burst.frames(), books.packetsOf(burst));
      for (Row row : books.rowsOf(burst)) {
        assertEquals("OK", row.text("status"));
        assertTrue(row.number("timestamp_start") >= burst.startedUs(), row + " of " + burst);
        assertTrue(row.number("timestamp_end") <= burst.endedUs(), row + " of " + burst);
      }
    }
  }

  @Test
  void shouldCountWhatIsLostAtFullSpeedThroughSeveralIntervals() throws IOException {
    begin();
    Traffic.Flood flood = traffic.flood("vm1", 0);
    long threeIntervalsLaterUs = Traffic.nowUs() + 3 * INTERVAL_US;
    while (Traffic.nowUs() < threeIntervalsLaterUs) {
      host.signal("STOP");
      LiveHost.sleepMs(100);
      host.signal("CONT");
      traffic.send("vm2", "tap2", 5);
    }
    long sent = traffic.end(flood);
    host.stop();

    List<Row> rows = host.rowsOf("all");
    PortBooks flooded = PortBooks.of(rows, "tap1");
    assertEquals(sent, flooded.packets() + flooded.lost());
    List<Long> lossy = List.copyOf(flooded.lossyIntervals());
    assertTrue(lossy.size() >= 2, "lost in " + lossy);
    PortBooks quiet = PortBooks.of(rows, "tap2");
    assertEquals(traffic.framesAt("tap2"), quiet.packets());
    assertEquals(List.of(), quiet.gaps());
  }
}
