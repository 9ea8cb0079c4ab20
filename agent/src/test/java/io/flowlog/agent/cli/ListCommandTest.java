package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowlog.agent.api.ListenException;
import io.flowlog.agent.api.SocketListener;
import io.flowlog.agent.cli.table.DisplayText;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.PortStatus;
import io.flowlog.agent.logger.Snapshots;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands ports and loggers against an agent that listens. */
class ListCommandTest {
  private static final Instant NOW = Snapshots.SINCE.plusSeconds(3 * 3600 + 5);

  private final Path folder;
  private final String config;
  private final PublishedMetrics metrics = new PublishedMetrics("1.2.3", Health::starting);
  private final SocketListener listener;
  private AgentSnapshot snapshot = AgentSnapshot.EMPTY;

  ListCommandTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Path socket = folder.resolve("agent.sock");
    config = config(socket);
    listener = SocketListener.open(socket, metrics, Health::starting, () -> snapshot);
  }

  private String config(Path socket) throws IOException {
    String text = "host: node-7\napi:\n  socket: " + socket + "\n";
    return Files.writeString(folder.resolve("agent.yaml"), text).toString();
  }

  @AfterEach
  void close() {
    listener.close();
    metrics.close();
  }

  private Outcome ask(String command, String... options) {
    String[] arguments = new String[options.length + 3];
    arguments[0] = command;
    arguments[1] = "--config";
    arguments[2] = config;
    System.arraycopy(options, 0, arguments, 3, options.length);
    return Outcome.of(arguments);
  }

  private List<AnswerRow> rows(ShownList list) throws IOException {
    Outcome outcome = ask(list.command(), "--json");
    return AnswerRow.read(outcome.data().getBytes(StandardCharsets.UTF_8), list.member());
  }

  @Test
  void shouldShowPortsOnceWithTheirCapture() throws IOException {
    snapshot =
        new AgentSnapshot(
            List.of(Snapshots.logger(1, "one", List.of()), Snapshots.logger(2, "two", List.of())),
            List.of(
                Snapshots.port(5, "capturing", 1, 2),
                Snapshots.port(6, "waiting: no such device", 2)));
    assertEquals(
        List.of(
            "device          port_id                               loggers  frames  lost  for"
                + "  state",
            "tap00000005-05  00000000-0000-1005-8000-000000000000        2    1005     5   3h"
                + "  capturing",
            "tap00000006-06  00000000-0000-1006-8000-000000000000        1    1006     6   3h"
                + "  waiting: no such device"),
        new PortList().table(rows(new PortList()), NOW));
    Outcome outcome = ask("ports");
    assertEquals(Main.DONE, outcome.code());
    assertEquals(3, outcome.data().lines().count());
    assertTrue(outcome.data().contains("waiting: no such device"), outcome::toString);
    assertEquals(List.of(), outcome.words());
  }

  @Test
  void shouldTellTheAgeInItsLargestUnit() throws IOException {
    snapshot = new AgentSnapshot(List.of(), List.of(Snapshots.port(5, "capturing", 1)));
    List<AnswerRow> rows = rows(new PortList());
    for (String[] expected :
        new String[][] {
          {"0", "0s"},
          {"59", "59s"},
          {"60", "1m"},
          {"3599", "59m"},
          {"3600", "1h"},
          {"86399", "23h"},
          {"86400", "1d"},
          {"-5", "0s"}
        }) {
      Instant now = Snapshots.SINCE.plusSeconds(Long.parseLong(expected[0]));
      String line = new PortList().table(rows, now).get(1);
      assertTrue(line.endsWith("  " + expected[1] + "  capturing"), line);
    }
  }

  @Test
  void shouldShowLoggersAndWhatIsWrongWithThem() throws IOException {
    snapshot =
        new AgentSnapshot(
            List.of(
                Snapshots.logger(1, "web", List.of("no port of its VPC is here", "b")),
                Snapshots.status(
                    Snapshots.logger(2, "a name that is much too long", null, null),
                    "ERROR",
                    "403: no access",
                    List.of())),
            List.of());
    Outcome outcome = ask("loggers");
    assertEquals(Main.DONE, outcome.code());
    assertEquals(
        List.of(
            "name                  id                                    covers  ports  filter"
                + "  format   status",
            "web                   00000000-0000-4000-8000-000000000001  VPC         2  ALL   "
                + "  PARQUET  ACTIVE",
            "a name that is much…  00000000-0000-4000-8000-000000000002  VPC         2  ALL   "
                + "  PARQUET  ERROR"),
        outcome.data().lines().toList());
    assertEquals(
        List.of(
            "flowlog-agent: web: no port of its VPC is here",
            "flowlog-agent: web: b",
            "flowlog-agent: a name that is much…: OBSConfigurationError: 403: no access"),
        outcome.words());
  }

  @Test
  void shouldPrintTheAnswerAsItIs() throws IOException {
    snapshot = Snapshots.ofPorts(500);
    for (String command : new String[] {"ports", "loggers"}) {
      Outcome outcome = ask(command, "--json");
      assertEquals(Main.DONE, outcome.code());
      assertEquals(List.of(), outcome.words());
      String member = command.equals("ports") ? "flowlog_logging_ports" : "flowlog_loggers";
      assertEquals(
          command.equals("ports") ? 1000 : 2,
          new ObjectMapper().readTree(outcome.data()).get(member).size());
      assertEquals(1, outcome.data().lines().count());
    }
  }

  @Test
  void shouldShowFiveHundredPortsInAHundredColumns() {
    snapshot = Snapshots.ofPorts(500);
    List<String> lines = ask("ports").data().lines().toList();
    assertEquals(501, lines.size());
    lines.forEach(line -> assertTrue(line.length() <= 100, line));
  }

  @Test
  void shouldSayThatAListIsEmpty() {
    assertEquals(
        List.of(
            "flowlog-agent: no logging ports: no logger covers a port of this host"
                + " (flowlog-agent loggers shows the loggers)"),
        ask("ports").words());
    Outcome outcome = ask("loggers");
    assertEquals(
        List.of(
            "flowlog-agent: no loggers: declare one in the folder loggers_dir of the"
                + " configuration"),
        outcome.words());
    assertEquals(Main.DONE, outcome.code());
    assertEquals("", outcome.data());
    assertEquals("{\"flowlog_logging_ports\":[]}\n", ask("ports", "--json").data());
  }

  @Test
  void shouldShowStrangeNamesHarmlessly() {
    LoggingPort port =
        new LoggingPort(
            Snapshots.STRANGE, "x", null, List.of(), null, null, null, null, null, null);
    snapshot =
        new AgentSnapshot(
            List.of(Snapshots.logger(1, Snapshots.STRANGE, List.of(Snapshots.STRANGE))),
            List.of(
                new PortStatus(
                    port,
                    List.of(Snapshots.logger(1, "", null, null).id()),
                    Snapshots.STRANGE,
                    0,
                    0,
                    Snapshots.SINCE)));
    for (String command : new String[] {"ports", "loggers"}) {
      Outcome outcome = ask(command);
      assertEquals(2, outcome.data().lines().count(), outcome::toString);
      assertTrue(outcome.data().contains("\"q\" \\ /<"), outcome::toString);
      List<String> words = outcome.words();
      assertEquals(command.equals("ports") ? 0 : 1, words.size());
      outcome.data().lines().forEach(line -> assertEquals(line, DisplayText.printable(line)));
      words.forEach(line -> assertEquals(line, DisplayText.printable(line)));
    }
  }

  @Test
  void shouldRefuseOptionsThatItDoesNotKnow() {
    assertEquals(Main.WRONG_USE, ask("ports", "--jsn").code());
    assertEquals(Main.WRONG_USE, ask("loggers", "x").code());
  }

  @Test
  void shouldSayThatNoAgentRuns() throws IOException {
    listener.close();
    Path socket = folder.resolve("agent.sock");
    String remedy =
        ": start it (systemctl start flowlog-agent), or name its configuration by --config";
    ask("ports").assertFailed("no agent runs at " + socket + remedy);
    Files.writeString(socket, "left behind, nobody listens");
    ask("loggers", "--json").assertFailed("no agent runs at " + socket + remedy);
  }

  @Test
  void shouldSayWhatIsWrongWithTheConfiguration() throws IOException {
    Files.writeString(Path.of(config), "host: node-7\napi: {socket: off}\n");
    ask("ports")
        .assertFailed(config + ": api.socket is off: name a path there, and start the agent anew");
    Files.writeString(Path.of(config), "host: node-7\napi: {sockt: off}\n");
    ask("ports")
        .assertFailed(
            config
                + " does not say where the agent listens: mend it (flowlog-agent check-config"
                + " --config "
                + config
                + " names its mistakes)");
  }

  @Test
  void shouldSayThatTheAgentFailed() throws ListenException {
    listener.close();
    SocketListener broken =
        SocketListener.open(
            folder.resolve("agent.sock"),
            metrics,
            Health::starting,
            () -> {
              throw new IllegalStateException("no\u001bsnapshot");
            });
    try {
      ask("ports")
          .assertFailed(
              "the agent at "
                  + folder.resolve("agent.sock")
                  + " answers 500: a mistake in the program: report it with this line:"
                  + " java.lang.IllegalStateException: no\\u001bsnapshot");
    } finally {
      broken.close();
    }
  }
}
