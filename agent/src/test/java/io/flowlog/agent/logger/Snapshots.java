package io.flowlog.agent.logger;

import io.flowlog.agent.port.LoggingPort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Made-up snapshots of agents. */
public final class Snapshots {
  /** When everything in them began. */
  public static final Instant SINCE = Instant.parse("2026-03-01T09:30:02Z");

  /** A VPC. */
  public static final String NETWORK_ID = "4f1c2a9e-0d5b-4c37-9a66-2b8e7d1f3c50";

  /** Who owns loggers and ports. */
  public static final String PROJECT_ID = "419a823563124dc5b5627f5e79db8174";

  /** Text of which each character means something to somebody who reads it. */
  public static final String STRANGE =
      "\"q\" \\ /</script>\u0000\b\n\r\t\u001b[31m\u007f\u009b2J"
          + "\u00ad\u2028\u202e한글 日本 e\u0301 \ud83d\ude00";

  private Snapshots() {}

  /** Returns a logger of a VPC. */
  public static LoggerStatus logger(int number, String name, List<String> problems) {
    return status(logger(number, name, PROJECT_ID, null), "ACTIVE", "", problems);
  }

  /** Returns a logger in a status. */
  public static LoggerStatus status(
      FlowLogger logger, String status, String errorMessage, List<String> problems) {
    String type = status.equals("ERROR") ? "OBSConfigurationError" : "";
    Instant updatedAt = SINCE.plusNanos(226_363_999);
    return new LoggerStatus(logger, status, type, errorMessage, SINCE, updatedAt, 2, problems);
  }

  /** Returns the declaration of a logger. */
  public static FlowLogger logger(
      int number, String name, @Nullable String projectId, @Nullable String fileName) {
    return new FlowLogger(
        new UUID(0x4000L, 0x8000_0000_0000_0000L + number),
        name,
        name,
        FlowLogger.ResourceType.VPC,
        UUID.fromString(NETWORK_ID),
        FlowLogger.TrafficFilter.ALL,
        10,
        false,
        FlowLogger.StorageType.FILE,
        "file:///srv/flow-logs",
        FlowLogger.LogFormat.PARQUET,
        FlowLogger.CompressionType.GZIP,
        FlowLogger.Layout.nhn,
        List.of("src_addr", "dst_addr", "packets"),
        "HOUR",
        fileName,
        true,
        projectId);
  }

  /** Returns a port that loggers of these numbers cover. */
  public static PortStatus port(int number, String state, int... loggers) {
    LoggingPort port =
        new LoggingPort(
            String.format("tap%08x-%02x", number, number & 0xff),
            new UUID(0x1000L + number, 0x8000_0000_0000_0000L).toString(),
            null,
            List.of("10.0.1.10"),
            null,
            null,
            NETWORK_ID,
            PROJECT_ID,
            null,
            null);
    List<UUID> loggerIds = new ArrayList<>();
    for (int logger : loggers) {
      loggerIds.add(new UUID(0x4000L, 0x8000_0000_0000_0000L + logger));
    }
    return new PortStatus(port, loggerIds, state, 1000L + number, number, SINCE);
  }

  /** Returns two loggers, and that many ports which they both cover. */
  public static AgentSnapshot ofPorts(int count) {
    List<PortStatus> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(port(i, "capturing", 1, 2));
    }
    return new AgentSnapshot(
        List.of(logger(1, "first", List.of()), logger(2, "second", List.of())), ports);
  }
}
