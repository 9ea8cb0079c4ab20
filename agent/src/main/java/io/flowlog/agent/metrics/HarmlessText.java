package io.flowlog.agent.metrics;

import java.util.Locale;

/** Words of strangers in a form that a log line and a terminal can bear. */
final class HarmlessText {
  /** Longer than any sentence of ours with a path in it. */
  static final int LENGTH_MAX = 1000;

  private HarmlessText() {}

  /**
   * Returns a text on one line: what steers a terminal, begins a line, turns the direction of
   * writing or is no character at all is shown by its number. A long text is cut.
   */
  static String of(String text) {
    StringBuilder harmless = new StringBuilder();
    int at = 0;
    while (at < text.length() && at < LENGTH_MAX) {
      int character = text.codePointAt(at);
      at += Character.charCount(character);
      if (isHarmless(character)) {
        harmless.appendCodePoint(character);
      } else {
        harmless.append(String.format(Locale.ROOT, "\\u%04x", character));
      }
    }
    return at < text.length() ? harmless.append("...").toString() : harmless.toString();
  }

  private static boolean isHarmless(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
