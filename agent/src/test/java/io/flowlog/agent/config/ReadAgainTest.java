package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAgainTest {
  private static final String PORT = "00000000-0000-4000-8000-0000000000aa";

  @TempDir Path temporary;
  private Path folder = Path.of("");
  private LoggerFiles files = files(folder);

  @BeforeEach
  void declareTwo() throws IOException {
    folder = Files.createDirectory(temporary.resolve("loggers.d"));
    files = files(folder);
    write("a.yaml", logger("first", "DAY"));
    write("b.yaml", logger("second", "DAY"));
  }

  private static LoggerFiles files(Path folder) {
    return new LoggerFiles(
        List.of(folder), new LoggerRules(RowLayout.fieldChoices(), StorageRules.anywhere()));
  }

  private static String logger(String name, String period) {
    return String.join(
        "\n",
        "name: " + name,
        "resource_id: " + PORT,
        "storage_type: FILE",
        "storage_url: file:///logs",
        "partition_period: " + period,
        "");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private List<String> names(Declarations<FlowLogger> declarations) {
    return declarations.values().stream().map(FlowLogger::name).toList();
  }

  @Test
  void shouldSeeWhatCameChangedAndWent() throws IOException {
    assertEquals(List.of("first", "second"), names(files.read()));
    write("c.yaml", logger("third", "HOUR"));
    write("b.yaml", logger("second, renamed", "DAY"));
    Files.delete(folder.resolve("a.yaml"));
    Declarations<FlowLogger> again = files.read();
    assertEquals(List.of("second, renamed", "third"), names(again));
    assertEquals(List.of(), again.problems());
  }

  @Test
  void shouldKeepWhatAFileSaidBeforeItWasEditedBadly() throws IOException {
    files.read();
    write("a.yaml", logger("first, edited", "WEEK"));
    Declarations<FlowLogger> again = files.read();
    assertEquals(List.of("first", "second"), names(again));
    assertEquals(1, again.problems().size());
    String line = again.problems().get(0).toString();
    assertTrue(line.startsWith(folder.resolve("a.yaml") + ":5: partition_period: "), line);
  }

  @Test
  void shouldKeepItThroughSeveralBadEditsAndTakeTheGoodOne() throws IOException {
    files.read();
    write("a.yaml", "name: [");
    assertEquals(List.of("first", "second"), names(files.read()));
    write("a.yaml", "");
    assertEquals(List.of("first", "second"), names(files.read()));
    write("a.yaml", logger("mended", "DAY"));
    Declarations<FlowLogger> again = files.read();
    assertEquals(List.of("mended", "second"), names(again));
    assertEquals(List.of(), again.problems());
  }

  @Test
  void shouldRefuseANewFileThatIsWrongAndTakeTheOthers() throws IOException {
    write("0.yaml", logger("wrong", "WEEK"));
    Declarations<FlowLogger> first = files.read();
    assertEquals(List.of("first", "second"), names(first));
    assertEquals(1, first.problems().size());
  }

  @Test
  void shouldNotTakeAFolderThatIsAwayForAnEmptyOne() throws IOException {
    files.read();
    Path away = folder.resolveSibling("away");
    Files.move(folder, away);
    Declarations<FlowLogger> without = files.read();
    assertEquals(2, without.values().size());
    assertEquals(1, without.problems().size());
    Files.move(away, folder);
    Files.delete(folder.resolve("b.yaml"));
    assertEquals(List.of("first"), names(files.read()));
  }
}
