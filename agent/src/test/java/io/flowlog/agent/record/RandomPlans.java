package io.flowlog.agent.record;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerRules;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Makes plans with anything in them that a plan can have. */
final class RandomPlans {
  private static final String[] PIECES = {"a", "Z", "7", " ", "/", "\n", "é", "로", "😀", "\0"};

  private RandomPlans() {}

  static SlicePlan plan(Random random) {
    long unitNs = random.nextInt(4) == 0 ? 0 : (1 + random.nextInt(3600)) * 1_000_000_000L;
    List<FlowLogger> loggers =
        Stream.generate(() -> logger(random)).limit(random.nextInt(4)).toList();
    return new SlicePlan(unitNs, random.nextBoolean(), loggers);
  }

  static FlowLogger logger(Random random) {
    return new FlowLogger(
        new UUID(random.nextLong(), random.nextLong()),
        text(random),
        text(random),
        pick(ResourceType.values(), random),
        new UUID(random.nextLong(), random.nextLong()),
        pick(TrafficFilter.values(), random),
        1 + random.nextInt(LoggerRules.INTERVAL_MAX),
        random.nextBoolean(),
        pick(StorageType.values(), random),
        text(random),
        pick(LogFormat.values(), random),
        pick(CompressionType.values(), random),
        pick(Layout.values(), random),
        Stream.generate(() -> text(random)).limit(random.nextInt(20)).toList(),
        text(random),
        random.nextBoolean() ? null : text(random),
        random.nextBoolean(),
        random.nextBoolean() ? null : text(random));
  }

  private static String text(Random random) {
    int pieces = random.nextInt(20) == 0 ? 2000 : random.nextInt(12);
    StringBuilder text = new StringBuilder();
    IntStream.range(0, pieces).forEach(i -> text.append(pick(PIECES, random)));
    return text.toString();
  }

  private static <T> T pick(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }
}
