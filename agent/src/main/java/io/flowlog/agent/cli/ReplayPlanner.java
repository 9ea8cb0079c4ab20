package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.ConfigLoader;
import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoadedConfig;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.config.Problem;
import io.flowlog.agent.flow.IntervalSchedule;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.worker.Ports;
import io.flowlog.agent.worker.ReplayPlan;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns the options of a replay into a plan. */
final class ReplayPlanner {
  private static final UUID LOGGER_ID = UUID.fromString("f51eef3a-6bdb-58c5-acbf-7ad921b4a5ab");
  private static final UUID RESOURCE_ID = new UUID(0, 0);
  private static final int NO_ROW_LIMIT = 0;

  private final LoadedConfig loaded;
  private final AgentConfig config;

  /** Makes a planner for a configuration that is the built-in one but for some keys. */
  ReplayPlanner(List<String> sets) throws CommandFailure {
    loaded = ConfigLoader.load(null, sets);
    if (loaded.config() == null) {
      throw failure(loaded.problems());
    }
    config = loaded.config();
  }

  /**
   * Makes the plan.
   *
   * @param tableBytes memory for connections, unless the configuration says how much
   */
  ReplayPlan plan(Path out, @Nullable Path loggerFile, @Nullable Path portsFile, long tableBytes)
      throws CommandFailure {
    FlowLogger logger = loggerFile == null ? everything() : logger(loggerFile);
    boolean sized = loaded.givenPaths().contains("flow.table_bytes");
    boolean excluding = loaded.givenPaths().contains("capture.exclude_addresses");
    return new ReplayPlan(
        out,
        logger,
        portsFile == null ? Ports.assumed(assumedPortId(logger)) : ports(portsFile),
        schedule(loggerFile, logger),
        TableSize.growing(sized ? config.flow().tableBytes() : tableBytes, System.nanoTime()),
        config.flow().timeouts(),
        new EncoderSettings(
            config.timestampUnit(), config.format().csvHeader(), config.region(), config.host()),
        loggerFile == null ? NO_ROW_LIMIT : config.format().rowsPerFile(),
        config.timeZone().getRules().getOffset(Instant.EPOCH),
        config.logger(),
        excluding ? config.capture().excludeAddresses() : List.of());
  }

  /** A file's packets are the port's that the logger names, if it names one. */
  private static UUID assumedPortId(FlowLogger logger) {
    return logger.resourceType() == ResourceType.PORT ? logger.resourceId() : RESOURCE_ID;
  }

  private IntervalSchedule schedule(@Nullable Path loggerFile, FlowLogger logger) {
    return loggerFile == null
        ? IntervalSchedule.whole()
        : new IntervalSchedule(
            logger.aggregationInterval() * config.record().intervalUnit().toNanos());
  }

  private static FlowLogger logger(Path file) throws CommandFailure {
    LoggerRules rules = new LoggerRules(RecordField.names(), StorageRules.anywhere());
    Declarations<FlowLogger> loggers = LoggerFiles.load(file, rules);
    if (!loggers.problems().isEmpty()) {
      throw failure(loggers.problems());
    }
    if (loggers.values().size() != 1) {
      throw new CommandFailure(
          file + ": declares " + loggers.values().size() + " loggers: a replay takes one");
    }
    FlowLogger logger = loggers.values().get(0);
    if (!logger.adminStateUp()) {
      throw new CommandFailure(
          file + ": admin_state_up: is false, so nothing would be written: set it to true");
    }
    return logger;
  }

  private static Ports ports(Path file) throws CommandFailure {
    Declarations<LoggingPort> ports = PortFiles.load(file);
    if (!ports.problems().isEmpty()) {
      throw failure(ports.problems());
    }
    if (ports.values().isEmpty()) {
      throw new CommandFailure(file + ": declares no logging port: add one, or drop --ports");
    }
    return Ports.of(ports.values());
  }

  private static CommandFailure failure(List<Problem> problems) {
    return new CommandFailure(String.join("\n", problems.stream().map(Problem::toString).toList()));
  }

  /** The logger of a replay that names none: everything that there is to see. */
  private static FlowLogger everything() {
    return new FlowLogger(
        LOGGER_ID,
        "replay",
        "",
        ResourceType.PORT,
        RESOURCE_ID,
        TrafficFilter.ALL,
        1,
        false,
        StorageType.FILE,
        "file:///",
        LogFormat.CSV,
        CompressionType.RAW,
        List.copyOf(RecordField.names()),
        "DAY",
        null,
        true,
        null);
  }
}
