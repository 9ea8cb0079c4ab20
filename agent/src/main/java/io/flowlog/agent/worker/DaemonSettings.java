package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.StoreConfig;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a daemon is told when it is made, and does not change.
 *
 * @param stateFolder where everything is that must outlive it
 * @param intervalUnitNs the length of one unit of the loggers' intervals
 * @param rowsPerFile after how many rows a file goes on in another part
 */
public record DaemonSettings(
    Path stateFolder,
    CaptureConfig capture,
    FlowConfig flow,
    LoggerConfig logger,
    StoreConfig store,
    SpoolConfig spool,
    EncoderSettings encoding,
    ZoneOffset zone,
    long intervalUnitNs,
    int rowsPerFile) {

  private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

  /** Returns what should not be so where the agent is in use, one line each. */
  List<String> problems() {
    if (intervalUnitNs == MINUTE_NS) {
      return List.of();
    }
    return List.of(
        "record.interval_unit is "
            + TimeUnit.NANOSECONDS.toSeconds(intervalUnitNs)
            + "s: loggers' intervals are not of minutes, which is for tests: set it to 1m");
  }
}
