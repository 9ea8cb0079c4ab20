package io.flowlog.agent.config;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.ConntrackConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.format.FormatConfig;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldReader;
import io.flowlog.agent.port.Ids;
import io.flowlog.agent.port.IpAddress;
import io.flowlog.agent.record.RecordConfig;
import io.flowlog.agent.spool.SpoolConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Maps the keys of the configuration file to the records of the packages that use them.
 *
 * <p>To add a section: one line in {@link #read} and one method that reads its keys over the
 * package's own defaults.
 */
final class Sections {
  private Sections() {}

  /** Reads the whole configuration; if the reader has problems then, the result means nothing. */
  static AgentConfig read(FieldReader reader, Surroundings around) {
    StoreSection store = new StoreSection(new Secrets(around.credentialsFolder()));
    AgentConfig config =
        new AgentConfig(
            host(reader, around.hostNameFile()),
            or(reader.value("region", Values::region), ""),
            or(reader.value("time_zone", Values::timeZone), ZoneOffset.UTC),
            or(reader.value("timestamp_unit", Values::timestampUnit), Values.TIMESTAMP_UNIT),
            directory(reader, "state_dir", "/var/lib/flowlog-agent"),
            directory(reader, "loggers_dir", "/etc/flowlog-agent/loggers.d"),
            directory(reader, "ports_dir", "/etc/flowlog-agent/ports.d"),
            section(reader, "capture", Sections::capture),
            section(reader, "flow", Sections::flow),
            section(reader, "record", Sections::record),
            section(reader, "format", Sections::format),
            section(reader, "logger", Sections::logger),
            section(reader, "spool", Sections::spool),
            section(reader, "store", store::read),
            section(reader, "api", Sections::api));
    reader.refuseUnknown();
    return config;
  }

  private static CaptureConfig capture(FieldReader reader) {
    CaptureConfig defaults = CaptureConfig.defaults();
    return new CaptureConfig(
        or(
            reader.values("exclude_addresses", IpAddress::canonicalNetwork),
            defaults.excludeAddresses()),
        or(reader.flag("wire_packets"), defaults.wirePackets()),
        rings(reader, defaults.rings()),
        drops(reader, defaults.drops()),
        NflogGroups.read(reader.objects("nflog")),
        conntrack(reader, defaults.conntrack()));
  }

  private static ConntrackConfig conntrack(FieldReader reader, ConntrackConfig defaults) {
    Long connectionsMax =
        reader.integer(
            "conntrack_connections",
            ConntrackConfig.CONNECTIONS_MIN,
            ConntrackConfig.CONNECTIONS_MAX);
    return new ConntrackConfig(
        or(reader.value("conntrack", Values::dropMode), defaults.mode()),
        connectionsMax == null ? defaults.connectionsMax() : connectionsMax.intValue());
  }

  private static DropConfig drops(FieldReader reader, DropConfig defaults) {
    return new DropConfig(
        or(reader.value("drops", Values::dropMode), defaults.mode()),
        or(reader.values("drop_reasons", Values::dropReason), defaults.reasons()),
        or(reader.values("malformed_reasons", Values::dropReason), defaults.malformedReasons()));
  }

  private static CaptureConfig.RingSettings rings(
      FieldReader reader, CaptureConfig.RingSettings defaults) {
    Long totalBytes =
        reader.amount(
            "ring_bytes",
            Units.sizeBytes(CaptureConfig.RING_BYTES_MIN, CaptureConfig.RING_BYTES_MAX));
    Long blockBytes =
        reader.amount(
            "ring_block_bytes",
            Units.powerOfTwo(CaptureConfig.BLOCK_BYTES_MIN, CaptureConfig.BLOCK_BYTES_MAX));
    CaptureConfig.RingSettings settings =
        new CaptureConfig.RingSettings(
            or(totalBytes, defaults.totalBytes()), or(blockBytes, defaults.blockBytes()));
    if (settings.totalBytes() < settings.leastBytes()) {
      reader.problem(
          "ring_bytes",
          "has no room for one ring of " + CaptureConfig.RING_BLOCKS_MIN + " blocks",
          "write at least " + Units.formatBytes(settings.leastBytes()));
    }
    return settings;
  }

  private static FlowConfig flow(FieldReader reader) {
    FlowConfig defaults = FlowConfig.defaults();
    Long tableBytes =
        reader.amount(
            "table_bytes", Units.sizeBytes(FlowConfig.TABLE_BYTES_MIN, FlowConfig.TABLE_BYTES_MAX));
    return new FlowConfig(
        or(tableBytes, defaults.tableBytes()), section(reader, "timeouts", Sections::timeouts));
  }

  private static FlowConfig.Timeouts timeouts(FieldReader reader) {
    FlowConfig.Timeouts defaults = FlowConfig.Timeouts.defaults();
    return new FlowConfig.Timeouts(
        timeout(reader, "tcp_syn_sent", defaults.tcpSynSent()),
        timeout(reader, "tcp_syn_received", defaults.tcpSynReceived()),
        timeout(reader, "tcp_established", defaults.tcpEstablished()),
        timeout(reader, "tcp_fin_wait", defaults.tcpFinWait()),
        timeout(reader, "tcp_close_wait", defaults.tcpCloseWait()),
        timeout(reader, "tcp_last_ack", defaults.tcpLastAck()),
        timeout(reader, "tcp_time_wait", defaults.tcpTimeWait()),
        timeout(reader, "tcp_reset", defaults.tcpReset()),
        timeout(reader, "udp", defaults.udp()),
        timeout(reader, "udp_answered", defaults.udpAnswered()),
        timeout(reader, "icmp", defaults.icmp()),
        timeout(reader, "other", defaults.other()));
  }

  private static Duration timeout(FieldReader reader, String field, Duration fallback) {
    return or(
        reader.amount(field, Units.duration(FlowConfig.TIMEOUT_MIN, FlowConfig.TIMEOUT_MAX)),
        fallback);
  }

  private static RecordConfig record(FieldReader reader) {
    RecordConfig defaults = RecordConfig.defaults();
    return new RecordConfig(
        or(reader.amount("interval_unit", Values::intervalUnit), defaults.intervalUnit()));
  }

  private static FormatConfig format(FieldReader reader) {
    FormatConfig defaults = FormatConfig.defaults();
    boolean csvHeader = or(reader.flag("csv_header"), defaults.csvHeader());
    Long rowsPerFile = reader.integer("rows_per_file", 1, FormatConfig.ROWS_PER_FILE_MAX);
    return new FormatConfig(
        csvHeader, rowsPerFile == null ? defaults.rowsPerFile() : rowsPerFile.intValue());
  }

  private static LoggerConfig logger(FieldReader reader) {
    LoggerConfig defaults = LoggerConfig.defaults();
    return new LoggerConfig(
        or(reader.values("admin_projects", Ids::projectId), defaults.adminProjects()));
  }

  private static SpoolConfig spool(FieldReader reader) {
    SpoolConfig defaults = SpoolConfig.defaults();
    Long bytesMax =
        reader.amount(
            "bytes_max", Units.sizeBytes(SpoolConfig.BYTES_MAX_MIN, SpoolConfig.BYTES_MAX_MAX));
    Duration ageMax =
        reader.amount("age_max", Units.duration(SpoolConfig.AGE_MAX_MIN, SpoolConfig.AGE_MAX_MAX));
    return new SpoolConfig(
        defaults.syncToDisk(), or(bytesMax, defaults.bytesMax()), or(ageMax, defaults.ageMax()));
  }

  private static ApiConfig api(FieldReader reader) {
    ApiConfig defaults = ApiConfig.defaults();
    return new ApiConfig(
        or(
                reader.value("metrics_listen", ListenAddress::parse),
                Optional.ofNullable(defaults.metricsListen()))
            .orElse(null),
        or(reader.value("socket", ListenAddress::socket), Optional.ofNullable(defaults.socket()))
            .orElse(null));
  }

  private static String host(FieldReader reader, Path kernelHostName) {
    if (reader.has("host")) {
      return or(reader.value("host", HostName::check), "");
    }
    try {
      return HostName.ofKernel(kernelHostName);
    } catch (FieldException e) {
      reader.problem("host", e.what(), e.remedy());
      return "";
    }
  }

  private static Path directory(FieldReader reader, String field, String fallback) {
    return or(reader.value(field, Values::directory), Path.of(fallback));
  }

  private static <T> T section(FieldReader reader, String name, Function<FieldReader, T> read) {
    FieldReader section = reader.object(name);
    T settings = read.apply(section);
    section.refuseUnknown();
    return settings;
  }

  private static <T> T or(@Nullable T value, T fallback) {
    return Objects.requireNonNullElse(value, fallback);
  }
}
