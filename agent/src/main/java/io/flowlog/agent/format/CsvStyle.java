package io.flowlog.agent.format;

import io.flowlog.agent.record.Column;
import io.flowlog.agent.record.RowLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** How a layout spells values in text. Immutable. */
final class CsvStyle {
  final byte separator;
  final byte[] nullMark;
  private final boolean quoted;

  CsvStyle(RowLayout layout) {
    separator = (byte) layout.separator();
    nullMark = bytes(layout.nullMark());
    quoted = layout.quoted();
  }

  /** Returns the line of column names. */
  byte[] header(List<Column> columns) {
    String between = String.valueOf((char) separator);
    return bytes(columns.stream().map(Column::name).collect(Collectors.joining(between, "", "\n")));
  }

  /** Returns a text in such a form that a reader can tell where it ends. */
  byte[] text(String value) {
    return bytes(quoted ? quoted(value) : joined(value));
  }

  private static String quoted(String value) {
    boolean special = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return special ? '"' + value.replace("\"", "\"\"") + '"' : value;
  }

  /** Some readers split at any white space, also at what only Unicode takes for it. */
  private static String joined(String value) {
    if (value.chars().noneMatch(CsvStyle::mayBeSpace)) {
      return value;
    }
    StringBuilder text = new StringBuilder(value.length());
    value.chars().forEach(c -> text.append(mayBeSpace(c) ? '_' : (char) c));
    return text.toString();
  }

  private static boolean mayBeSpace(int c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
