package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.port.PortRules;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.store.EndpointConfig.Protocol;
import io.flowlog.agent.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files in the folder config/ say what the code does. */
class ShippedConfigTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", "."))
          .toAbsolutePath()
          .normalize()
          .resolveSibling("config");
  private static final Path FILE = FOLDER.resolve("flowlog-agent.yaml");
  private static final String DISABLED = ".disabled";

  private final TemporaryFiles files;
  private final Path examples;
  private final Surroundings around;

  ShippedConfigTest(@TempDir Path directory) {
    files = new TemporaryFiles(directory);
    examples = directory.resolve("examples");
    around = new Surroundings(files.write("hostname", "node-7"), null);
  }

  @Test
  void shouldShipTheBuiltInDefaults() {
    LoadedConfig shipped = ConfigLoader.load(FILE, List.of(), around);
    assertEquals(List.of(), shipped.problems());
    assertEquals(ConfigLoader.load(null, List.of(), around).config(), shipped.config());
  }

  @Test
  void shouldShipEveryKeyOfTheCode() {
    Set<String> given = new TreeSet<>(ConfigLoader.load(FILE, List.of(), around).givenPaths());
    given.removeIf(path -> path.contains("["));
    Set<String> known = configKeys(true);
    known.removeIf(path -> path.contains("["));
    assertEquals(known, given);
  }

  @Test
  void shouldExplainEveryKeyOfTheAgent() throws IOException {
    assertEquals(configKeys(false), readmeKeys("flowlog-agent.yaml"));
  }

  @Test
  void shouldExplainEveryKeyOfALogger() throws IOException {
    LoggerRules rules =
        new LoggerRules(RowLayout.fieldChoices(), new StorageRules(List.of(), Map.of()));
    assertEquals(new TreeSet<>(rules.fieldNames()), readmeKeys("Loggers"));
  }

  @Test
  void shouldExplainEveryKeyOfAPort() throws IOException {
    assertEquals(new TreeSet<>(PortRules.fieldNames()), readmeKeys("Ports"));
  }

  @Test
  void shouldShipLoggersThatWorkOnceTheirStorageIsAllowed() throws IOException {
    List<String> names = enable("loggers.d");
    StoreConfig store =
        TestStores.of("/var/log/flow-logs", "https://object-storage.example.com", Protocol.SWIFT);
    var loaded = LoggerFiles.load(examples, LoggerFiles.rules(RowLayout.fieldChoices(), store));
    assertEquals(List.of(), loaded.problems());
    assertEquals(names.size(), loaded.values().size());
    assertFalse(names.isEmpty());
  }

  @Test
  void shouldShipPortsThatWork() throws IOException {
    List<String> names = enable("ports.d");
    var loaded = PortFiles.load(examples);
    assertEquals(List.of(), loaded.problems());
    assertTrue(loaded.values().size() > names.size(), "one example holds several ports");
  }

  @Test
  void shouldShipNothingThatIsSwitchedOn() {
    assertEquals(List.of(), PortFiles.load(FOLDER.resolve("ports.d")).values());
    assertEquals(List.of(), PortFiles.load(FOLDER.resolve("ports.d")).problems());
    assertEquals(List.of(), PortFiles.load(FOLDER.resolve("loggers.d")).problems());
  }

  /** Copies the examples of a folder without the ending that switches them off. */
  private List<String> enable(String folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(FOLDER.resolve(folder))) {
      for (Path example : entries.toList()) {
        String name = example.getFileName().toString();
        assertTrue(name.endsWith(DISABLED), name);
        name = name.substring(0, name.length() - DISABLED.length());
        files.writeBytes("examples/" + name, Files.readAllBytes(example));
        names.add(name);
      }
    }
    return names;
  }

  /**
   * Returns the keys that the code asks for, with one object in each list so that its keys show.
   */
  private Set<String> configKeys(boolean withSections) {
    FieldReader reader =
        new FieldReader(
            Map.of(
                "store",
                Map.of("endpoints", List.of(Map.of()), "identities", List.of(Map.of())),
                "capture",
                Map.of("nflog", List.of(Map.of("prefixes", List.of(Map.of()))))));
    Sections.read(reader, around);
    Set<String> keys = new TreeSet<>(reader.askedPaths());
    if (!withSections) {
      Set<String> all = Set.copyOf(keys);
      keys.removeIf(key -> all.stream().anyMatch(other -> other.startsWith(key + ".")));
    }
    return keys;
  }

  private static Set<String> readmeKeys(String heading) throws IOException {
    String readme = Files.readString(FOLDER.resolve("README.md"));
    int start = readme.indexOf("\n## " + heading + "\n");
    assertTrue(start >= 0, "the README has no heading " + heading);
    int end = readme.indexOf("\n## ", start + 1);
    Matcher row =
        Pattern.compile("(?m)^\\| `([^`]+)` \\|")
            .matcher(readme.substring(start, end < 0 ? readme.length() : end));
    Set<String> keys = new TreeSet<>();
    while (row.find()) {
      assertTrue(keys.add(row.group(1)), row.group(1) + " has two rows");
    }
    return keys;
  }
}
