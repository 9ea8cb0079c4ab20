package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoresTest {
  private static final UUID ID = new UUID(0x4000, 1);

  @TempDir Path folder;
  private final DirectoryStores stores = new DirectoryStores();

  private static FlowLogger logger(UUID id, StorageType type, String url) {
    return new FlowLogger(
        id,
        "logger",
        "",
        ResourceType.PORT,
        new UUID(0, 0),
        TrafficFilter.ALL,
        1,
        false,
        type,
        url,
        LogFormat.CSV,
        CompressionType.RAW,
        Layout.nhn,
        List.of("packets"),
        "DAY",
        null,
        true,
        null);
  }

  private SealedFile sealed(UUID loggerId) throws IOException {
    Path path = Files.writeString(folder.resolve("1.data"), "rows");
    return new SealedFile(loggerId, 0, 1, 1, 4, path, new ObjectKey("2026/a.csv"));
  }

  @Test
  void shouldStoreBelowTheDirectoryOfTheLogger() throws IOException {
    Path out = folder.resolve("flow logs");
    stores.know(List.of(logger(ID, StorageType.FILE, out.toUri().toString())));
    SealedFile file = sealed(ID);
    Objects.requireNonNull(stores.storeOf(file)).put(file);
    assertEquals("rows", Files.readString(out.resolve("2026/a.csv")));
  }

  @Test
  void shouldLetFilesOfOthersWait() throws IOException {
    String url = "https://object-storage.example.com/v1/AUTH_1/container/logs";
    stores.know(List.of(logger(ID, StorageType.OBS, url)));
    assertNull(stores.storeOf(sealed(ID)));
    assertNull(stores.storeOf(sealed(new UUID(0x4000, 2))));
  }

  @Test
  void shouldStoreWhatALoggerLeftThatIsNoMore() throws IOException {
    Path out = folder.resolve("out");
    stores.know(List.of(logger(ID, StorageType.FILE, out.toUri().toString())));
    stores.know(List.of());
    SealedFile file = sealed(ID);
    Objects.requireNonNull(stores.storeOf(file)).put(file);
    assertEquals("rows", Files.readString(out.resolve("2026/a.csv")));
  }
}
