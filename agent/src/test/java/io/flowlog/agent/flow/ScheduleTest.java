package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where intervals lie, and how long a silence may be. */
class ScheduleTest {
  private static final long SECOND_NS = 1_000_000_000L;

  @Test
  void shouldCutAtMultiplesOfTheLength() {
    IntervalSchedule minutes = new IntervalSchedule(60 * SECOND_NS);

    assertEquals(0, minutes.startOf(0));
    assertEquals(0, minutes.startOf(60 * SECOND_NS - 1));
    assertEquals(60 * SECOND_NS, minutes.startOf(60 * SECOND_NS));
    assertEquals(120 * SECOND_NS, minutes.endOf(60 * SECOND_NS));
    assertEquals(-60 * SECOND_NS, minutes.startOf(-1));
  }

  @Test
  void shouldContainEveryTimeInItsInterval() {
    Random random = new Random(5);
    for (int i = 0; i < 10_000; i++) {
      IntervalSchedule schedule = new IntervalSchedule(random.nextLong() >>> 1 >>> i % 60 | 1);
      long timestampNs = random.nextLong() >>> 1;
      long startNs = schedule.startOf(timestampNs);

      assertTrue(startNs <= timestampNs);
      long endNs = schedule.endOf(startNs);
      assertTrue(timestampNs < endNs || endNs == Long.MAX_VALUE);
      assertTrue(schedule.endOf(startNs) > startNs);
      assertEquals(startNs, schedule.startOf(startNs));
    }
  }

  @Test
  void shouldEndTheLastIntervalWithTheLastMoment() {
    IntervalSchedule hours = new IntervalSchedule(3600 * SECOND_NS);

    assertEquals(Long.MAX_VALUE, hours.endOf(hours.startOf(Long.MAX_VALUE)));
  }

  @Test
  void shouldCutAtEveryMultipleOfEveryLength() {
    IntervalSchedule both = new IntervalSchedule(120 * SECOND_NS, 180 * SECOND_NS);
    long[] minutes = {0, 2, 3, 4, 6, 8, 9, 10, 12};
    for (int i = 1; i < minutes.length; i++) {
      assertEquals(minutes[i] * 60 * SECOND_NS, both.endOf(minutes[i - 1] * 60 * SECOND_NS));
      assertEquals(minutes[i - 1] * 60 * SECOND_NS, both.startOf(minutes[i] * 60 * SECOND_NS - 1));
    }
  }

  @Test
  void shouldRefuseIntervalsWithoutLength() {
    assertThrows(IllegalArgumentException.class, () -> new IntervalSchedule(60, 0));
    assertThrows(IllegalArgumentException.class, () -> new IntervalSchedule(-1));
  }

  @Test
  void shouldTakeEverythingIntoOneInterval() {
    IntervalSchedule whole = IntervalSchedule.whole();

    assertEquals(12345, whole.startOf(12345));
    assertEquals(Long.MAX_VALUE, whole.endOf(12345));
  }

  @Test
  void shouldTimeOutByProtocolAndState() {
    TimeoutTable table = new TimeoutTable(FlowConfig.Timeouts.defaults());

    assertEquals(120 * SECOND_NS, tcp(table, TcpState.SYN_SENT));
    assertEquals(60 * SECOND_NS, tcp(table, TcpState.SYN_RECV));
    assertEquals(Duration.ofDays(5).toNanos(), tcp(table, TcpState.ESTABLISHED));
    assertEquals(Duration.ofDays(5).toNanos(), tcp(table, TcpState.MIDSTREAM));
    assertEquals(120 * SECOND_NS, tcp(table, TcpState.FIN_WAIT));
    assertEquals(60 * SECOND_NS, tcp(table, TcpState.CLOSE_WAIT));
    assertEquals(30 * SECOND_NS, tcp(table, TcpState.CLOSING));
    assertEquals(30 * SECOND_NS, tcp(table, TcpState.LAST_ACK));
    assertEquals(120 * SECOND_NS, tcp(table, TcpState.TIME_WAIT));
    assertEquals(120 * SECOND_NS, tcp(table, TcpState.CLOSED));
    assertEquals(10 * SECOND_NS, tcp(table, TcpState.RESET));
    assertEquals(600 * SECOND_NS, tcp(table, TcpState.NONE));
    assertEquals(30 * SECOND_NS, table.ofNs(17L << 24, 0));
    assertEquals(120 * SECOND_NS, table.ofNs(17L << 24, Entry.ANSWERED));
    assertEquals(30 * SECOND_NS, table.ofNs(1L << 24, 0));
    assertEquals(30 * SECOND_NS, table.ofNs(58L << 24, 0));
    assertEquals(600 * SECOND_NS, table.ofNs(47L << 24, 0));
    assertEquals(10 * SECOND_NS, table.leastNs());
  }

  private static long tcp(TimeoutTable table, TcpState state) {
    return table.ofNs(6L << 24, Entry.withTcpState(0, state));
  }
}
