package io.flowlog.agent.record;

import java.util.Map;

/**
 * One column of a {@link RowLayout}.
 *
 * @param name its name in the header line of text files and in {@code customized_field}
 * @param version the version of the layout that brought it
 */
public record Column(String name, ValueType type, Content content, int version) {

  /** Returns its name in Parquet files, where a dash would have to be quoted in every query. */
  public String parquetName() {
    return name.replace('-', '_');
  }

  /** Tells whether a row may have no value here. */
  public boolean isNullable() {
    if (content instanceof Shown shown) {
      return switch (shown.field) {
        case TIMESTAMP_START, TIMESTAMP_END, INTERFACE_ID, HOST, STATUS -> false;
        default -> true;
      };
    }
    return content instanceof Unknown;
  }

  /** What the values are. */
  public enum ValueType {
    INT32,
    INT64,
    TEXT
  }

  /** What stands in a column. */
  public sealed interface Content permits Shown, Constant, WindowBound, HighestVersion, Unknown {}

  /**
   * A field of the record.
   *
   * @param words what stands for the field's own words, where that is something else; empty text
   *     means that the layout takes the word for unknown
   * @param wholeSeconds whether a point in time is in seconds whatever {@code timestamp_unit} says
   */
  public record Shown(RecordField field, Map<String, String> words, boolean wholeSeconds)
      implements Content {
    public Shown {
      words = Map.copyOf(words);
    }

    /** Returns what the layout writes for a word of the field. */
    public String wordFor(String word) {
      return words.getOrDefault(word, word);
    }
  }

  /** The same text in every row; a whole number if the type is one. */
  public record Constant(String text) implements Content {}

  /**
   * A bound of the interval, in seconds. A row without traffic may be of another span than the
   * interval; there it is the row's own first or last time.
   *
   * @param isEnd whether it is the first moment behind the window, not the first one in it
   */
  public record WindowBound(boolean isEnd) implements Content {}

  /** The highest version among the columns of the file; {@link RowLayout#choose} resolves it. */
  public record HighestVersion() implements Content {}

  /** Something that cannot be known on this kind of host: no row has a value. */
  public record Unknown() implements Content {}
}
