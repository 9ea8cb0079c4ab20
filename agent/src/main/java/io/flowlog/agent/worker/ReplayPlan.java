package io.flowlog.agent.worker;

import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerConfig;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Everything that a replay is told.
 *
 * @param out where the files go, laid out as below the logger's storage URL
 * @param intervalUnitNs the length of one unit of the loggers' intervals; 0 for one interval that
 *     takes everything
 * @param rowsPerFile after how many rows a file goes on in another part; 0 for never
 * @param excludedNetworks networks in CIDR form whose packets are left out
 */
public record ReplayPlan(
    Path out,
    List<FlowLogger> loggers,
    Ports ports,
    long intervalUnitNs,
    TableSize tableSize,
    FlowConfig.Timeouts timeouts,
    EncoderSettings encoding,
    int rowsPerFile,
    ZoneOffset zone,
    LoggerConfig loggerConfig,
    List<String> excludedNetworks) {
  public ReplayPlan {
    loggers = List.copyOf(loggers);
    excludedNetworks = List.copyOf(excludedNetworks);
  }
}
