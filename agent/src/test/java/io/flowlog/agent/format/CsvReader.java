package io.flowlog.agent.format;

import java.util.ArrayList;
import java.util.List;

/** Reads comma-separated text by the grammar of RFC 4180, sign by sign. */
public final class CsvReader {
  private enum Place {
    FIELD_START,
    PLAIN,
    QUOTED,
    AFTER_QUOTE
  }

  private final List<List<String>> rows = new ArrayList<>();
  private final StringBuilder field = new StringBuilder();
  private List<String> row = new ArrayList<>();
  private Place place = Place.FIELD_START;

  private CsvReader() {}

  /** Returns the fields of every line; the last line must end with a line feed like the others. */
  public static List<List<String>> read(String text) {
    CsvReader reader = new CsvReader();
    text.chars().forEach(c -> reader.take((char) c));
    if (reader.place != Place.FIELD_START || !reader.row.isEmpty()) {
      throw new AssertionError("the last line has no end");
    }
    return reader.rows;
  }

  private void take(char c) {
    switch (place) {
      case QUOTED -> {
        if (c == '"') {
          place = Place.AFTER_QUOTE;
        } else {
          field.append(c);
        }
      }
      case AFTER_QUOTE -> {
        if (c == '"') {
          field.append(c);
          place = Place.QUOTED;
        } else {
          delimiter(c);
        }
      }
      case FIELD_START -> {
        if (c == '"') {
          place = Place.QUOTED;
        } else {
          plain(c);
        }
      }
      case PLAIN -> plain(c);
    }
  }

  private void plain(char c) {
    if (c == ',' || c == '\n') {
      delimiter(c);
    } else if (c == '"' || c == '\r') {
      throw new AssertionError("a plain field holds a quote or a carriage return");
    } else {
      field.append(c);
      place = Place.PLAIN;
    }
  }

  private void delimiter(char c) {
    if (c != ',' && c != '\n') {
      throw new AssertionError("behind a closing quote stands " + c);
    }
    row.add(field.toString());
    field.setLength(0);
    place = Place.FIELD_START;
    if (c == '\n') {
      rows.add(row);
      row = new ArrayList<>();
    }
  }
}
