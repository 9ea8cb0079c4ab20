package io.flowlog.agent.port;

/**
 * One mistake in a declared object, told to the person who wrote it; no file or line yet.
 *
 * @param field the field's path in the object, e.g. {@code endpoints[0].url}; empty when the object
 *     as a whole is meant
 * @param what what is wrong
 * @param remedy what to do about it
 */
public record FieldProblem(String field, String what, String remedy) {
  private static final int QUOTED_CHARACTERS_MAX = 60;

  /** Returns an outsider's value in quotes, on one line, cut when it is long. */
  public static String quote(String value) {
    String text = value;
    if (text.length() > QUOTED_CHARACTERS_MAX) {
      text = text.substring(0, QUOTED_CHARACTERS_MAX) + "...";
    }
    return '"' + oneLine(text) + '"';
  }

  /** Returns the text with everything that could break or repaint a line of output replaced. */
  public static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(isPrintable(c) ? c : '?'));
    return line.toString();
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
