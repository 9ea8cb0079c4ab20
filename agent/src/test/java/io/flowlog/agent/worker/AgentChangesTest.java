package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loggers and ports that come and go, and agents that do, in the middle of intervals. */
class AgentChangesTest {
  private static final long UNIT_NS = AgentFixture.UNIT_NS;

  /** 2025-12-31 12:00:00 UTC. */
  private static final long START_NS = 1_767_182_400L * UNIT_NS;

  private static final LoggingPort ONE = port(1);
  private static final LoggingPort TWO = port(2);
  private static final FlowLogger LONG = logger(1, 4);
  private static final FlowLogger SHORT = logger(2, 1);

  @TempDir Path folder;
  private AgentFixture agent;

  @BeforeEach
  void start() throws IOException {
    agent = new AgentFixture(folder, START_NS - UNIT_NS);
    agent.ports.add(ONE);
    agent.loggers.add(LONG);
    agent.reload(START_NS);
  }

  @AfterEach
  void end() throws IOException {
    agent.close();
  }

  private static LoggingPort port(int number) {
    return ReplayFixture.port(number, "02:00:00:00:00:0" + number, "10.0.0." + number);
  }

  private static FlowLogger logger(int number, int interval) {
    return new FlowLogger(
        new UUID(0x4000, number),
        "logger",
        "",
        ResourceType.VPC,
        ReplayFixture.NETWORK_ID,
        TrafficFilter.ALL,
        interval,
        false,
        StorageType.FILE,
        "file:///logs",
        LogFormat.CSV,
        CompressionType.RAW,
        Layout.nhn,
        List.of(
            "timestamp_start", "timestamp_end", "interface_id", "src_port", "packets", "status"),
        "DAY",
        null,
        true,
        null);
  }

  private static long at(double units) {
    return START_NS + (long) (units * UNIT_NS);
  }

  /** Sends a packet from a port, whose number names it. */
  private void send(LoggingPort port, double units, int number) throws IOException {
    agent.see(
        FrameBuilder.ethernet(String.valueOf(port.mac()), "02:00:00:00:0f:0f")
            .ipv4(port.addresses().get(0), "192.0.2.80")
            .udp(number, 53)
            .payloadOf(12)
            .toFrame(at(units)));
  }

  /** Returns each row as file, port, number, packets and status. */
  private List<String> rows(FlowLogger logger) throws IOException {
    return agent.rowsOf(logger).stream()
        .map(row -> row.inShort("src_port", "packets", "status"))
        .toList();
  }

  @Test
  void shouldAddUpALongIntervalFromTheSlicesOfAShortOne() throws IOException {
    agent.loggers.add(SHORT);
    agent.reload(START_NS);
    send(ONE, 0.5, 7);
    send(ONE, 1.5, 7);
    agent.advanceTo(at(3.2));
    send(ONE, 3.5, 7);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 3 OK"), rows(LONG));
    assertEquals(
        List.of("00:00 1 7 1 OK", "00:01 1 7 1 OK", "00:02 1   NODATA", "00:03 1 7 1 OK"),
        rows(SHORT));
  }

  @Test
  void shouldLoseNothingOfAPortThatLeavesAndComesBack() throws IOException {
    send(ONE, 0.5, 7);
    agent.ports.clear();
    agent.reload(at(1));
    agent.ports.add(ONE);
    agent.reload(at(2));
    send(ONE, 2.5, 7);
    send(ONE, 4.5, 7);
    agent.advanceTo(at(8));
    assertEquals(List.of("00:00 1 7 2 OK", "00:04 1 7 1 OK"), rows(LONG));
  }

  @Test
  void shouldNotMistakeANewPortForOneThatLeft() throws IOException {
    send(ONE, 0.5, 7);
    agent.ports.clear();
    agent.ports.add(TWO);
    agent.reload(at(1));
    send(TWO, 1.5, 8);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 1 OK", "00:00 2 8 1 OK"), rows(LONG));
  }

  @Test
  void shouldSayWhoseRowsAreWhenAPortChangesHands() throws IOException {
    send(ONE, 0.5, 7);
    LoggingPort moved =
        new LoggingPort(
            ONE.device(),
            ONE.portId(),
            ONE.mac(),
            ONE.addresses(),
            "vm-9",
            ONE.subnetId(),
            new UUID(9, 9).toString(),
            null,
            "instance",
            "vm-9");
    agent.ports.clear();
    agent.ports.add(moved);
    agent.reload(at(1));
    send(ONE, 1.5, 8);
    agent.advanceTo(at(4));
    // In another network it is not this logger's any more; what it did before still is.
    assertEquals(List.of("00:00 1 7 1 OK"), rows(LONG));
  }

  @Test
  void shouldCollectForANewLoggerFromThenOnAndDisturbNobody() throws IOException {
    send(ONE, 0.5, 7);
    FlowLogger other = logger(3, 4);
    agent.loggers.add(other);
    agent.reload(at(1));
    send(ONE, 1.5, 7);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 2 OK"), rows(LONG));
    assertEquals(List.of("00:00 1 7 1 OK"), rows(other));
  }

