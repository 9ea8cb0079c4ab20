package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.port.LoggingPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortFilesTest {
  private static final String ONE = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
  private static final String TWO = "0f9e8d7c-6b5a-4948-8776-655443322110";

  private final Path directory;
  private final TemporaryFiles files;

  PortFilesTest(@TempDir Path directory) {
    this.directory = directory;
    files = new TemporaryFiles(directory);
  }

  @Test
  void shouldReadPortsFromOneFileAndFromADirectory() {
    Path file = files.write("a.yaml", "device: tap0", "port_id: " + ONE);
    files.write("b.json", "[{\"port_id\": \"" + TWO + "\", \"mac\": \"FA-16-3E-00-00-01\"}]");
    assertEquals(List.of(ONE), ids(PortFiles.load(file)));
    Declarations<LoggingPort> loaded = PortFiles.load(directory);
    assertEquals(List.of(), loaded.problems());
    assertEquals(List.of(ONE, TWO), ids(loaded));
    assertEquals("fa:16:3e:00:00:01", loaded.values().get(1).mac());
  }

  @Test
  void shouldNameBothPlacesOfADuplicatePortOrDevice() {
    files.write("a.yaml", "device: tap0", "port_id: " + ONE);
    files.write(
        "b.yaml", "- {device: tap1, port_id: " + ONE + "}", "- port_id: " + TWO, "  device: tap0");
    Declarations<LoggingPort> loaded = PortFiles.load(directory);
    assertEquals(List.of(ONE), ids(loaded));
    assertEquals(
        List.of(
            "b.yaml:1: port_id: \"" + ONE + "\" is taken by a.yaml:2: change or remove one",
            "b.yaml:3: device: \"tap0\" is taken by a.yaml:1: change or remove one"),
        files.lines(loaded.problems()));
  }

  @Test
  void shouldNameTheLineOfTheAddressThatIsWrong() {
    files.write("a.yaml", "- port_id: " + ONE, "  addresses:", "  - 10.0.0.1", "  - example.com");
    assertEquals(
        List.of(
            "a.yaml:4: addresses[1]: \"example.com\" is not an IP address: write it like 10.0.0.5"
                + " or 2001:db8::5"),
        files.lines(PortFiles.load(directory).problems()));
  }

  @Test
  void shouldTakeAnEmptyListAsNoPort() {
    files.write("a.yaml", "[]");
    assertEquals(List.of(), PortFiles.load(directory).problems());
  }

  private static List<String> ids(Declarations<LoggingPort> loaded) {
    return loaded.values().stream().map(LoggingPort::portId).toList();
  }
}
