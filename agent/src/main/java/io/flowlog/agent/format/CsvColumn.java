package io.flowlog.agent.format;

import io.flowlog.agent.record.Column;
import io.flowlog.agent.record.Column.Constant;
import io.flowlog.agent.record.Column.Shown;
import io.flowlog.agent.record.Column.WindowBound;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.record.RecordNames;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A column of one file, ready to be written. Immutable. */
final class CsvColumn {
  /** The text of all rows with traffic, if it is the same in all. */
  final byte @Nullable [] fixed;

  /** What a row shows, if it is not fixed; null if no row has a value of its own. */
  final @Nullable RecordField field;

  /** What stands for each of the field's numbers, if it shows words. */
  final byte[][] words;

  final TimestampUnit timestampUnit;

  private CsvColumn(
      byte @Nullable [] fixed,
      @Nullable RecordField field,
      byte[][] words,
      TimestampUnit timestampUnit) {
    this.fixed = fixed;
    this.field = field;
    this.words = words;
    this.timestampUnit = timestampUnit;
  }

  static CsvColumn of(Column column, Interval interval, TimestampUnit timestampUnit) {
    Column.Content content = column.content();
    if (content instanceof Shown shown) {
      TimestampUnit unit = shown.wholeSeconds() ? TimestampUnit.SECONDS : timestampUnit;
      return new CsvColumn(null, shown.field(), words(shown), unit);
    }
    if (content instanceof WindowBound bound) {
      long boundNs = bound.isEnd() ? interval.endNs() : interval.startNs();
      String text = Long.toString(TimestampUnit.SECONDS.of(boundNs));
      RecordField own = bound.isEnd() ? RecordField.TIMESTAMP_END : RecordField.TIMESTAMP_START;
      return new CsvColumn(ascii(text), own, new byte[0][], TimestampUnit.SECONDS);
    }
    String text = content instanceof Constant constant ? constant.text() : "";
    return new CsvColumn(ascii(text), null, new byte[0][], timestampUnit);
  }

  private static byte[][] words(Shown shown) {
    return RecordNames.of(shown.field()).stream()
        .map(shown::wordFor)
        .map(CsvColumn::ascii)
        .toArray(byte[][]::new);
  }

  private static byte[] ascii(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  /** Tells whether the column is the same in all rows of one shape. */
  boolean isOfShape() {
    if (fixed != null || field == null) {
      return true;
    }
    return switch (field) {
      case TIMESTAMP_START,
          TIMESTAMP_END,
          SRC_ADDR,
          DST_ADDR,
          SRC_PORT,
          DST_PORT,
          PKT_SRC_ADDR,
          PKT_DST_ADDR,
          PKT_SRC_PORT,
          PKT_DST_PORT,
          PACKETS,
          BYTES,
          SETUP_US,
          LOST_PACKETS ->
          false;
      default -> true;
    };
  }
}
