package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.LoggerConfig;
import java.nio.file.Path;
import java.time.ZoneOffset;

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
    EncoderSettings encoding,
    ZoneOffset zone,
    long intervalUnitNs,
    int rowsPerFile) {}
