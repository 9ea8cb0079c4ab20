package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.store.LoggerRecords;
import io.flowlog.agent.store.ObjectStore;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StorePlace;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes uploads of tests, all into one store. */
final class TestUploads {
  private static final String ENDPOINT = "test";

  private TestUploads() {}

  /** What a store does with a file. */
  @FunctionalInterface
  interface Put {
    void put(SealedFile file) throws StoreException;
  }

  /** Returns a store that takes every probe. */
  static ObjectStore store(Put put) {
    return new ObjectStore() {
      @Override
      public void put(SealedFile file) throws StoreException {
        put.put(file);
      }

      @Override
      public void putEmpty(ObjectKey key) {
        // nothing to remember: nobody reads it
      }

      @Override
      public void delete(ObjectKey key) {
        // nothing to forget
      }
    };
  }

  /** Makes a logger that is stored there. */
  static FlowLogger logger(UUID id, String url, boolean isOn) {
    return new FlowLogger(
        id,
        "logger",
        "",
        ResourceType.PORT,
        id,
        TrafficFilter.ALL,
        1,
        false,
        StorageType.OBS,
        url,
        LogFormat.CSV,
        CompressionType.RAW,
        Layout.nhn,
        List.of("packets"),
        "DAY",
        null,
        isOn,
        null);
  }

  /** Makes uploads of these loggers. */
  static Uploads of(
      Spool spool, Path folder, ObjectStore store, CounterSet counters, FlowLogger... loggers)
      throws IOException {
    Uploads uploads =
        new Uploads(
            new Uploads.Parts(
                spool,
                new LoggerRecords(folder),
                destination -> new StorePlace(ENDPOINT, store),
                Map.of(ENDPOINT, 4),
                4,
                3,
                new StorageProbe("host-1"),
                new EventLog(
                    new PrintStream(OutputStream.nullOutputStream()), Map.of(), System::nanoTime),
                counters,
                () -> {}));
    uploads.know(List.of(loggers));
    return uploads;
  }
}
