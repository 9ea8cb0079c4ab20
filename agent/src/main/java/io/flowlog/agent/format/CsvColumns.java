package io.flowlog.agent.format;

import io.flowlog.agent.record.PortDictionary;
import io.flowlog.agent.record.PortFields;
import io.flowlog.agent.record.RecordField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a CSV file, prepared: fields that are the same in every row of a logging port are
 * text already, neighbours of that kind in one piece.
 *
 * <p>Owned by one {@link CsvEncoder}.
 */
final class CsvColumns {
  /** A step that writes the next piece of prepared text; others are the ordinal of a field. */
  static final int TEXT = -1;

  private static final String ON_THIS_KIND_OF_HOST = "-1";

  private final RecordField[] fields;
  private final PortDictionary ports;
  private final EncoderSettings settings;
  private final int[] steps;
  private @Nullable PortText[] textByPort = new PortText[8];
  private int textBytesMax;

  CsvColumns(RecordField[] fields, PortDictionary ports, EncoderSettings settings) {
    this.fields = fields;
    this.ports = ports;
    this.settings = settings;
    steps = steps(fields);
  }

  /** Returns the row's steps in order. */
  int[] steps() {
    return steps;
  }

  private static int[] steps(RecordField[] fields) {
    List<Integer> steps = new ArrayList<>();
    for (RecordField field : fields) {
      if (!isText(field)) {
        steps.add(field.ordinal());
      } else if (steps.isEmpty() || steps.get(steps.size() - 1) != TEXT) {
        steps.add(TEXT);
      }
    }
    return steps.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the pieces of text of a logging port, separators behind each field included. */
  byte[][] text(int portIndex) {
    if (portIndex >= textByPort.length) {
      textByPort = Arrays.copyOf(textByPort, Integer.highestOneBit(portIndex) * 2);
    }
    PortText text = textByPort[portIndex];
    if (text == null) {
      text = new PortText(pieces(portIndex));
      textByPort[portIndex] = text;
      textBytesMax = Math.max(textBytesMax, text.bytes());
    }
    return text.pieces;
  }

  /** Returns the most bytes that any port's text has had so far. */
  int textBytesMax() {
    return textBytesMax;
  }

  private byte[][] pieces(int portIndex) {
    List<byte[]> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    for (RecordField field : fields) {
      if (isText(field)) {
        piece.append(quoted(text(field, portIndex))).append(',');
      } else if (!piece.isEmpty()) {
        pieces.add(piece.toString().getBytes(StandardCharsets.UTF_8));
        piece.setLength(0);
      }
    }
    if (!piece.isEmpty()) {
      pieces.add(piece.toString().getBytes(StandardCharsets.UTF_8));
    }
    return pieces.toArray(byte[][]::new);
  }

  /** Returns the line of field names. */
  byte[] header() {
    StringBuilder line = new StringBuilder();
    for (RecordField field : fields) {
      line.append(line.isEmpty() ? "" : ",").append(field.fieldName());
    }
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isText(RecordField field) {
    return PortFields.has(field) || isHostText(field);
  }

  private static boolean isHostText(RecordField field) {
    return switch (field) {
      case REGION, HOST, TRAFFIC_PATH -> true;
      case TRANSITHUB_DROP_NO_ROUTE_PACKETS,
          TRANSITHUB_DROP_NO_ROUTE_BYTES,
          TRANSITHUB_DROP_BLACK_HOLE_PACKETS,
          TRANSITHUB_DROP_BLACK_HOLE_BYTES ->
          true;
      default -> false;
    };
  }

  private String text(RecordField field, int portIndex) {
    if (PortFields.has(field)) {
      String value = PortFields.text(ports, portIndex, field);
      return value == null ? "" : value;
    }
    return switch (field) {
      case REGION -> settings.region();
      case HOST -> settings.host();
      case TRAFFIC_PATH -> "";
      default -> ON_THIS_KIND_OF_HOST;
    };
  }

  private static String quoted(String value) {
    boolean special = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return special ? '"' + value.replace("\"", "\"\"") + '"' : value;
  }

  /** The prepared text of one logging port. */
  private static final class PortText {
    private final byte[][] pieces;

    PortText(byte[][] pieces) {
      this.pieces = pieces;
    }

    int bytes() {
      return Arrays.stream(pieces).mapToInt(piece -> piece.length).sum();
    }
  }
}
