package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** What rows have in one column of a Parquet file. Owned by one {@link ParquetRows}. */
abstract class ParquetCell {
  final String name;
  final int index;
  private final boolean isNullable;

  /** Makes a cell of a column, by the name and the place that Parquet wants to hear each time. */
  ParquetCell(String name, int index, boolean isNullable) {
    this.name = name;
    this.index = index;
    this.isNullable = isNullable;
  }

  /** Hands a row's value to Parquet, or nothing if the row has none. */
  abstract void write(FlowRecord row, RecordConsumer out);

  /** Tells whether a column wants a value whatever that is. */
  final boolean isRequired() {
    return !isNullable;
  }

  /** Makes a cell of numbers of 64 bits. */
  static ParquetCell longs(String name, int index, boolean isNullable, RowNumber numbers) {
    return new ParquetCell(name, index, isNullable) {
      @Override
      void write(FlowRecord row, RecordConsumer out) {
        long value = numbers.of(row);
        if (value != RowNumber.NOTHING || isRequired()) {
          out.startField(name, index);
          out.addLong(value);
          out.endField(name, index);
        }
      }
    };
  }

  /** Makes a cell of numbers of 32 bits. */
  static ParquetCell integers(String name, int index, boolean isNullable, RowNumber numbers) {
    return new ParquetCell(name, index, isNullable) {
      @Override
      void write(FlowRecord row, RecordConsumer out) {
        long value = numbers.of(row);
        if (value != RowNumber.NOTHING || isRequired()) {
          out.startField(name, index);
          out.addInteger((int) value);
          out.endField(name, index);
        }
      }
    };
  }

  /** Makes a cell of texts; one without letters is none. */
  static ParquetCell texts(String name, int index, boolean isNullable, RowText texts) {
    return new ParquetCell(name, index, isNullable) {
      @Override
      void write(FlowRecord row, RecordConsumer out) {
        Binary value = texts.of(row);
        if (value.length() > 0 || isRequired()) {
          out.startField(name, index);
          out.addBinary(value);
          out.endField(name, index);
        }
      }
    };
  }
}
