package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

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
    RecordField[] fields = fields(logger);
    if (logger.compressionType() == CompressionType.GZIP) {
      GzipChannel zipped = new GzipChannel(sink);
      return new CompressedEncoder(new CsvEncoder(fields, dictionary, settings, zipped), zipped);
    }
    return new CsvEncoder(fields, dictionary, settings, sink);
  }

  @Override
  public String extension(FlowLogger logger) {
    refuseWhatIsNotThere(logger);
    return logger.compressionType() == CompressionType.GZIP ? ".csv.gz" : ".csv";
  }

  private static RecordField[] fields(FlowLogger logger) {
    return logger.fields().stream()
        .map(name -> Objects.requireNonNull(RecordField.ofName(name), name))
        .toArray(RecordField[]::new);
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
