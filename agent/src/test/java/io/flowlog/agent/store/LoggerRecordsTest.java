package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoggerRecordsTest {
  private static final Instant CREATED = Instant.parse("2026-11-20T21:00:00.123456Z");
  private static final Destination SWIFT =
      new Destination(StorageType.OBS, "https://store.example/v1/AUTH_1/logs/a%20b");

  @TempDir Path parent;
  private Path folder;
  private LoggerRecords records;

  @BeforeEach
  void open() {
    folder = parent.resolve("state/loggers");
    records = new LoggerRecords(folder);
  }

  private static LoggerRecord active(int number) {
    return new LoggerRecord(
        new UUID(0x4000, number), SWIFT, LoggerStanding.ACTIVE, CREATED, CREATED, null);
  }

  private static LoggerRecord failing(int number) {
    StoreException failure =
        new StoreException(Code.NOT_FOUND, "404: the container \"a\" does not exist\u00e9", null);
    return new LoggerRecord(
        new UUID(0x4000, number),
        new Destination(StorageType.FILE, "file:///a"),
        LoggerStanding.error(failure),
        CREATED,
        CREATED.plusSeconds(5),
        CREATED.plusSeconds(7));
  }

  private Set<LoggerRecord> known() throws IOException {
    return Set.copyOf(new LoggerRecords(folder).readAll());
  }

  @Test
  void shouldRememberWhatWasWrittenLast() throws IOException {
    assertEquals(Set.of(), known());
    records.write(failing(1));
    records.write(failing(2));
    records.write(active(1));
    assertEquals(Set.of(active(1), failing(2)), known());
    records.forget(active(1).loggerId());
    records.forget(active(1).loggerId());
    assertEquals(Set.of(failing(2)), known());
  }

  @Test
  void shouldTakeADamagedFileForNone() throws IOException {
    records.write(active(1));
    byte[] whole = Files.readAllBytes(file(1));
    for (int size = 0; size < whole.length; size++) {
      Files.write(file(1), Arrays.copyOf(whole, size));
      assertEquals(Set.of(), known(), "of " + size + " bytes");
      assertEquals(List.of(), names(), "it would be read again at each start");
    }
    Files.writeString(
        file(1), new String(whole, StandardCharsets.UTF_8).replace("ACTIVE", "HAPPY"));
    assertEquals(Set.of(), known());
  }

  private Path file(int number) {
    return folder.resolve(new UUID(0x4000, number) + ".json");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).collect(Collectors.toList());
    }
  }
}
