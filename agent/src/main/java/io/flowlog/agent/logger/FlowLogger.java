package io.flowlog.agent.logger;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an owner declares: which ports, which traffic, which interval, which format, which
 * destination. Valid by construction: only {@code LoggerRules} makes one from outside data.
 *
 * @param aggregationInterval in units of {@code record.interval_unit}, normally minutes; 1 to 15
 * @param fields the names of the layout's fields that are shown, in the file's order
 * @param partitionPeriod {@code DAY}, {@code HOUR} or a folder template
 * @param customizedFileName a name template, or null for the default name
 * @param projectId the owner, or null when an operator wrote the logger without one
 */
public record FlowLogger(
    UUID id,
    String name,
    String description,
    ResourceType resourceType,
    UUID resourceId,
    TrafficFilter filter,
    int aggregationInterval,
    boolean connectionSetupOnly,
    StorageType storageType,
    String storageUrl,
    LogFormat logFormat,
    CompressionType compressionType,
    Layout layout,
    List<String> fields,
    String partitionPeriod,
    @Nullable String customizedFileName,
    boolean adminStateUp,
    @Nullable String projectId) {

  public FlowLogger {
    fields = List.copyOf(fields);
  }

  /** Tells whether another declaration of the logger leads to the same rows, files and places. */
  @SuppressWarnings("ReferenceEquality") // mostly it is the very same, and to compare is dear
  public boolean makesSameFilesAs(FlowLogger other) {
    return this == other || withName("").equals(other.withName(""));
  }

  private FlowLogger withName(String text) {
    return new FlowLogger(
        id,
        text,
        text,
        resourceType,
        resourceId,
        filter,
        aggregationInterval,
        connectionSetupOnly,
        storageType,
        storageUrl,
        logFormat,
        compressionType,
        layout,
        fields,
        partitionPeriod,
        customizedFileName,
        adminStateUp,
        projectId);
  }

  /** What {@link #resourceId} names. */
  public enum ResourceType {
    PORT,
    SUBNET,
    VPC
  }

  /** Which verdicts are collected. */
  public enum TrafficFilter {
    ALL,
    ACCEPT,
    DROP
  }

  /** Where files go. */
  public enum StorageType {
    OBS,
    FILE
  }

  /** How rows are written. */
  public enum LogFormat {
    CSV,
    PARQUET
  }

  /** How files are compressed. */
  public enum CompressionType {
    RAW,
    GZIP,
    ZSTD,
    SNAPPY
  }

  /** The row formats; in lower case because that is how they are written. */
  public enum Layout {
    nhn,
    aws,
    otc,
    er
  }
}
