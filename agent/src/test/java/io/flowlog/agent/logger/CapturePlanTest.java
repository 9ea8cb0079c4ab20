package io.flowlog.agent.logger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.port.LoggingPort;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CapturePlanTest {
  private static final UUID ONE = new UUID(1, 1);
  private static final UUID OTHER = new UUID(1, 2);
  private static final Coverage COVERAGE = new Coverage(new LoggerConfig(List.of("admin")));

  private static FlowLogger logger(ResourceType type, UUID resource, @Nullable String project) {
    return logger(type, resource, project, true);
  }

  private static FlowLogger logger(
      ResourceType type, UUID resource, @Nullable String project, boolean isUp) {
    return new FlowLogger(
        new UUID(7, 7),
        "name",
        "",
        type,
        resource,
        FlowLogger.TrafficFilter.ALL,
        1,
        false,
        FlowLogger.StorageType.FILE,
        "file:///out",
        FlowLogger.LogFormat.CSV,
        FlowLogger.CompressionType.RAW,
        FlowLogger.Layout.nhn,
        List.of("packets"),
        "DAY",
        null,
        isUp,
        project);
  }

  private static LoggingPort port(UUID id, UUID subnet, UUID network, @Nullable String project) {
    return new LoggingPort(
        null,
        id.toString(),
        null,
        List.of(),
        null,
        subnet.toString(),
        network.toString(),
        project,
        null,
        null);
  }

  @Test
  void shouldCaptureAPortOnceHoweverManyLoggersCoverIt() {
    LoggingPort port = port(ONE, ONE, ONE, null);
    List<FlowLogger> loggers =
        List.of(
            logger(ResourceType.PORT, ONE, null),
            logger(ResourceType.SUBNET, ONE, null),
            logger(ResourceType.VPC, ONE, null));
    CapturePlan plan = CapturePlan.of(loggers, List.of(port), COVERAGE);
    assertEquals(new CapturePlan(loggers, List.of(port)), plan);
  }

  @Test
  void shouldCaptureOnlyPortsOfTheResourceOfALogger() {
    LoggingPort none = port(OTHER, OTHER, OTHER, null);
    LoggingPort byPort = port(ONE, OTHER, OTHER, null);
    LoggingPort bySubnet = port(OTHER, ONE, OTHER, null);
    LoggingPort byNetwork = port(OTHER, OTHER, ONE, null);
    List<LoggingPort> present = List.of(none, byPort, bySubnet, byNetwork);
    assertEquals(List.of(byPort), portsOf(logger(ResourceType.PORT, ONE, null), present));
    assertEquals(List.of(bySubnet), portsOf(logger(ResourceType.SUBNET, ONE, null), present));
    assertEquals(List.of(byNetwork), portsOf(logger(ResourceType.VPC, ONE, null), present));
  }

  @Test
  void shouldCaptureForAProjectOnlyItsOwnPorts() {
    LoggingPort mine = port(ONE, ONE, ONE, "mine");
    LoggingPort others = port(OTHER, ONE, ONE, "others");
    LoggingPort nobodys = port(OTHER, ONE, ONE, null);
    List<LoggingPort> present = List.of(mine, others, nobodys);
    assertEquals(List.of(mine), portsOf(logger(ResourceType.VPC, ONE, "mine"), present));
    assertEquals(present, portsOf(logger(ResourceType.VPC, ONE, "admin"), present));
    assertEquals(present, portsOf(logger(ResourceType.VPC, ONE, null), present));
  }

  @Test
  void shouldCaptureNothingForALoggerThatIsSwitchedOff() {
    FlowLogger off = logger(ResourceType.VPC, ONE, null, false);
    List<LoggingPort> present = List.of(port(ONE, ONE, ONE, null));
    assertEquals(CapturePlan.NOTHING, CapturePlan.of(List.of(off), present, COVERAGE));
  }

  @Test
  void shouldKeepALoggerThatHasNoPortHereYet() {
    FlowLogger logger = logger(ResourceType.VPC, ONE, null);
    assertEquals(
        new CapturePlan(List.of(logger), List.of()),
        CapturePlan.of(List.of(logger), List.of(port(ONE, ONE, OTHER, null)), COVERAGE));
  }

  private static List<LoggingPort> portsOf(FlowLogger logger, List<LoggingPort> present) {
    return CapturePlan.of(List.of(logger), present, COVERAGE).ports();
  }
}
