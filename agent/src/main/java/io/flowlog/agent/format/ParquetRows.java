package io.flowlog.agent.format;

import io.flowlog.agent.record.Column;
import io.flowlog.agent.record.FlowRecord;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows apart into the values of a Parquet file's columns.
 *
 * <p>Owned by one {@link ParquetEncoder}.
 */
final class ParquetRows extends WriteSupport<FlowRecord> {
  /** Where readers of Avro look for the schema. */
  private static final String AVRO_SCHEMA = "parquet.avro.schema";

  private final Schema schema;
  private final ParquetCell[] cells;
  private final ParquetCell[] cellsWithoutTraffic;
  private @Nullable RecordConsumer consumer;

  ParquetRows(List<Column> columns, ParquetCells cells) {
    schema = ParquetSchema.avro(columns);
    this.cells = cells.ofFlow(columns);
    cellsWithoutTraffic = cells.withoutTraffic(columns);
  }

  @Override
  @SuppressWarnings("deprecation") // there is no write support without it
  public WriteContext init(Configuration configuration) {
    throw new UnsupportedOperationException("there is no Hadoop here");
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return new WriteContext(ParquetSchema.parquet(schema), Map.of(AVRO_SCHEMA, schema.toString()));
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    consumer = recordConsumer; // another one for each row group
  }

  @Override
  public void write(FlowRecord row) {
    RecordConsumer out = consumer;
    if (out == null) {
      throw new IllegalStateException("rows come behind prepareForWrite");
    }
    out.startMessage();
    for (ParquetCell cell : row.hasTraffic() ? cells : cellsWithoutTraffic) {
      cell.write(row, out);
    }
    out.endMessage();
  }
}
