package io.flowlog.agent.format;

import io.flowlog.agent.record.Column;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaBuilder.FieldAssembler;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.schema.MessageType;

/** The columns of a Parquet file: an Avro schema, which the file carries, and Parquet's own. */
final class ParquetSchema {
  private static final String NAME = "flow_record";

  private ParquetSchema() {}

  /** Returns the schema of a file with these columns. */
  static Schema avro(List<Column> columns) {
    FieldAssembler<Schema> schema = SchemaBuilder.record(NAME).fields();
    for (Column column : columns) {
      String name = column.parquetName();
      schema = column.isNullable() ? nullable(schema, name, column) : known(schema, name, column);
    }
    return schema.endRecord();
  }

  private static FieldAssembler<Schema> nullable(
      FieldAssembler<Schema> schema, String name, Column column) {
    return switch (column.type()) {
      case INT32 -> schema.optionalInt(name);
      case INT64 -> schema.optionalLong(name);
      case TEXT -> schema.optionalString(name);
    };
  }

  private static FieldAssembler<Schema> known(
      FieldAssembler<Schema> schema, String name, Column column) {
    return switch (column.type()) {
      case INT32 -> schema.requiredInt(name);
      case INT64 -> schema.requiredLong(name);
      case TEXT -> schema.requiredString(name);
    };
  }

  /** Returns what Parquet makes of a schema. */
  static MessageType parquet(Schema schema) {
    return new AvroSchemaConverter(new PlainParquetConfiguration()).convert(schema);
  }
}
