package io.flowlog.agent.record;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The bytes of a plan in the row journal: everything as {@link TextBytes texts}, so that a person
 * can read it there; each logger in the order of the record's components.
 *
 * <p>A change of the layout needs a new journal version.
 */
final class PlanCodec {
  private PlanCodec() {}

  static byte[] encode(SlicePlan plan) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    TextBytes.put(out, Long.toString(plan.intervalUnitNs()));
    TextBytes.put(out, Boolean.toString(plan.dropEvidence()));
    TextBytes.put(out, Integer.toString(plan.loggers().size()));
    plan.loggers().forEach(logger -> put(out, logger));
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, FlowLogger logger) {
    TextBytes.put(out, logger.id().toString());
    TextBytes.put(out, logger.name());
    TextBytes.put(out, logger.description());
    TextBytes.put(out, logger.resourceType().name());
    TextBytes.put(out, logger.resourceId().toString());
    TextBytes.put(out, logger.filter().name());
    TextBytes.put(out, Integer.toString(logger.aggregationInterval()));
    TextBytes.put(out, Boolean.toString(logger.connectionSetupOnly()));
    TextBytes.put(out, logger.storageType().name());
    TextBytes.put(out, logger.storageUrl());
    TextBytes.put(out, logger.logFormat().name());
    TextBytes.put(out, logger.compressionType().name());
    TextBytes.put(out, logger.layout().name());
    TextBytes.putAll(out, logger.fields());
    TextBytes.put(out, logger.partitionPeriod());
    TextBytes.put(out, logger.customizedFileName());
    TextBytes.put(out, Boolean.toString(logger.adminStateUp()));
    TextBytes.put(out, logger.projectId());
  }

  /** Reads a plan; any bytes are allowed, and what is no plan is an exception. */
  static SlicePlan decode(ByteBuffer in) throws IOException {
    try {
      long intervalUnitNs = takeNumber(in, 0, RecordConfig.INTERVAL_UNIT_MAX.toNanos());
      boolean dropEvidence = takeBoolean(in);
      long count = takeNumber(in, 0, Integer.MAX_VALUE);
      List<FlowLogger> loggers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        loggers.add(take(in));
      }
      TextBytes.expectEnd(in);
      return new SlicePlan(intervalUnitNs, dropEvidence, loggers);
    } catch (IllegalArgumentException e) {
      throw new IOException("a plan has a value that is none: " + e.getMessage(), e);
    }
  }

  private static FlowLogger take(ByteBuffer in) throws IOException {
    return new FlowLogger(
        UUID.fromString(TextBytes.takeKnown(in)),
        TextBytes.takeKnown(in),
        TextBytes.takeKnown(in),
        ResourceType.valueOf(TextBytes.takeKnown(in)),
        UUID.fromString(TextBytes.takeKnown(in)),
        TrafficFilter.valueOf(TextBytes.takeKnown(in)),
        (int) takeNumber(in, 1, LoggerRules.INTERVAL_MAX),
        takeBoolean(in),
        StorageType.valueOf(TextBytes.takeKnown(in)),
        TextBytes.takeKnown(in),
        LogFormat.valueOf(TextBytes.takeKnown(in)),
        CompressionType.valueOf(TextBytes.takeKnown(in)),
        Layout.valueOf(TextBytes.takeKnown(in)),
        TextBytes.takeAll(in),
        TextBytes.takeKnown(in),
        TextBytes.take(in),
        takeBoolean(in),
        TextBytes.take(in));
  }

  /** Takes a number that may be calculated with. */
  private static long takeNumber(ByteBuffer in, long min, long max) throws IOException {
    long number = Long.parseLong(TextBytes.takeKnown(in));
    if (number < min || number > max) {
      throw new IllegalArgumentException(number + " is not from " + min + " to " + max);
    }
    return number;
  }

  private static boolean takeBoolean(ByteBuffer in) throws IOException {
    String text = TextBytes.takeKnown(in);
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException(text + " is neither true nor false");
    }
    return text.equals("true");
  }
}
