package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
