package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Writes rows as a Parquet file: a schema that Avro's readers know, typed columns with statistics,
 * pages compressed by Parquet's own codecs. Needs no Hadoop.
 *
 * <p>Owned by one thread, for one file. What it keeps in memory is one row group, whatever the
 * file's size.
 */
final class ParquetEncoder implements RecordEncoder {
  /** Compressed bytes of a row group: files of 20,000 rows have one, millions of rows a few. */
  private static final long ROW_GROUP_BYTES = 16 << 20;

  private static final int ROW_GROUP_ROWS = 1_000_000;

  private final PageCodecs codecs = new PageCodecs();
  private final FlowRecord row = new FlowRecord();
  private final ParquetWriter<FlowRecord> writer;

  ParquetEncoder(ParquetRows rows, CompressionType compression, WritableByteChannel sink)
      throws IOException {
    writer =
        new Builder(rows, sink)
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(codecs)
            .withCompressionCodec(codec(compression))
            .withRowGroupSize(ROW_GROUP_BYTES)
            .withRowGroupRowCountLimit(ROW_GROUP_ROWS)
            .build();
  }

  private static CompressionCodecName codec(CompressionType compression) {
    return switch (compression) {
      case RAW -> CompressionCodecName.UNCOMPRESSED;
      case GZIP -> CompressionCodecName.GZIP;
      case SNAPPY -> CompressionCodecName.SNAPPY;
      case ZSTD -> CompressionCodecName.ZSTD;
    };
  }

  @Override
  public void encode(RecordBatch batch, int offset) throws IOException {
    writer.write(row.at(batch.data(), offset));
  }

  @Override
  public void finish() throws IOException {
    writer.close();
  }

  /** Does not close the writer, which would write. */
  @Override
  public void close() {
    codecs.release();
  }

  private static final class Builder extends ParquetWriter.Builder<FlowRecord, Builder> {
    private final ParquetRows rows;

    Builder(ParquetRows rows, WritableByteChannel sink) {
      super(new ChannelOutputFile(sink));
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // there is no builder without it
    protected WriteSupport<FlowRecord> getWriteSupport(Configuration configuration) {
      return rows;
    }

    @Override
    protected WriteSupport<FlowRecord> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }
  }
}
