package io.flowlog.agent.record;

import io.flowlog.agent.logger.FieldChoice;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.record.Column.Constant;
import io.flowlog.agent.record.Column.HighestVersion;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A row format as data: which columns there are and how text files spell them.
 *
 * @param nullMark what stands for an unknown value in text
 * @param quoted whether text with separators in it is put in quotes; if not, it must have none
 * @param textExtension what the names of text files end with, before that of the compression
 * @param columns all columns, in the order of a file that shows all of them
 * @param defaultNames the columns of a logger that chooses none, in order
 */
public record RowLayout(
    String name,
    char separator,
    String nullMark,
    boolean quoted,
    String textExtension,
    List<Column> columns,
    List<String> defaultNames) {

  private static final Map<Layout, RowLayout> BY_LAYOUT = VendorLayouts.all();

  public RowLayout {
    columns = List.copyOf(columns);
    defaultNames = List.copyOf(defaultNames);
  }

  /** Returns what a logger's rows look like. */
  public static RowLayout of(Layout layout) {
    RowLayout found = BY_LAYOUT.get(layout);
    if (found == null) {
      throw new IllegalArgumentException("nobody wrote down what rows of " + layout + " look like");
    }
    return found;
  }

  /** Returns the columns of a logger's files, in order. */
  public static List<Column> columnsOf(FlowLogger logger) {
    return of(logger.layout()).choose(logger.fields());
  }

  /** Returns, for the rules of loggers, which fields each layout has. */
  public static Map<Layout, FieldChoice> fieldChoices() {
    Map<Layout, FieldChoice> choices = new EnumMap<>(Layout.class);
    BY_LAYOUT.forEach(
        (layout, rows) -> choices.put(layout, new FieldChoice(rows.names(), rows.defaultNames)));
    return Collections.unmodifiableMap(choices);
  }

  /** Returns the names of all columns, in order. */
  public List<String> names() {
    return columns.stream().map(Column::name).toList();
  }

  /** Returns the columns of some names, ready to be written: none is {@link HighestVersion}. */
  public List<Column> choose(List<String> names) {
    Map<String, Column> byName = new LinkedHashMap<>();
    columns.forEach(column -> byName.put(column.name(), column));
    List<Column> chosen = names.stream().map(name -> require(byName, name)).toList();
    int version = chosen.stream().mapToInt(Column::version).max().orElse(0);
    return chosen.stream().map(column -> withVersion(column, version)).toList();
  }

  private Column require(Map<String, Column> byName, String columnName) {
    Column column = byName.get(columnName);
    if (column == null) {
      throw new IllegalArgumentException(columnName + " is no column of the layout " + name);
    }
    return column;
  }

  private static Column withVersion(Column column, int version) {
    if (column.content() instanceof HighestVersion) {
      Constant constant = new Constant(Integer.toString(version));
      return new Column(column.name(), column.type(), constant, column.version());
    }
    return column;
  }
}
