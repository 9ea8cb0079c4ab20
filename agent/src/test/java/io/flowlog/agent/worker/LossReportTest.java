package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.spool.Discard;
import io.flowlog.agent.spool.Discard.Reason;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LossReportTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long MINUTE_NS = 60 * SECOND_NS;
  private static final long START_NS = 1_767_323_040 * SECOND_NS;
  private static final UUID ONE = new UUID(0x4000L, 1);
  private static final UUID TWO = new UUID(0x4000L, 2);

  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
  private long tickNs;
  private final EventLog log =
      new EventLog(
          new PrintStream(shown, true, StandardCharsets.UTF_8), Map.of(), () -> tickNs + 1000);
  private final LossReport report = new LossReport(log);

  private List<String> lines() {
    return shown.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void at(long ns) {
    tickNs = ns;
    report.tick(ns);
  }

  private void lose(UUID loggerId, long minute, Reason reason) {
    long startNs = START_NS + minute * MINUTE_NS;
    report.onDiscard(new Discard(loggerId, startNs, 10, 1000, reason));
  }

  @Test
  void shouldNameTheLoggerAndTheIntervalAtOnce() {
    at(5);
    lose(ONE, 0, Reason.QUOTA);
    assertEquals(
        List.of(
            "warning: discarded and never stored: logger "
                + ONE
                + ": 1 file with 10 rows of the interval from 2026-01-02T03:04:00Z, because"
                + " spool.bytes_max is reached: see why files wait, or raise it"),
        lines());
  }

  @Test
  void shouldTellOfAMinuteInOneLineThatLeavesNothingOut() {
    at(0);
    for (int minute = 0; minute < 1000; minute++) {
      lose(minute % 2 == 0 ? ONE : TWO, minute, Reason.QUOTA);
    }
    assertEquals(1, lines().size());
    at(MINUTE_NS);
    assertEquals(1, lines().size());
    at(MINUTE_NS + 2 * SECOND_NS);
    assertEquals(2, lines().size());
    String line = lines().get(1);
    String two = "logger " + TWO + ": 500 files with 5000 rows of intervals that began from";
    String one = "logger " + ONE + ": 499 files with 4990 rows of intervals that began from";
    assertTrue(line.contains(two + " 2026-01-02T03:05:00Z to 2026-01-02T19:43:00Z"), line);
    assertTrue(line.contains(one + " 2026-01-02T03:06:00Z to 2026-01-02T19:42:00Z"), line);
    assertEquals(2, log.count(EventKind.DISCARDED));
  }

  @Test
  void shouldSayOfHowManyLoggersItDoesNotTell() {
    at(0);
    lose(ONE, 0, Reason.AGE);
    for (int logger = 10; logger < 20; logger++) {
      lose(new UUID(0x4000L, logger), 0, Reason.AGE);
    }
    report.end();
    // the log holds back what comes too soon, and counts it
    assertEquals(2, log.count(EventKind.DISCARDED));
    at(2 * MINUTE_NS);
    assertEquals(1, lines().size());
    for (int logger = 10; logger < 20; logger++) {
      lose(new UUID(0x4000L, logger), 0, Reason.AGE);
    }
    at(4 * MINUTE_NS);
    assertTrue(lines().get(2).contains("; and 4 more loggers"), lines().get(2));
  }

  @Test
  void shouldShowLostRowsForADay() {
    at(0);
    lose(ONE, 0, Reason.QUOTA);
    lose(ONE, 1, Reason.QUOTA);
    lose(ONE, 2, Reason.DISABLED);
    assertEquals(List.of(), report.problems());
    report.publish();
    assertEquals(2, report.problems().size());
    String problem = report.problems().get(0);
    assertTrue(problem.startsWith("rows are lost: logger " + ONE + ": 1 file"), problem);
    at(24 * 60 * MINUTE_NS);
    assertEquals(2, report.problems().size());
    at(24 * 60 * MINUTE_NS + 1);
    assertEquals(List.of(), report.problems());
  }
}
