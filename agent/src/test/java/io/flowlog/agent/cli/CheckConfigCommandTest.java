package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check-config} over a folder as an operator has it. */
class CheckConfigCommandTest {
  private static final String LOGGER =
      """
      name: %s
      resource_id: 00000000-0000-4000-8000-0000000000aa
      storage_type: FILE
      storage_url: file:///srv/flow-logs/x
      """;
  private static final String PORT =
      """
      port_id: 00000000-0000-4000-8000-0000000000aa
      device: tap0
      """;

  @TempDir Path folder;
  private Path config = Path.of("");
  private Path loggers = Path.of("");
  private Path ports = Path.of("");

  @BeforeEach
  void makeFolders() throws IOException {
    loggers = Files.createDirectory(folder.resolve("loggers.d"));
    ports = Files.createDirectory(folder.resolve("ports.d"));
    config = folder.resolve("flowlog-agent.yaml");
    write(config, "store: {directories: [/srv/flow-logs]}");
  }

  private void write(Path file, String text) throws IOException {
    String directories = "host: h1\nloggers_dir: " + loggers + "\nports_dir: " + ports + "\n";
    Files.writeString(file, file.equals(config) ? directories + text + "\n" : text);
  }

  private void assertReport(int code, Object... lines) {
    Outcome outcome = Outcome.of("check-config", "--config", config.toString());
    assertEquals(List.of(lines), outcome.words());
    assertEquals(code, outcome.code());
    assertEquals("", outcome.data());
  }

  @Test
  void shouldCountWhatIsGood() throws IOException {
    write(loggers.resolve("a.yaml"), LOGGER.formatted("a"));
    write(loggers.resolve("b.yaml"), LOGGER.formatted("b"));
    write(ports.resolve("p.yaml"), PORT);
    assertReport(Main.DONE, config + ": good; 2 loggers and 1 ports good");
  }

  @Test
  void shouldReportTheMistakesOfAllFilesAtOnce() throws IOException {
    String id = "id: 11111111-1111-4111-8111-111111111111\n";
    write(loggers.resolve("a.yaml"), id + LOGGER.formatted("a"));
    write(loggers.resolve("b.yaml"), id + LOGGER.formatted("b"));
    write(
        loggers.resolve("c.yaml"),
        LOGGER.formatted("c") + "customized_field: pakets\nfliter: DROP\n");
    write(ports.resolve("p.yaml"), PORT + "vlan: 3\n");
    assertReport(
        Main.FAILED,
        loggers.resolve("b.yaml")
            + ":1: id: \"11111111-1111-4111-8111-111111111111\" is taken by "
            + loggers.resolve("a.yaml")
            + ":1: change or remove one",
        loggers.resolve("c.yaml")
            + ":5: customized_field: \"pakets\" is not a field of layout nhn: "
            + "did you mean packets?",
        loggers.resolve("c.yaml") + ":6: fliter: unknown key: did you mean filter?",
        ports.resolve("p.yaml")
            + ":3: vlan: unknown key: known are device, port_id, mac, addresses, vm_id,"
            + " subnet_id, network_id, project_id, owner_type, owner_id",
        "4 problems; 1 loggers and 0 ports good");
  }

  @Test
  void shouldReportEveryMistakeOfTheConfiguration() throws IOException {
    write(config, "flow:\n  table_byte: 1GiB\nformat:\n  rows_per_file: many");
    assertReport(
        Main.FAILED,
        config + ":5: flow.table_byte: unknown key: did you mean table_bytes?",
        config
            + ":7: format.rows_per_file: must be a whole number, not the text \"many\": "
            + "write a whole number from 1 to 1000000000",
        "2 problems; loggers and ports were not looked at");
  }

  @Test
  void shouldSayThatThereIsNoSuchFile() {
    config = folder.resolve("missing.yaml");
    assertReport(
        Main.FAILED,
        config + ": no such file: check the path",
        "1 problem; loggers and ports were not looked at");
  }

