package io.flowlog.agent.cli.table;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under titles, each column as wide as what is in it. Owned by who fills it.
 *
 * <p>A cell may hold anything: what a terminal would obey is shown, not sent.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A column.
   *
   * @param isNumber whether it is aligned to the right
   * @param widthMax how wide it may get; longer text is cut
   */
  public record Column(String title, boolean isNumber, int widthMax) {
    /** Returns a column of text. */
    public static Column text(String title) {
      return new Column(title, false, Integer.MAX_VALUE);
    }

    /** Returns a column of numbers. */
    public static Column number(String title) {
      return new Column(title, true, Integer.MAX_VALUE);
    }

    /** Returns this column with a limit. */
    public Column atMost(int width) {
      return new Column(title, isNumber, width);
    }
  }

  /** Makes a table without rows. */
  public TextTable(List<Column> columns) {
    this.columns = List.copyOf(columns);
    rows.add(columns.stream().map(Column::title).toList());
  }

  /** Adds a row, which has one cell for each column. */
  public void add(List<String> cells) {
    List<String> row = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      row.add(DisplayText.cut(DisplayText.printable(cells.get(i)), columns.get(i).widthMax()));
    }
    rows.add(row);
  }

  /** Returns the titles and the rows, one line each. */
  public List<String> lines() {
    int[] widths = new int[columns.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], DisplayText.width(row.get(i)));
      }
    }
    return rows.stream().map(row -> aligned(row, widths)).toList();
  }

  private String aligned(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      String padding = " ".repeat(widths[i] - DisplayText.width(cell));
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).isNumber() ? padding + cell : cell + padding);
    }
    return line.toString().stripTrailing();
  }
}
