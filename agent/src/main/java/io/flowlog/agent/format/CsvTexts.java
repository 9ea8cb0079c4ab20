package io.flowlog.agent.format;

import io.flowlog.agent.record.PortFields;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import java.nio.charset.StandardCharsets;

/**
 * What a CSV file shows for fields that are no number of the row: texts of the port and the host.
 */
final class CsvTexts {
  private static final byte[] ON_THIS_KIND_OF_HOST = bytes("-1");
  private static final byte[] NOT_KNOWN = {};

  private final RecordDictionary ports;
  private final byte[] region;
  private final byte[] host;

  CsvTexts(RecordDictionary ports, EncoderSettings settings) {
    this.ports = ports;
    region = bytes(quoted(settings.region()));
    host = bytes(quoted(settings.host()));
  }

  /** Returns the line of field names. */
  static byte[] header(RecordField[] fields) {
    StringBuilder line = new StringBuilder();
    for (RecordField field : fields) {
      line.append(line.isEmpty() ? "" : ",").append(field.fieldName());
    }
    return bytes(line.append('\n').toString());
  }

  /** Returns the text of a field in the rows of a port; empty for fields that have none. */
  byte[] of(RecordField field, int portIndex) {
    if (PortFields.has(field)) {
      String value = PortFields.text(ports, portIndex, field);
      return value == null ? NOT_KNOWN : bytes(quoted(value));
    }
    return switch (field) {
      case REGION -> region;
      case HOST -> host;
      case TRANSITHUB_DROP_NO_ROUTE_PACKETS,
          TRANSITHUB_DROP_NO_ROUTE_BYTES,
          TRANSITHUB_DROP_BLACK_HOLE_PACKETS,
          TRANSITHUB_DROP_BLACK_HOLE_BYTES ->
          ON_THIS_KIND_OF_HOST;
      default -> NOT_KNOWN;
    };
  }

  private static String quoted(String value) {
    boolean special = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return special ? '"' + value.replace("\"", "\"\"") + '"' : value;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
