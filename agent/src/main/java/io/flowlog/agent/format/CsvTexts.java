package io.flowlog.agent.format;

import io.flowlog.agent.record.PortFields;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;

/** What a text file shows of ports, drop points and the host: texts, spelt as the layout wants. */
final class CsvTexts {
  private static final byte[] NOT_KNOWN = {};

  private final RecordDictionary dictionary;
  private final CsvStyle style;
  private final byte[] region;
  private final byte[] host;

  CsvTexts(RecordDictionary dictionary, CsvStyle style, EncoderSettings settings) {
    this.dictionary = dictionary;
    this.style = style;
    region = style.text(settings.region());
    host = style.text(settings.host());
  }

  /** Returns the text of a field in the rows of a port; empty for fields that have none. */
  byte[] of(RecordField field, int portIndex) {
    if (PortFields.has(field)) {
      String value = PortFields.text(dictionary, portIndex, field);
      return value == null ? NOT_KNOWN : style.text(value);
    }
    return switch (field) {
      case REGION -> region;
      case HOST -> host;
      default -> NOT_KNOWN;
    };
  }

  /** Returns the name of a drop point; empty for none. */
  byte[] ofDropPoint(int number) {
    return style.text(dictionary.dropPoint(number));
  }
}
