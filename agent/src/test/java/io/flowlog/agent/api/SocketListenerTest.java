package io.flowlog.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerStatus;
import io.flowlog.agent.logger.PortStatus;
import io.flowlog.agent.logger.Snapshots;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.store.StoreConfig;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line's socket serves. */
class SocketListenerTest {
  private static final String LOGGERS = "/v2.0/flowlog-loggers";
  private static final String PORTS = "/v2.0/flowlog-logging-ports";

  private final Path folder;
  private final Path socket;
  private final PublishedMetrics metrics = new PublishedMetrics("1.2.3", Health::starting);
  private final SocketListener listener;
  private AgentSnapshot snapshot = AgentSnapshot.EMPTY;

  SocketListenerTest(@TempDir Path folder) throws ListenException {
    this.folder = folder;
    socket = folder.resolve("agent.sock");
    listener = SocketListener.open(socket, metrics, Health::starting, () -> snapshot);
  }

  @AfterEach
  void close() {
    listener.close();
    metrics.close();
  }

  private String get(String page) throws IOException {
    return body(200, "GET " + page);
  }

  private String body(int status, String request) throws IOException {
    try (RawClient client = new RawClient(UnixDomainSocketAddress.of(socket))) {
      client.send(request + " HTTP/1.0\r\n\r\n");
      String answer = client.answer();
      assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  private JsonNode json(String page) throws IOException {
    return new ObjectMapper().readTree(get(page));
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void shouldServeWhatMonitoringAsksFor() throws IOException {
    assertTrue(get("/metrics").contains("\nflowlog_frames_total 0.0\n"));
    assertTrue(body(503, "GET /health").contains("\"not ready\""));
    assertEquals(
        "no such page here: there is /health, /metrics, /v2.0/flowlog-loggers,"
            + " /v2.0/flowlog-loggers/{id}, /v2.0/flowlog-logging-ports,"
            + " /v2.0/flowlog-logging-ports/{id}\n",
        body(404, "GET /v2.0"));
  }

  @Test
  void shouldListNothingWhenThereIsNothing() throws IOException {
    assertEquals("{\"flowlog_loggers\":[]}\n", get(LOGGERS));
    assertEquals("{\"flowlog_logging_ports\":[]}\n", get(PORTS));
  }

  @Test
  void shouldOnlyBeRead() throws IOException {
    snapshot = Snapshots.ofPorts(1);
    String only = "this page can only be read: use GET, HEAD\n";
    for (String page : new String[] {LOGGERS, PORTS, LOGGERS + "/x"}) {
      assertEquals(only, body(405, "DELETE " + page));
      assertEquals(only, body(405, "PUT " + page));
    }
  }

  @Test
  void shouldShowALoggerAsTheControlApiDoes() throws IOException {
    FlowLogger logger = Snapshots.logger(7, "web", Snapshots.PROJECT_ID, null);
    LoggerStatus status = Snapshots.status(logger, "ERROR", "403: no access", List.of("a", "b"));
    snapshot = new AgentSnapshot(List.of(status), List.of());
    String members =
        "{'id':'00000000-0000-4000-8000-000000000007','name':'web','description':'web',"
            + "'tenant_id':'419a823563124dc5b5627f5e79db8174',"
            + "'project_id':'419a823563124dc5b5627f5e79db8174',"
            + "'resource_type':'VPC','resource_id':'4f1c2a9e-0d5b-4c37-9a66-2b8e7d1f3c50',"
            + "'filter':'ALL','aggregation_interval':10,'connection_setup_only':false,"
            + "'storage_type':'FILE','storage_url':'file:///srv/flow-logs',"
            + "'log_format':'PARQUET','compression_type':'GZIP','layout':'nhn',"
            + "'customized_field':'src_addr,dst_addr,packets','partition_period':'HOUR',"
            + "'admin_state_up':true,'status':'ERROR','error_type':'OBSConfigurationError',"
            + "'error_message':'403: no access','created_at':'2026-03-01 09:30:02',"
            + "'updated_at':'2026-03-01 09:30:02.226363','ports':2,'problems':['a','b']}";
    String expected = members.replace('\'', '"');
    assertEquals("{\"flowlog_loggers\":[" + expected + "]}\n", get(LOGGERS));
    String item = "{\"flowlog_logger\":" + expected + "}\n";
    assertEquals(item, get(LOGGERS + "/00000000-0000-4000-8000-000000000007"));
    assertEquals(item, get(LOGGERS + "/00000000-0000-4000-8000-000000000007?x=y"));
  }

  @Test
  void shouldShowALoggingPortOnceForEachLogger() throws IOException {
    snapshot =
        new AgentSnapshot(
            List.of(
                Snapshots.logger(1, "one", List.of()),
                Snapshots.status(
                    Snapshots.logger(2, "two", null, null), "INACTIVE", "", List.of())),
            List.of(Snapshots.port(5, "waiting: no such device", 1, 2)));
    JsonNode ports = json(PORTS).get("flowlog_logging_ports");
    assertEquals(2, ports.size());
    // as python3's uuid.uuid5(UUID("00000000-0000-4000-8000-000000000001"), port_id) has it
    String expected =
        ("{'id':'ID','logger_id':'00000000-0000-4000-8000-000000000001',"
                + "'port_id':'00000000-0000-1005-8000-000000000000',"
                + "'network_id':'4f1c2a9e-0d5b-4c37-9a66-2b8e7d1f3c50',"
                + "'tenant_id':'419a823563124dc5b5627f5e79db8174',"
                + "'project_id':'419a823563124dc5b5627f5e79db8174',"
                + "'created_at':'2026-03-01 09:30:02','updated_at':'2026-03-01 09:30:02',"
                + "'device':'tap00000005-05','state':'waiting: no such device',"
                + "'frames':1005,'lost_frames':5,'since':'2026-03-01 09:30:02'}")
            .replace('\'', '"')
            .replace("ID", "72be21cd-103e-52e0-8a64-4a40374c3940");
    assertEquals(expected, ports.get(0).toString());
    assertTrue(ports.get(1).get("project_id").isNull(), "the logger's owner, which has none");
    String id = ports.get(1).get("id").asText();
    assertEquals("{\"flowlog_logging_port\":" + ports.get(1) + "}\n", get(PORTS + "/" + id));
  }

  @Test
  void shouldHaveAllMembersThatTheDocumentsName() throws IOException {
    snapshot = Snapshots.ofPorts(1);
    Set<String> logger = names(json(LOGGERS).get("flowlog_loggers").get(0));
    for (String name :
        ("status connection_setup_only description partition_period resource_id tenant_id"
                + " created_at error_type updated_at customized_field id filter storage_type"
                + " aggregation_interval admin_state_up log_format storage_url project_id"
                + " compression_type resource_type name")
            .split(" ", -1)) {
      assertTrue(logger.contains(name), name);
    }
    Set<String> port = names(json(PORTS).get("flowlog_logging_ports").get(0));
    for (String name :
        "network_id tenant_id created_at updated_at logger_id project_id port_id id"
            .split(" ", -1)) {
      assertTrue(port.contains(name), name);
    }
  }

  @Test
  void shouldSayInTheApisWayThatThereIsNoSuchThing() throws IOException {
    snapshot = Snapshots.ofPorts(2);
    String id = "00000000-0000-4000-8000-000000000009";
    assertEquals(
        "{\"NeutronError\":{\"type\":\"FlowlogLoggerNotFound\",\"message\":"
            + "\"There is no flow log logger "
            + id
            + ".\",\"detail\":\"\"}}\n",
        body(404, "GET " + LOGGERS + "/" + id));
    for (String strange : new String[] {"", "\"x\"", "..%2f", "\\", "<b>", "1-2-3-4-5"}) {
      JsonNode error =
          new ObjectMapper()
              .readTree(body(404, "GET " + PORTS + "/" + strange))
              .get("NeutronError");
      assertEquals("FlowlogLoggingPortNotFound", error.get("type").asText());
      assertEquals(
          "There is no flow log logging port " + strange + ".", error.get("message").asText());
    }
  }

  @Test
  void shouldAnswerWithWhatServesAsAFile() throws IOException {
    FlowLogger own = Snapshots.logger(1, Snapshots.STRANGE, Snapshots.PROJECT_ID, null);
    String template = "#{year}#{month}#{day}-#{hour}#{minute}#{second}-#{logger_id}";
    FlowLogger everybodys = Snapshots.logger(2, "two", null, template);
    snapshot =
        new AgentSnapshot(
            List.of(
                Snapshots.status(own, "ERROR", Snapshots.STRANGE, List.of(Snapshots.STRANGE)),
                Snapshots.status(everybodys, "ACTIVE", "", List.of())),
            List.of());
    for (FlowLogger logger : List.of(own, everybodys)) {
      Path file = folder.resolve(logger.id() + ".json");
      Files.writeString(file, get(LOGGERS + "/" + logger.id()));
      StoreConfig store =
          new StoreConfig(List.of(Path.of("/srv/flow-logs")), List.of(), List.of(), 1, 3);
      var loaded = LoggerFiles.load(file, LoggerFiles.rules(RowLayout.fieldChoices(), store));
      assertEquals(List.of(), loaded.problems());
      assertEquals(List.of(logger), loaded.values());
    }
  }

  @Test
  void shouldBearStrangeNames() throws Exception {
    LoggingPort port =
        new LoggingPort(
            Snapshots.STRANGE, "x", null, List.of(), null, null, null, null, null, null);
    PortStatus status =
        new PortStatus(port, List.of(), Snapshots.STRANGE, Long.MAX_VALUE, 0, Instant.EPOCH);
    snapshot =
        new AgentSnapshot(
            List.of(Snapshots.logger(1, Snapshots.STRANGE, List.of(Snapshots.STRANGE))),
            List.of(
                status,
                new PortStatus(
                    port,
                    List.of(Snapshots.logger(1, "", null, null).id()),
                    Snapshots.STRANGE,
                    Long.MAX_VALUE,
                    0,
                    Instant.EPOCH)));
    assertEquals(
        Snapshots.STRANGE, json(LOGGERS).get("flowlog_loggers").get(0).get("name").asText());
    JsonNode shown = json(PORTS).get("flowlog_logging_ports").get(0);
    assertEquals(1, json(PORTS).get("flowlog_logging_ports").size(), "one has no logger");
    assertEquals(Snapshots.STRANGE, shown.get("device").asText());
    assertEquals(Long.MAX_VALUE, shown.get("frames").asLong());
    assertTrue(shown.get("network_id").isNull());
    String text = get(LOGGERS);
    assertEquals(codePoints(Snapshots.STRANGE), seenByPython(text));
    assertFalse(
        text.strip()
            .chars()
            .anyMatch(
                c ->
                    Character.isISOControl(c)
                        || Character.getType(c) == Character.FORMAT
                        || c == '\u2028'),
        "nothing that a terminal would obey");
  }

  private static String codePoints(String text) {
    return text.codePoints().boxed().toList().toString();
  }

  private String seenByPython(String json) throws Exception {
    Path file = Files.writeString(folder.resolve("loggers.json"), json);
    Process python =
        new ProcessBuilder(
                "python3",
                "-c",
                "import json, sys;"
                    + " answer = json.load(open(sys.argv[1], encoding='utf-8'));"
                    + " print([ord(c) for c in answer['flowlog_loggers'][0]['name']])",
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String seen = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, python.waitFor());
    return seen.strip();
  }

  @Test
  void shouldListFiveHundredPorts() throws IOException {
    snapshot = Snapshots.ofPorts(500);
    JsonNode ports = json(PORTS).get("flowlog_logging_ports");
    assertEquals(1000, ports.size());
    List<String> ids = new ArrayList<>();
    ports.forEach(port -> ids.add(port.get("id").asText()));
    assertEquals(1000, new HashSet<>(ids).size());
    for (String id : List.of(ids.get(0), ids.get(999))) {
      assertNotNull(json(PORTS + "/" + id).get("flowlog_logging_port"));
    }
  }
}
