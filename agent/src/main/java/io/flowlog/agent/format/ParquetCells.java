package io.flowlog.agent.format;

import io.flowlog.agent.record.Column;
import io.flowlog.agent.record.Column.Constant;
import io.flowlog.agent.record.Column.Content;
import io.flowlog.agent.record.Column.Shown;
import io.flowlog.agent.record.Column.Unknown;
import io.flowlog.agent.record.Column.WindowBound;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordDictionary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes the cells of a Parquet file's columns, for the rows of one interval. */
final class ParquetCells {
  private final Interval interval;
  private final RecordDictionary dictionary;
  private final EncoderSettings settings;

  ParquetCells(Interval interval, RecordDictionary dictionary, EncoderSettings settings) {
    this.interval = interval;
    this.dictionary = dictionary;
    this.settings = settings;
  }

  /** Returns what rows of a flow show. */
  ParquetCell[] ofFlow(List<Column> columns) {
    return cells(columns, content -> !(content instanceof Unknown));
  }

  /** Returns what rows show that stand for an interval in which nothing was seen. */
  ParquetCell[] withoutTraffic(List<Column> columns) {
    return cells(columns, ParquetCells::isKnownWithoutTraffic);
  }

  private ParquetCell[] cells(List<Column> columns, Predicate<Content> wanted) {
    List<ParquetCell> cells = new ArrayList<>();
    for (int index = 0; index < columns.size(); index++) {
      if (wanted.test(columns.get(index).content())) {
        cells.add(cell(columns.get(index), index));
      }
    }
    return cells.toArray(ParquetCell[]::new);
  }

  private static boolean isKnownWithoutTraffic(Content content) {
    return content instanceof Shown shown
        ? shown.field().isKnownWithoutTraffic()
        : !(content instanceof Unknown);
  }

  private ParquetCell cell(Column column, int index) {
    String name = column.parquetName();
    boolean isNullable = column.isNullable();
    return switch (column.type()) {
      case INT32 -> ParquetCell.integers(name, index, isNullable, number(column.content()));
      case INT64 -> ParquetCell.longs(name, index, isNullable, number(column.content()));
      case TEXT -> ParquetCell.texts(name, index, isNullable, text(column.content()));
    };
  }

  private RowNumber number(Content content) {
    if (content instanceof Shown shown) {
      TimestampUnit unit = shown.wholeSeconds() ? TimestampUnit.SECONDS : settings.timestampUnit();
      return switch (shown.field()) {
        case TIMESTAMP_START -> row -> unit.of(row.firstNs());
        case TIMESTAMP_END -> row -> unit.of(row.lastNs());
        default -> RowNumber.of(shown.field());
      };
    }
    if (content instanceof WindowBound bound) {
      return bound(bound.isEnd());
    }
    long value = Long.parseLong(((Constant) content).text());
    return row -> value;
  }

  private RowNumber bound(boolean isEnd) {
    TimestampUnit unit = TimestampUnit.SECONDS;
    long value = unit.of(isEnd ? interval.endNs() : interval.startNs());
    return row -> {
      if (row.hasTraffic()) {
        return value;
      }
      return unit.of(isEnd ? row.lastNs() : row.firstNs());
    };
  }

  private RowText text(Content content) {
    if (content instanceof Shown shown) {
      return switch (shown.field()) {
        case SRC_ADDR -> new AddressText()::source;
        case DST_ADDR -> new AddressText()::destination;
        case PKT_SRC_ADDR -> new AddressText()::translatedSource;
        case PKT_DST_ADDR -> new AddressText()::translatedDestination;
        case REGION -> RowText.same(settings.region());
        case HOST -> RowText.same(settings.host());
        default -> new RepeatedTexts(shown, dictionary);
      };
    }
    return RowText.same(((Constant) content).text());
  }
}
