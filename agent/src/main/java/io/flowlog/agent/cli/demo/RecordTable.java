package io.flowlog.agent.cli.demo;

import io.flowlog.agent.cli.table.TextTable;
import io.flowlog.agent.cli.table.TextTable.Column;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** The records of one of the demo's CSV files, as a table for people. Immutable. */
public final class RecordTable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("time"),
          Column.text("port"),
          Column.text("dir"),
          Column.text("from"),
          Column.text("to"),
          Column.number("packets"),
          Column.number("bytes"),
          Column.text("flags"),
          Column.text("state"));

  private final Map<String, Integer> fields = new HashMap<>();
  private final Map<String, String> portNames = new HashMap<>();
  private final List<String[]> records = new ArrayList<>();

  private RecordTable(List<String> lines, List<LoggingPort> ports) {
    String[] names = lines.get(0).split(",", -1);
    for (int i = 0; i < names.length; i++) {
      fields.put(names[i], i);
    }
    for (LoggingPort port : ports) {
      portNames.put(port.portId(), String.valueOf(port.device()));
    }
    lines.subList(1, lines.size()).forEach(line -> records.add(line.split(",", -1)));
  }

  private RecordTable(RecordTable whole, Predicate<String[]> shown) {
    fields.putAll(whole.fields);
    portNames.putAll(whole.portNames);
    whole.records.stream().filter(shown).forEach(records::add);
  }

  /** Reads a file that starts with a line of field names. */
  public static RecordTable read(Path file, List<LoggingPort> ports) throws IOException {
    return new RecordTable(Files.readAllLines(file), ports);
  }

  /** Leaves out all records but those of one port. */
  public RecordTable ofPort(String name) {
    return new RecordTable(this, record -> portName(record).equals(name));
  }

  /** Returns how many records there are. */
  public int size() {
    return records.size();
  }

  /** Returns the title and the first records, aligned. */
  public List<String> lines(int recordLimit) {
    TextTable table = new TextTable(COLUMNS);
    records.stream().limit(recordLimit).map(this::row).forEach(table::add);
    return table.lines();
  }

  private List<String> row(String[] record) {
    return List.of(
        TIME.format(Instant.ofEpochSecond(Long.parseLong(value(record, "timestamp_start")))),
        portName(record),
        value(record, "direction").equals("ingress") ? "in" : "out",
        end(record, "src"),
        end(record, "dst"),
        value(record, "packets"),
        value(record, "bytes"),
        flags(value(record, "tcp_flag")),
        value(record, "tcp_state"));
  }

  private String portName(String[] record) {
    return portNames.getOrDefault(value(record, "interface_id"), "?");
  }

  private String value(String[] record, String field) {
    return record[Objects.requireNonNull(fields.get(field), field)];
  }

  private String end(String[] record, String side) {
    String address = value(record, side + "_addr");
    String port = value(record, side + "_port");
    boolean isIpv6 = address.indexOf(':') >= 0;
    if (port.isEmpty() || port.equals("0")) {
      return address;
    }
    return (isIpv6 ? "[" + address + "]" : address) + ":" + port;
  }

  /** SYN, ACK (of a SYN), FIN and RST by their first letters. */
  private static String flags(String tcpFlag) {
    int bits = tcpFlag.isEmpty() ? 0 : Integer.parseInt(tcpFlag);
    return letter(bits, FrameBuilder.SYN, "S")
        + letter(bits, FrameBuilder.ACK, "A")
        + letter(bits, FrameBuilder.FIN, "F")
        + letter(bits, FrameBuilder.RST, "R");
  }

  private static String letter(int bits, int flag, String letter) {
    return (bits & flag) == 0 ? "" : letter;
  }
}
