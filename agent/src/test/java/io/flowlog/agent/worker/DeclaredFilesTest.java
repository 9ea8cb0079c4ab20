package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.DeclaredFiles;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to files in two folders while the agent runs, and what comes of it. */
class DeclaredFilesTest {
  private static final long UNIT_NS = AgentFixture.UNIT_NS;

  /** 2025-12-31 12:00:00 UTC. */
  private static final long START_NS = 1_767_182_400L * UNIT_NS;

  private static final UUID FIRST = new UUID(0x4000, 1);
  private static final UUID SECOND = new UUID(0x4000, 2);
  private static final String PROJECT = "0".repeat(31) + "a";

  @TempDir Path folder;
  private AgentFixture agent;

  @BeforeEach
  void start() throws IOException {
    Path loggers = Files.createDirectories(folder.resolve("loggers.d"));
    Path ports = Files.createDirectories(folder.resolve("ports.d"));
    LoggerRules rules = new LoggerRules(RowLayout.fieldChoices(), StorageRules.anywhere());
    agent = new AgentFixture(folder, START_NS - UNIT_NS);
    agent.source = new DeclaredFiles(loggers, ports, rules);
    declarePort(1, "");
    declareLogger(FIRST, "aggregation_interval: 4");
    agent.reload(START_NS);
  }

  @AfterEach
  void end() throws IOException {
    agent.close();
  }

  private void declarePort(int number, String more) throws IOException {
    write(
        "ports.d/" + number + ".yaml",
        "port_id: " + new UUID(0x5000, number),
        "mac: 02:00:00:00:00:0" + number,
        "network_id: " + ReplayFixture.NETWORK_ID,
        more);
  }

  private void declareLogger(UUID id, String... more) throws IOException {
    write(
        "loggers.d/" + id + ".yaml",
        "id: " + id,
        "name: test",
        "resource_type: VPC",
        "resource_id: " + ReplayFixture.NETWORK_ID,
        "storage_type: FILE",
        "storage_url: file:///logs",
        "customized_field: interface_id,src_port,packets,status",
        String.join("\n", more));
  }

  private void write(String name, String... lines) throws IOException {
    Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  private static long at(double units) {
    return START_NS + (long) (units * UNIT_NS);
  }

  private void send(int port, double units) throws IOException {
    agent.see(
        FrameBuilder.ethernet("02:00:00:00:00:0" + port, "02:00:00:00:0f:0f")
            .ipv4("10.0.0." + port, "192.0.2.80")
            .udp(port, 53)
            .payloadOf(12)
            .toFrame(at(units)));
  }

  /** Returns each row as part, port, packets and status. */
  private List<String> rows(UUID logger) throws IOException {
    return agent.rowsOf(logger).stream().map(row -> row.inShort("packets", "status")).toList();
  }

  @Test
  void shouldFollowAPortThatComesLeavesAndComesBack() throws IOException {
    send(1, 0.5);
    declarePort(2, "");
    agent.reload(at(1));
    send(2, 1.5);
    Files.delete(folder.resolve("ports.d/1.yaml"));
    agent.reload(at(2));
    send(1, 2.2);
    send(2, 2.5);
    declarePort(1, "");
    agent.reload(at(3));
    send(1, 3.5);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 2 OK", "00:00 2 2 OK"), rows(FIRST));
    assertEquals(List.of(), agent.problems());
  }

  @Test
  void shouldFollowALoggerThatIsAddedAndRemovedInMidInterval() throws IOException {
    send(1, 0.5);
    declareLogger(SECOND, "aggregation_interval: 4");
    agent.reload(at(1));
    send(1, 1.5);
    Files.delete(folder.resolve("loggers.d/" + SECOND + ".yaml"));
    agent.reload(at(2));
    agent.advanceTo(at(2));
    assertEquals(List.of("00:00_part1 1 1 OK"), rows(SECOND));
    send(1, 2.5);
    agent.advanceTo(at(8));
    assertEquals(List.of("00:00 1 3 OK", "00:04 1  NODATA"), rows(FIRST));
    assertEquals(1, rows(SECOND).size());
  }

  @Test
  void shouldRefuseABadFileWithItsPlaceAndDisturbNobody() throws IOException {
    send(1, 0.5);
    declareLogger(SECOND, "filter: NONE");
    agent.reload(at(1));
    String place = folder.resolve("loggers.d/" + SECOND + ".yaml") + ":8: filter: ";
    assertEquals(1, agent.problems().size());
    assertEquals(place, agent.problems().get(0).substring(0, place.length()));
    send(1, 1.5);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 2 OK"), rows(FIRST));
    assertEquals(List.of(), rows(SECOND));
    declareLogger(SECOND, "filter: ACCEPT", "aggregation_interval: 1");
    agent.reload(at(4));
    assertEquals(List.of(), agent.problems());
    send(1, 4.5);
    agent.advanceTo(at(5));
    assertEquals(List.of("00:04 1 1 OK"), rows(SECOND));
  }

  @Test
  void shouldGoOnAsBeforeWhenAGoodFileIsEditedBadly() throws IOException {
    declarePort(2, "");
    agent.reload(at(0.1));
    write("loggers.d/" + FIRST + ".yaml", "id: [");
    write("ports.d/2.yaml", "port_id: 2");
    send(1, 0.5);
    agent.reload(at(1));
    assertEquals(3, agent.problems().size(), agent.problems()::toString);
    send(1, 1.5);
    send(2, 1.6);
    agent.advanceTo(at(4));
    assertEquals(List.of("00:00 1 2 OK", "00:00 2 1 OK"), rows(FIRST));
    declarePort(2, "");
    declareLogger(FIRST, "aggregation_interval: 1");
    agent.reload(at(4.2));
    send(2, 4.5);
    agent.advanceTo(at(5));
    assertEquals(List.of(), agent.problems());
    assertEquals(
        List.of(
            "00:04_part1 1  NODATA",
            "00:04_part1 2  NODATA",
            "00:04_part2 2 1 OK",
            "00:04_part2 1  NODATA"),
        rows(FIRST).subList(2, 6));
  }

  @Test
  void shouldShowALoggerThePortsOfItsOwnerOnly() throws IOException {
    String own = "project_id: " + PROJECT;
    declarePort(2, own);
    declareLogger(SECOND, "aggregation_interval: 4", own);
    agent.reload(at(0.1));
    send(1, 0.5);
    send(2, 0.6);
    agent.advanceTo(at(4));
    assertEquals(2, rows(FIRST).size());
    assertEquals(1, rows(SECOND).stream().filter(row -> row.endsWith(" 2 1 OK")).count());
    assertEquals(1, rows(SECOND).size());
    declareLogger(SECOND, "aggregation_interval: 4", "tenant_id: " + AgentFixture.ADMIN_PROJECT);
    agent.reload(at(4));
    send(1, 4.5);
    agent.advanceTo(at(8));
    assertEquals(List.of("00:04 1 1 OK", "00:04 2  NODATA"), rows(SECOND).subList(1, 3));
  }
}
