package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

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
    refuseWhatIsNotThere(logger);
    if (logger.compressionType() == CompressionType.GZIP) {
      GzipChannel zipped = new GzipChannel(sink);
      CsvEncoder encoder = CsvEncoder.open(logger, interval, dictionary, settings, zipped);
      return new CompressedEncoder(encoder, zipped);
    }
    return CsvEncoder.open(logger, interval, dictionary, settings, sink);
  }

  @Override
  public String extension(FlowLogger logger) {
    refuseWhatIsNotThere(logger);
    String compression = logger.compressionType() == CompressionType.GZIP ? ".gz" : "";
    return RowLayout.of(logger.layout()).textExtension() + compression;
  }

  /** The rules for loggers let none of these pass; a caller that goes round them is mistaken. */
  private static void refuseWhatIsNotThere(FlowLogger logger) {
    boolean compressed =
        logger.compressionType() != CompressionType.RAW
            && logger.compressionType() != CompressionType.GZIP;
    if (logger.logFormat() != LogFormat.CSV || compressed) {
      throw new IllegalArgumentException(
          logger.logFormat() + " with " + logger.compressionType() + " is not in this version");
    }
  }
}
