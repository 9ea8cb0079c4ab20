package io.flowlog.agent.store;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.StorageType;

/** Where a logger's files go, as it is declared. */
public record Destination(StorageType type, String url) {
  /** Returns where the files of a logger go. */
  public static Destination of(FlowLogger logger) {
    return new Destination(logger.storageType(), logger.storageUrl());
  }
}
