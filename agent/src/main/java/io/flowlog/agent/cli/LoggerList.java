package io.flowlog.agent.cli;

import io.flowlog.agent.api.SocketListener;
import io.flowlog.agent.cli.table.DisplayText;
import io.flowlog.agent.cli.table.TextTable;
import io.flowlog.agent.cli.table.TextTable.Column;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The flow log loggers. Immutable. */
final class LoggerList implements ShownList {
  private static final int NAME_WIDTH_MAX = 20;
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("name").atMost(NAME_WIDTH_MAX),
          Column.text("id"),
          Column.text("covers"),
          Column.number("ports"),
          Column.text("filter"),
          Column.text("format"),
          Column.text("status"));

  @Override
  public String command() {
    return "loggers";
  }

  @Override
  public String description() {
    return "Shows the flow log loggers and their status on this host, as the running agent sees"
        + " them.";
  }

  @Override
  public String page() {
    return SocketListener.LOGGERS;
  }

  @Override
  public String member() {
    return "flowlog_loggers";
  }

  @Override
  public String emptyWords() {
    return "no loggers: declare one in the folder loggers_dir of the configuration";
  }

  @Override
  public List<String> table(List<AnswerRow> rows, Instant now) {
    TextTable table = new TextTable(COLUMNS);
    for (AnswerRow row : rows) {
      table.add(
          List.of(
              row.text("name"),
              row.text("id"),
              row.text("resource_type"),
              row.text("ports"),
              row.text("filter"),
              row.text("log_format"),
              row.text("status")));
    }
    return table.lines();
  }

  @Override
  public List<String> notes(List<AnswerRow> rows) {
    List<String> notes = new ArrayList<>();
    for (AnswerRow row : rows) {
      List<String> problems = new ArrayList<>(row.texts("problems"));
      if (!row.text("error_type").isEmpty()) {
        problems.add(0, row.text("error_type") + ": " + row.text("error_message"));
      }
      String name = DisplayText.cut(DisplayText.printable(row.text("name")), NAME_WIDTH_MAX);
      problems.forEach(problem -> notes.add(name + ": " + DisplayText.printable(problem)));
    }
    return notes;
  }
}
