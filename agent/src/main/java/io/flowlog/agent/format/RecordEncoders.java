package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** Opens the encoder that a logger's declaration asks for. */
public final class RecordEncoders implements EncoderFactory {
  private final EncoderSettings settings;

  /** Makes a factory of files of one host. */
  public RecordEncoders(EncoderSettings settings) {
    this.settings = settings;
  }

  @Override
  public RecordEncoder open(
      FlowLogger logger, Interval interval, RecordDictionary dictionary, WritableByteChannel sink)
      throws IOException {
    if (logger.logFormat() == LogFormat.PARQUET) {
      return parquet(logger, interval, dictionary, sink);
    }
    CompressingChannel compressor = compressor(logger.compressionType(), sink);
    if (compressor == null) {
      return CsvEncoder.open(logger, interval, dictionary, settings, sink);
    }
    CsvEncoder encoder = CsvEncoder.open(logger, interval, dictionary, settings, compressor);
    return new CompressedEncoder(encoder, compressor);
  }

  private RecordEncoder parquet(
      FlowLogger logger, Interval interval, RecordDictionary dictionary, WritableByteChannel sink)
      throws IOException {
    ParquetCells cells = new ParquetCells(interval, dictionary, settings);
    ParquetRows rows = new ParquetRows(RowLayout.columnsOf(logger), cells);
    return new ParquetEncoder(rows, logger.compressionType(), sink);
  }

  /** Returns what text goes through before it reaches the sink, or null for nothing. */
  private static @Nullable CompressingChannel compressor(
      CompressionType compression, WritableByteChannel sink) throws IOException {
    return switch (compression) {
      case RAW -> null;
      case GZIP -> new GzipChannel(sink);
      case ZSTD -> new ZstdChannel(sink);
      case SNAPPY -> throw new IllegalArgumentException("text is not compressed by SNAPPY");
    };
  }

  @Override
  public String extension(FlowLogger logger) {
    if (logger.logFormat() == LogFormat.PARQUET) {
      return ".parquet"; // whatever the codec: it is inside
    }
    String text = RowLayout.of(logger.layout()).textExtension();
    return switch (logger.compressionType()) {
      case RAW -> text;
      case GZIP -> text + ".gz";
      case ZSTD -> text + ".zst";
      case SNAPPY -> throw new IllegalArgumentException("text is not compressed by SNAPPY");
    };
  }
}