  @Test
  void shouldSealTheFilesOfALoggerThatIsRemovedAtOnce() throws IOException {
    agent.loggers.add(SHORT);
    agent.reload(START_NS);
    send(ONE, 0.5, 7);
    agent.loggers.remove(LONG);
    agent.reload(at(1.5));
    agent.advanceTo(at(1.6));
    assertEquals(List.of("00:00_part1 1 7 1 OK"), rows(LONG));
    agent.loggers.add(LONG);
    agent.reload(at(2.5));
    send(ONE, 3.5, 7);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00_part1 1 7 1 OK", "00:00_part2 1 7 1 OK"), rows(LONG));
    assertEquals(4, rows(SHORT).size());
  }

  @Test
  void shouldCollectNothingForALoggerThatIsSwitchedOff() throws IOException {
    send(ONE, 0.5, 7);
    agent.loggers.clear();
    agent.reload(at(1));
    send(ONE, 1.5, 8);
    agent.advanceTo(at(8));
    assertEquals(List.of("00:00_part1 1 7 1 OK"), rows(LONG));
  }

  @Test
  void shouldGoOnInAnotherPartAfterAStop() throws IOException {
    send(ONE, 0.5, 7);
    agent.stop(at(1));
    agent.start(at(2));
    send(ONE, 2.5, 7);
    agent.advanceTo(at(4));
    assertEquals(
        List.of("00:00_part1 1 7 1 OK", "00:00_part2 1 7 1 OK", "00:00_part2 1   SKIPDATA"),
        rows(LONG));
    AgentFixture.Row gap = agent.rowsOf(LONG).get(2);
    assertEquals(at(1), gap.number("timestamp_start"));
    assertEquals(at(2), gap.number("timestamp_end"));
  }

  @Test
  void shouldSayThatSomethingIsMissingWhenTheClockWasSetBackBetweenTwoLives() throws IOException {
    send(ONE, 0.5, 7);
    agent.stop(at(3));
    agent.start(at(2));
    send(ONE, 2.5, 8);
    agent.advanceTo(at(5));
    assertEquals(
        List.of("00:00_part1 1 7 1 OK", "00:00_part2 1 8 1 OK", "00:00_part2 1   SKIPDATA"),
        rows(LONG));
  }

  @Test
  void shouldKeepWhatWasCutBeforeAKillAndSayWhatIsMissing() throws IOException {
    agent.loggers.add(SHORT);
    agent.reload(START_NS);
    send(ONE, 0.5, 7);
    agent.advanceTo(at(1.2));
    send(ONE, 1.5, 8);
    agent.kill();
    agent.start(at(2.5));
    send(ONE, 2.7, 9);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 1 OK", "00:00 1 9 1 OK", "00:00 1   SKIPDATA"), rows(LONG));
    AgentFixture.Row gap = agent.rowsOf(LONG).get(2);
    assertEquals(at(1.2), gap.number("timestamp_start"));
    assertEquals(at(2.5), gap.number("timestamp_end"));
    assertEquals(
        List.of("00:00 1 7 1 OK", "00:02 1 9 1 OK", "00:02 1   SKIPDATA", "00:03 1   NODATA"),
        rows(SHORT));
  }

  @Test
  void shouldLoseNoRowToALossAtAPortThatIsNotCaptured() throws IOException {
    agent.lose(TWO, 5);
    send(ONE, 0.5, 7);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 1 OK"), rows(LONG));
  }

  @Test
  void shouldLoseNoRowToADropThatIsToldWhenItsPortHasLeft() throws IOException {
    DropReport late =
        new MadeTraffic.Packet(at(0.5), TWO, true, 17, "192.0.2.80", 9, 53, 0, 40, true, true)
            .report();
    agent.ports.add(TWO);
    agent.reload(at(0.2));
    agent.number(late, TWO, "NETFILTER_DROP");
    agent.ports.remove(TWO);
    agent.reload(at(1));
    agent.drop(late);
    agent.number(late, TWO, "NETFILTER_DROP");
    agent.drop(late);
    send(ONE, 1.5, 7);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 7 1 OK", "00:00 2   NODATA"), rows(LONG));
    assertEquals(2, agent.counters.get(AgentCounter.DROPS_OF_NO_PORT));
  }

  @Test
  void shouldLoseNoRowToTheGapOfAPortThatLeavesAtOnce() throws IOException {
    agent.advanceTo(at(1));
    agent.kill();
    agent.start(at(2));
    agent.ports.clear();
    agent.ports.add(TWO);
    agent.reload(at(2));
    send(TWO, 2.5, 8);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 2 8 1 OK"), rows(LONG));
  }

  @Test
  void shouldRunOnWhenTheClockGoesBackwards() throws IOException {
    send(ONE, 2.5, 7);
    send(ONE, 0.5, 7);
    agent.advanceTo(at(1));
    assertEquals(List.of(), rows(LONG));
    agent.advanceTo(at(4));
    send(ONE, 1.0, 8);
    agent.advanceTo(at(3));
    agent.advanceTo(at(8));
    assertEquals(List.of("00:00 1 7 2 OK", "00:04 1 8 1 OK"), rows(LONG));
    assertEquals(at(0.5), agent.rowsOf(LONG).get(0).number("timestamp_start"));
  }
}
