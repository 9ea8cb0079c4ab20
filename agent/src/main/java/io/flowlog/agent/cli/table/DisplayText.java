package io.flowlog.agent.cli.table;

/** Text as a terminal shows it. */
public final class DisplayText {
  private static final String CUT = "…";

  /** First and last of the ranges of characters that take two columns, in order. */
  private static final int[] WIDE = {
    0x1100, 0x115f, 0x2e80, 0x303e, 0x3041, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3, 0xf900, 0xfaff,
    0xfe30, 0xfe6f, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff, 0x1f900,
    0x1f9ff, 0x20000, 0x3fffd
  };

  private DisplayText() {}

  /** Returns text with every character that is not seen written as an escape. */
  public static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints().forEach(c -> append(c, printable));
    return printable.toString();
  }

  private static void append(int character, StringBuilder printable) {
    switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          printable.append(String.format("\\u%04x", character));
      default -> printable.appendCodePoint(character);
    }
  }

  /** Returns how many columns printable text takes. */
  public static int width(String text) {
    return text.codePoints().map(DisplayText::width).sum();
  }

  private static int width(int character) {
    int type = Character.getType(character);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    for (int i = 0; i < WIDE.length; i += 2) {
      if (character <= WIDE[i + 1]) {
        return character < WIDE[i] ? 1 : 2;
      }
    }
    return 1;
  }

  /** Returns printable text, or if it is wider than that, as much as fits with a sign behind it. */
  public static String cut(String text, int widthMax) {
    if (width(text) <= widthMax) {
      return text;
    }
    int end = 0;
    int width = width(CUT);
    while (true) {
      int character = text.codePointAt(end);
      width += width(character);
      if (width > widthMax) {
        return text.substring(0, end) + CUT;
      }
      end += Character.charCount(character);
    }
  }
}
