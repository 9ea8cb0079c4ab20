package io.flowlog.agent.logger;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.port.FieldReader;

/** Refuses what the contract knows and this version cannot do yet; goes away piece by piece. */
final class NotInThisVersion {
  private static final String WHAT = " is not in this version yet";

  private NotInThisVersion() {}

  static void refuse(FieldReader reader, LogFormat format, CompressionType compression) {
    if (format == LogFormat.PARQUET) {
      reader.problem("log_format", "PARQUET" + WHAT, "use CSV");
    }
    if (compression == CompressionType.ZSTD) {
      reader.problem("compression_type", "ZSTD" + WHAT, "use RAW or GZIP");
    }
  }
}
