package io.flowlog.agent.config;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.format.FormatConfig;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.record.RecordConfig;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.StoreConfig;
import java.nio.file.Path;
import java.time.ZoneOffset;

/**
 * The agent's whole configuration: what concerns all of it, then one section per package.
 *
 * @param host the name that tells this host's files from another's
 * @param region the text of the field of that name in records; may be empty
 * @param timeZone the zone of the times in file and folder names, which never changes
 * @param timestampUnit the unit of the times in records
 * @param stateDir where the agent keeps what must outlive it
 * @param loggersDir where loggers are declared
 * @param portsDir where logging ports are declared
 */
public record AgentConfig(
    String host,
    String region,
    ZoneOffset timeZone,
    TimestampUnit timestampUnit,
    Path stateDir,
    Path loggersDir,
    Path portsDir,
    CaptureConfig capture,
    FlowConfig flow,
    RecordConfig record,
    FormatConfig format,
    LoggerConfig logger,
    SpoolConfig spool,
    StoreConfig store,
    ApiConfig api) {}
