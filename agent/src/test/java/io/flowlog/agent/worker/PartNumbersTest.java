package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No file of a host ever overwrites another one, whatever happens within an interval. */
class PartNumbersTest {
  private static final long UNIT_NS = AgentFixture.UNIT_NS;

  /** 2025-12-31 12:00:00 UTC. */
  private static final long START_NS = 1_767_182_400L * UNIT_NS;

  private static final LoggingPort PORT = ReplayFixture.port(1, "02:00:00:00:00:01", "10.0.0.1");

  @TempDir Path folder;
  private AgentFixture agent;
  private FlowLogger logger;

  @BeforeEach
  void start() throws IOException {
    ReplayFixture fixture = new ReplayFixture(folder);
    fixture.fields = List.of("interface_id", "src_port", "packets", "status");
    logger = fixture.logger();
    agent = new AgentFixture(folder, START_NS - UNIT_NS);
    agent.ports.add(PORT);
    agent.loggers.add(logger);
    agent.reload(START_NS);
  }

  @AfterEach
  void end() throws IOException {
    agent.close();
  }

  private static long at(double units) {
    return START_NS + (long) (units * UNIT_NS);
  }

  private void send(double units) throws IOException {
    agent.see(
        FrameBuilder.ethernet(String.valueOf(PORT.mac()), "02:00:00:00:0f:0f")
            .ipv4(PORT.addresses().get(0), "192.0.2.80")
            .udp(7, 53)
            .payloadOf(12)
            .toFrame(at(units)));
  }

  private Map<String, String> stored() throws IOException {
    Map<String, String> contents = new HashMap<>();
    try (Stream<Path> files = Files.walk(agent.out())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    return contents;
  }

  /** Returns what tells the names of files apart: second, life and part. */
  private static Set<String> inShort(Map<String, String> stored) {
    return stored.keySet().stream()
        .map(name -> name.replaceAll(".*T12:00:|_host-1|\\.csv", ""))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldNotOverwriteWhatAForgottenLifeMayHaveStored(boolean wholeState) throws IOException {
    send(0.5);
    agent.stop(at(0.6));
    Map<String, String> before = stored();
    assertEquals(Set.of("00_part1"), inShort(before));
    delete(folder.resolve("spool"));
    if (wholeState) {
      delete(folder.resolve("state"));
    }
    agent.start(at(0.7));
    send(0.8);
    send(1.5);
    agent.advanceTo(at(2));
    long life = Math.floorDiv(at(0.7), UNIT_NS);
    assertEquals(Set.of("00_part1", "00_r" + life, "01"), inShort(stored()));
    assertTrue(stored().entrySet().containsAll(before.entrySet()));
  }

  @Test
  void shouldKeepTheNamesOfALifeThatBeganInTheMiddleWhenItIsFollowedByAnother() throws IOException {
    agent.kill();
    delete(folder.resolve("spool"));
    agent.start(at(0.3));
    send(0.4);
    agent.stop(at(0.5));
    Map<String, String> before = stored();
    agent.start(at(0.6));
    send(0.7);
    agent.advanceTo(at(1));
    long life = Math.floorDiv(at(0.3), UNIT_NS);
    String stem = "00_r" + life;
    assertEquals(Set.of(stem + "_part1", stem + "_part2"), inShort(stored()));
    assertTrue(stored().entrySet().containsAll(before.entrySet()));
  }

  @Test
  void shouldNumberOnWhenTheClockGoesBackToAnIntervalThatIsStored() throws IOException {
    send(0.5);
    agent.advanceTo(at(1.5));
    Map<String, String> before = stored();
    assertEquals(Set.of("00"), inShort(before));
    agent.kill();
    agent.start(at(0.2));
    send(0.3);
    agent.advanceTo(at(1));
    assertEquals(Set.of("00", "00_part1"), inShort(stored()));
    agent.kill();
    agent.start(at(0.4));
    send(0.5);
    agent.advanceTo(at(1));
    assertEquals(Set.of("00", "00_part1", "00_part2"), inShort(stored()));
    assertTrue(stored().entrySet().containsAll(before.entrySet()));
  }

  @Test
  void shouldNumberOnWhenALoggerIsSwitchedOffAndOnAndTheAgentRestarted() throws IOException {
    Map<String, String> before = new HashMap<>();
    for (int round = 0; round < 4; round++) {
      double now = 0.2 * round;
      send(now + 0.05);
      agent.loggers.clear();
      agent.reload(at(now + 0.1));
      agent.advanceTo(at(now + 0.11));
      if (round % 2 == 1) {
        agent.kill();
        agent.start(at(now + 0.12));
      }
      assertTrue(stored().entrySet().containsAll(before.entrySet()));
      before = stored();
      agent.loggers.add(logger);
      agent.reload(at(now + 0.15));
    }
    assertEquals(Set.of("00_part1", "00_part2", "00_part3", "00_part4"), inShort(before));
  }
}
