package io.flowlog.agent.cli;

import io.flowlog.agent.api.SocketListener;
import io.flowlog.agent.cli.table.TextTable;
import io.flowlog.agent.cli.table.TextTable.Column;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The logging ports, each once however many loggers cover it. Immutable. */
final class PortList implements ShownList {
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("device"),
          Column.text("port_id"),
          Column.number("loggers"),
          Column.number("frames"),
          Column.number("lost"),
          Column.number("for"),
          Column.text("state"));

  @Override
  public String command() {
    return "ports";
  }

  @Override
  public String description() {
    return "Shows the logging ports of this host and how their capture fares, as the running agent"
        + " sees them.";
  }

  @Override
  public String page() {
    return SocketListener.PORTS;
  }

  @Override
  public String member() {
    return "flowlog_logging_ports";
  }

  @Override
  public String emptyWords() {
    return "no logging ports: no logger covers a port of this host"
        + " (flowlog-agent loggers shows the loggers)";
  }

  @Override
  public List<String> table(List<AnswerRow> rows, Instant now) {
    Map<String, List<AnswerRow>> ports = new LinkedHashMap<>();
    for (AnswerRow row : rows) {
      ports.computeIfAbsent(row.text("port_id"), id -> new ArrayList<>()).add(row);
    }
    TextTable table = new TextTable(COLUMNS);
    for (List<AnswerRow> loggers : ports.values()) {
      AnswerRow port = loggers.get(0);
      table.add(
          List.of(
              port.text("device").isEmpty() ? "?" : port.text("device"),
              port.text("port_id"),
              String.valueOf(loggers.size()),
              port.text("frames"),
              port.text("lost_frames"),
              age(port.text("since"), now),
              port.text("state")));
    }
    return table.lines();
  }

  /** Returns how long ago a time is, in the largest unit that it has one of. */
  private static String age(String since, Instant now) {
    Duration age;
    try {
      age = Duration.between(Instant.parse(since.replace(' ', 'T') + "Z"), now);
    } catch (DateTimeException e) {
      return "?";
    }
    if (age.toDays() > 0) {
      return age.toDays() + "d";
    }
    if (age.toHours() > 0) {
      return age.toHours() + "h";
    }
    return age.toMinutes() > 0 ? age.toMinutes() + "m" : Math.max(0, age.toSeconds()) + "s";
  }

  @Override
  public List<String> notes(List<AnswerRow> rows) {
    return List.of();
  }
}
