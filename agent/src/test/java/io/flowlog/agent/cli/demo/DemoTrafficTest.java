package io.flowlog.agent.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's cloud is the same everywhere, and its declarations say what the demo does. */
class DemoTrafficTest {
  private final DemoFolder folder;

  DemoTrafficTest(@TempDir Path directory) throws IOException {
    folder = new DemoFolder(directory.resolve("demo"));
    folder.prepare();
    folder.declareForReplay();
  }

  @Test
  void shouldBeTheSameInEveryRun() throws IOException {
    int packets = DemoTraffic.writeTo(folder.capture());
    byte[] first = Files.readAllBytes(folder.capture());
    assertEquals(packets, DemoTraffic.writeTo(folder.capture()));
    assertArrayEquals(first, Files.readAllBytes(folder.capture()));
    assertTrue(packets > 1000, packets + " packets");
  }

  @Test
  void shouldDeclareTheLoggerThatItUses() {
    LoggerRules rules = new LoggerRules(RowLayout.fieldChoices(), StorageRules.anywhere());
    var declared = LoggerFiles.load(folder.logger(), rules);
    assertEquals(List.of(), declared.problems());
    assertEquals(List.of(DemoCloud.logger()), declared.values());
  }

  @Test
  void shouldDeclareThePortsThatItUses() {
    var declared = PortFiles.load(folder.ports());
    assertEquals(List.of(), declared.problems());
    assertEquals(DemoCloud.ports(), declared.values());
  }
}
