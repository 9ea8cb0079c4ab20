package io.flowlog.agent.spool;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import java.util.List;
import java.util.UUID;

/** Makes loggers that differ in what decides about their rows. Owned by one test. */
final class LoggerMaker {
  private final UUID id;
  private ResourceType resourceType = ResourceType.PORT;
  private UUID resourceId = new UUID(0, 0);
  private TrafficFilter filter = TrafficFilter.ALL;
  private int interval = 1;
  private boolean setupOnly;
  private List<String> fields = List.of("packets");

  LoggerMaker(int number) {
    id = new UUID(0x4000L, 0x8000_0000_0000_0000L + number);
  }

  LoggerMaker ofVpc(UUID vpcId) {
    resourceType = ResourceType.VPC;
    resourceId = vpcId;
    return this;
  }

  LoggerMaker filter(TrafficFilter value) {
    filter = value;
    return this;
  }

  LoggerMaker interval(int units) {
    interval = units;
    return this;
  }

  LoggerMaker setupOnly(boolean value) {
    setupOnly = value;
    return this;
  }

  LoggerMaker fields(String... names) {
    fields = List.of(names);
    return this;
  }

  FlowLogger make() {
    return new FlowLogger(
        id,
        "logger",
        "",
        resourceType,
        resourceId,
        filter,
        interval,
        setupOnly,
        FlowLogger.StorageType.FILE,
        "file:///out",
        FlowLogger.LogFormat.CSV,
        FlowLogger.CompressionType.RAW,
        FlowLogger.Layout.nhn,
        fields,
        "DAY",
        null,
        true,
        null);
  }
}
