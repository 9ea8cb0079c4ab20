package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.RecordDictionary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class CsvGzipEncoderTest extends RecordEncoderContract {
  @Override
  protected RecordEncoder open(RecordDictionary ports, WritableByteChannel sink)
      throws IOException {
    return new RecordEncoders(CsvFixture.SETTINGS)
        .open(CsvFixture.logger(FIELDS, CompressionType.GZIP), CsvFixture.INTERVAL, ports, sink);
  }

  @Override
  protected List<List<String>> read(byte[] file) throws IOException {
    try (GZIPInputStream zipped = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return CsvReader.read(new String(zipped.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void shouldNameFilesByTheirCompression() {
    RecordEncoders encoders = new RecordEncoders(CsvFixture.SETTINGS);
    assertEquals(".csv", encoders.extension(CsvFixture.logger(FIELDS, CompressionType.RAW)));
    assertEquals(".csv.gz", encoders.extension(CsvFixture.logger(FIELDS, CompressionType.GZIP)));
    assertEquals(".csv.zst", encoders.extension(CsvFixture.logger(FIELDS, CompressionType.ZSTD)));
    for (CompressionType compression : CompressionType.values()) {
      FlowLogger parquet = CsvFixture.logger(Layout.nhn, FIELDS, LogFormat.PARQUET, compression);
      assertEquals(".parquet", encoders.extension(parquet));
    }
  }

  @Test
  void shouldRefuseACompressionThatIsNoTextFiles() {
    RecordEncoders encoders = new RecordEncoders(CsvFixture.SETTINGS);
    FlowLogger logger = CsvFixture.logger(FIELDS, CompressionType.SNAPPY);
    assertThrows(IllegalArgumentException.class, () -> encoders.extension(logger));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            encoders.open(
                logger, CsvFixture.INTERVAL, CsvFixture.ports(CsvFixture.FULL_PORT), new Sink()));
  }
}
