package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.record.RecordDictionary;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** What every encoder does, for Parquet. A subclass says by which codec. */
abstract class ParquetEncoderContract extends RecordEncoderContract {
  private final CompressionType compression;

  @TempDir private Path folder;

  ParquetEncoderContract(CompressionType compression) {
    this.compression = compression;
  }

  @Override
  protected RecordEncoder open(RecordDictionary ports, WritableByteChannel sink)
      throws IOException {
    return new RecordEncoders(CsvFixture.SETTINGS)
        .open(
            CsvFixture.logger(Layout.nhn, FIELDS, LogFormat.PARQUET, compression),
            CsvFixture.INTERVAL,
            ports,
            sink);
  }

  @Override
  protected List<List<String>> read(byte[] file) throws IOException {
    Path path = folder.resolve("rows.parquet");
    Files.write(path, file);
    try (DuckDb duckDb = new DuckDb()) {
      return duckDb.query("SELECT * FROM " + DuckDb.parquet(path));
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}