  @Test
  void shouldSayThatAFolderIsMissing() throws IOException {
    Files.delete(ports);
    assertReport(
        Main.FAILED,
        ports + ": no such file: check the path",
        "1 problem; 0 loggers and 0 ports good");
  }

  @Test
  void shouldTakeASettingOfTheCommandLine() {
    Outcome outcome =
        Outcome.of("check-config", "--config", config.toString(), "--set", "flow.table_byt=1GiB");
    assertEquals(Main.FAILED, outcome.code());
    assertEquals(
        "--set: flow.table_byt: unknown key: did you mean table_bytes?", outcome.words().get(0));
  }

  private Outcome checkHost(String... more) throws IOException {
    write(loggers.resolve("a.yaml"), LOGGER.formatted("a"));
    write(ports.resolve("p.yaml"), PORT.replace("tap0", "lo"));
    List<String> words = new ArrayList<>(List.of("check-config", "--host"));
    words.addAll(List.of("--config", config.toString()));
    words.addAll(List.of(more));
    return Outcome.of(words.toArray(new String[0]));
  }

  @Test
  void shouldSayWhatTheHostCanTell() throws IOException {
    Outcome outcome = checkHost("--set", "capture.drops=required");
    assertEquals(List.of(config + ": good; 1 loggers and 1 ports good"), outcome.words());
    List<String> lines = outcome.data().lines().toList();
    assertEquals(
        "TOPIC                IS     WHAT IS SO, WHAT IT MEANS FOR THE RECORDS, WHAT TO DO",
        lines.get(0).replaceAll("IS {2,}", "IS     "));
    assertTrue(
        lines.get(1).matches("live capture +good +Linux [0-9].*, with the rights that it takes"),
        outcome.data());
    assertTrue(lines.stream().allMatch(line -> line.length() <= 100), outcome.data());
    assertTrue(outcome.data().contains("the kernel tells what it drops, and why"), outcome.data());
    assertTrue(outcome.data().contains("here: lo"), outcome.data());
    assertEquals(Main.DONE, outcome.code());
  }

  @Test
  void shouldSayItToPrograms() throws IOException {
    Outcome outcome = checkHost("--json");
    JsonNode facts = new ObjectMapper().readTree(outcome.data()).get("host");
    assertEquals("live capture", facts.get(0).get("topic").asText());
    for (JsonNode fact : facts) {
      List<String> names = new ArrayList<>();
      fact.fieldNames().forEachRemaining(names::add);
      assertEquals(List.of("topic", "is", "fact", "meaning", "remedy"), names);
      assertTrue(List.of("good", "limited").contains(fact.get("is").asText()), fact.toString());
      assertFalse(fact.get("meaning").asText().isEmpty(), fact.toString());
    }
    assertEquals(Main.DONE, outcome.code());
  }

  @Test
  void shouldFailWhereTheAgentWouldNotStart() throws Exception {
    write(loggers.resolve("a.yaml"), LOGGER.formatted("a"));
    String script = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
    ProcessBuilder check =
        new ProcessBuilder(
            "unshare",
            "--mount",
            "--propagation=private",
            "sh",
            "-c",
            script,
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            "io.flowlog.agent.cli.Main",
            "check-config",
            "--host",
            "--config",
            config.toString());
    Outcome limited = Outcome.of(check, folder);
    assertEquals(Main.DONE, limited.code(), limited.toString());
    assertTrue(limited.data().matches("(?s).*drop reports +limited +the kernel.*"), limited.data());
    check.command().addAll(List.of("--set", "capture.drops=required"));
    Outcome impossible = Outcome.of(check, folder);
    assertEquals(Main.FAILED, impossible.code(), impossible.toString());
    assertTrue(
        impossible.data().matches("(?s).*drop reports +impossible +the kernel does not.*"),
        impossible.data());
  }

  @Test
  void shouldHaveJsonForTheHostOnly() {
    Outcome outcome = Outcome.of("check-config", "--json", "--config", config.toString());
    assertEquals(Main.WRONG_USE, outcome.code());
    assertEquals("--json is for --host", outcome.words().get(0));
  }
}
