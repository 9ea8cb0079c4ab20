package io.flowlog.agent.cli;

import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.ConfigLoader;
import io.flowlog.agent.config.Declarations;
import io.flowlog.agent.config.LoadedConfig;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.config.PortFiles;
import io.flowlog.agent.config.Problem;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.logger.StorageRules;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.worker.Ports;
import io.flowlog.agent.worker.ReplayPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns the options of a replay into a plan. */
final class ReplayPlanner {
  private static final UUID LOGGER_ID = UUID.fromString("f51eef3a-6bdb-58c5-acbf-7ad921b4a5ab");
  private static final UUID RESOURCE_ID = new UUID(0, 0);
  private static final int NO_ROW_LIMIT = 0;
  private static final long NO_BOUNDARIES = 0;

  private final LoadedConfig loaded;

  /** What is wrong, in words; everything is looked at before any of it is told. */
  private final List<String> mistakes = new ArrayList<>();

  /** Makes a planner for a configuration that is the built-in one but for some keys. */
  ReplayPlanner(List<String> sets) {
    loaded = ConfigLoader.load(null, sets);
    note(loaded.problems());
  }

  /**
   * Makes the plan.
   *
   * @param tableBytes memory for connections, unless the configuration says how much
   */
  ReplayPlan plan(Path out, List<Path> loggerFiles, @Nullable Path portsFile, long tableBytes)
      throws CommandFailure {
    boolean everything = loggerFiles.isEmpty();
    List<FlowLogger> loggers = everything ? List.of(everything()) : loggers(loggerFiles);
    List<LoggingPort> declared = portsFile == null ? List.of() : ports(portsFile);
    AgentConfig config = loaded.config();
    if (config == null || !mistakes.isEmpty()) {
      throw new CommandFailure(String.join("\nflowlog-agent: ", mistakes));
    }
    boolean sized = loaded.givenPaths().contains("flow.table_bytes");
    boolean excluding = loaded.givenPaths().contains("capture.exclude_addresses");
    return new ReplayPlan(
        out,
        loggers,
        portsFile == null ? Ports.assumed(assumedPortId(loggers)) : Ports.of(declared),
        everything ? NO_BOUNDARIES : config.record().intervalUnit().toNanos(),
        TableSize.growing(sized ? config.flow().tableBytes() : tableBytes, System.nanoTime()),
        config.flow().timeouts(),
        new EncoderSettings(
            config.timestampUnit(), config.format().csvHeader(), config.region(), config.host()),
        everything ? NO_ROW_LIMIT : config.format().rowsPerFile(),
        config.timeZone(),
        config.logger(),
        excluding ? config.capture().excludeAddresses() : List.of());
  }

  /** A file's packets are the port's that the loggers name, if they name one. */
  private static UUID assumedPortId(List<FlowLogger> loggers) {
    return loggers.stream()
        .filter(logger -> logger.resourceType() == ResourceType.PORT)
        .map(FlowLogger::resourceId)
        .findFirst()
        .orElse(RESOURCE_ID);
  }

  private List<FlowLogger> loggers(List<Path> files) {
    LoggerRules rules = new LoggerRules(RowLayout.fieldChoices(), StorageRules.anywhere());
    Declarations<FlowLogger> loggers = new LoggerFiles(files, rules).read();
    note(loggers.problems());
    if (loggers.problems().isEmpty() && loggers.values().isEmpty()) {
      mistakes.add(files.get(0) + ": declares no logger: add one, or drop --logger");
    }
    for (FlowLogger logger : loggers.values()) {
      if (!logger.adminStateUp()) {
        String where = files.size() == 1 ? files.get(0).toString() : "logger " + logger.id();
        mistakes.add(
            where + ": admin_state_up: is false, so nothing would be written: set it to true");
      }
    }
    return loggers.values();
  }

  private List<LoggingPort> ports(Path file) {
    Declarations<LoggingPort> ports = PortFiles.load(file);
    note(ports.problems());
    if (ports.problems().isEmpty() && ports.values().isEmpty()) {
      mistakes.add(file + ": declares no logging port: add one, or drop --ports");
    }
    if (ports.values().size() > PacketBatch.PORTS_MAX) {
      mistakes.add(
          file
              + ": declares "
              + ports.values().size()
              + " logging ports: a replay takes "
              + PacketBatch.PORTS_MAX
              + ": leave some out");
    }
    return ports.values();
  }

  private void note(List<Problem> problems) {
    problems.forEach(problem -> mistakes.add(problem.toString()));
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
        Layout.nhn,
        RowLayout.of(Layout.nhn).names(),
        "DAY",
        null,
        true,
        null);
  }
}
