package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerIds;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggerFilesTest {
  private static final String RESOURCE = "resource_id: 045e204c-4624-4b68-ac8a-7375989d3b79";
  private static final String TYPE = "storage_type: FILE";
  private static final String URL = "storage_url: file:///srv/logs";
  private static final String ID = "c0a8f6d2-3b7e-4a15-8f90-6d4e2c1b0a98";

  private final LoggerRules rules =
      LoggerFiles.rules(RowLayout.fieldChoices(), TestStores.directory("/srv/logs"));
  private final Path directory;
  private final TemporaryFiles files;

  LoggerFilesTest(@TempDir Path directory) {
    this.directory = directory;
    files = new TemporaryFiles(directory);
  }

  private static String[] logger(String name, String... more) {
    String[] lines = new String[4 + more.length];
    lines[0] = "name: " + name;
    lines[1] = RESOURCE;
    lines[2] = TYPE;
    lines[3] = URL;
    System.arraycopy(more, 0, lines, 4, more.length);
    return lines;
  }

  @Test
  void shouldReadTheFilesOfADirectoryInTheOrderOfTheirNames() {
    files.write("b.yml", logger("second"));
    files.write("a.yaml", logger("first"));
    files.write("c.json", "{" + String.join(", ", logger("third")) + "}");
    files.write(".hidden.yaml", "[");
    files.write("off.yaml.disabled", "[");
    files.write("note.txt", "[");
    files.write("yaml", "[");
    assertEquals(List.of("first", "second", "third"), names(load(directory)));
    assertEquals(List.of(), load(directory).problems());
  }

  @Test
  void shouldReadAListAndTheApisWrapper() {
    files.write(
        "list.yaml",
        "- {name: one, " + RESOURCE + ", " + TYPE + ", '" + URL.replace(": ", "': '") + "'}",
        "- flowlog_logger:",
        "    name: two",
        "    " + RESOURCE,
        "    " + TYPE,
        "    " + URL);
    Declarations<FlowLogger> loaded = load(directory.resolve("list.yaml"));
    assertEquals(List.of(), loaded.problems());
    assertEquals(List.of("one", "two"), names(loaded));
    assertEquals(
        List.of(LoggerIds.ofFile("list.yaml", 0), LoggerIds.ofFile("list.yaml", 1)),
        loaded.values().stream().map(FlowLogger::id).toList());
  }

  @Test
  void shouldKeepAnIdThatTheFileBrings() {
    Path file = files.write("x.yaml", logger("x", "id: " + ID));
    assertEquals(ID, load(file).values().get(0).id().toString());
  }

  @Test
  void shouldKeepWhatIsGoodAndTellEveryMistakeElsewhere() {
    files.write("a.yaml", "name: x", "filter: SOME", "aggregation_interval: 99");
    files.write("b.yaml", logger("good"));
    files.write("c.yaml", "a: [");
    files.write("d.yaml");
    files.write("e.yaml", "- 5", "- flowlog_logger: 5", "  name: x");
    files.write("f.yaml", "just text");
    Declarations<FlowLogger> loaded = load(directory);
    assertEquals(List.of("good"), names(loaded));
    assertEquals(
        List.of(
            "a.yaml:1: resource_id: is required: add it",
            "a.yaml:1: storage_type: is required: add it",
            "a.yaml:1: storage_url: is required: add it",
            "a.yaml:2: filter: \"SOME\" is not a known value: use ALL, ACCEPT, DROP",
            "a.yaml:3: aggregation_interval: 99 is out of range: write a whole number from 1 to 15",
            "c.yaml:1: syntax error, expected the node content, but found '<stream end>': mend the"
                + " line, or the one before it",
            "d.yaml:1: declares nothing: write one object, or a list of objects",
            "e.yaml:1: [0]: is not an object: write key: value",
            "e.yaml:2: [1].flowlog_logger: is not an object: write key: value",
            "e.yaml:3: [1].name: stands beside flowlog_logger: move it inside",
            "f.yaml:1: holds no object: write one object, or a list of objects"),
        files.lines(loaded.problems()));
  }

  @Test
  void shouldNameBothPlacesOfADuplicateId() {
    files.write("a.yaml", logger("first", "id: " + ID));
    files.write("b.yaml", logger("second", "id: " + ID));
    Declarations<FlowLogger> loaded = load(directory);
    assertEquals(List.of("first"), names(loaded));
    assertEquals(
        List.of("b.yaml:5: id: \"" + ID + "\" is taken by a.yaml:5: change or remove one"),
        files.lines(loaded.problems()));
  }

  @Test
  void shouldNameTheLineInsideTheWrapper() {
    Path file =
        files.write(
            "w.json",
            "{",
            "  \"flowlog_logger\": {",
            "    \"name\": \"x\",",
            "    \"nam\": 1",
            "  }",
            "}");
    assertEquals(
        "w.json:4: nam: unknown key: did you mean name?",
        files.lines(load(file).problems()).get(3));
  }

  @Test
  void shouldNameADirectoryOrFileThatCannotBeRead() throws IOException {
    assertEquals(
        List.of("/nowhere/loggers.d: no such file: check the path"),
        files.lines(load(Path.of("/nowhere/loggers.d")).problems()));
    Files.createSymbolicLink(directory.resolve("gone.yaml"), Path.of("/nowhere/x"));
    Files.createDirectory(directory.resolve("folder.yaml"));
    assertEquals(
        List.of(
            "folder.yaml: is not a regular file: move it away",
            "gone.yaml: no such file: check the path"),
        files.lines(load(directory).problems()));
  }

  private Declarations<FlowLogger> load(Path path) {
    return LoggerFiles.load(path, rules);
  }

  private static List<String> names(Declarations<FlowLogger> loaded) {
    return loaded.values().stream().map(FlowLogger::name).toList();
  }
}
