package io.flowlog.agent.store;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.spool.SealedFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Leads the files of loggers of storage type FILE to their directories; those of others wait. Told
 * of loggers by one thread, asked by another.
 */
public final class DirectoryStores implements StoreRouter {
  private final Map<UUID, ObjectStore> stores = new ConcurrentHashMap<>();

  /** Tells which loggers there are. One that was there before keeps its store: files may wait. */
  public void know(List<FlowLogger> loggers) {
    for (FlowLogger logger : loggers) {
      if (logger.storageType() == StorageType.FILE) {
        stores.put(
            logger.id(), new DirectoryStore(Path.of(URI.create(logger.storageUrl()).getPath())));
      }
    }
  }

  @Override
  public @Nullable ObjectStore storeOf(SealedFile file) {
    return stores.get(file.loggerId());
  }
}
