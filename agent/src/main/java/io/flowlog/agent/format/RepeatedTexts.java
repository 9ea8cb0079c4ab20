package io.flowlog.agent.format;

import io.flowlog.agent.record.Column.Shown;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.PortFields;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.record.RecordNames;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * Texts of a column to which rows refer by number, each made once: words, drop points, and what a
 * port brings.
 *
 * <p>Owned by one {@link ParquetRows}. Grows with the highest number that a row has.
 */
final class RepeatedTexts implements RowText {
  private final Shown shown;
  private final RecordField field;
  private final RecordDictionary dictionary;

  /** By number; null is one that no row has had yet. */
  private @Nullable Binary[] made = new Binary[16];

  RepeatedTexts(Shown shown, RecordDictionary dictionary) {
    this.shown = shown;
    this.field = shown.field();
    this.dictionary = dictionary;
  }

  @Override
  public Binary of(FlowRecord row) {
    int number = number(row);
    if (number < made.length) {
      Binary found = made[number];
      if (found != null) {
        return found;
      }
    } else {
      made = Arrays.copyOf(made, Integer.highestOneBit(number) * 2);
    }
    String text = text(number);
    Binary fresh = text == null ? Binary.EMPTY : RowText.binary(shown.wordFor(text));
    made[number] = fresh;
    return fresh;
  }

  private int number(FlowRecord row) {
    return switch (field) {
      case DIRECTION -> row.direction();
      case FILTER -> row.verdict();
      case STATUS -> row.status();
      case TCP_STATE -> row.tcpState();
      case END_REASON -> row.endReason();
      case IP_VERSION -> row.ipVersion();
      case DROP_POINT -> row.dropPoint();
      default -> row.portIndex();
    };
  }

  private @Nullable String text(int number) {
    List<String> words = RecordNames.of(field);
    if (!words.isEmpty()) {
      return words.get(number);
    }
    return field == RecordField.DROP_POINT
        ? dictionary.dropPoint(number)
        : PortFields.text(dictionary, number, field);
  }
}
