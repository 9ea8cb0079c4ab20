package io.flowlog.agent.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.flowlog.agent.cli.table.TextTable;
import io.flowlog.agent.worker.host.HostFact;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Facts about a host, for people and for programs. Immutable. */
record HostReport(List<HostFact> facts) {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final List<TextTable.Column> COLUMNS =
      List.of(
          TextTable.Column.text("TOPIC"),
          TextTable.Column.text("IS"),
          TextTable.Column.text("WHAT IS SO, WHAT IT MEANS FOR THE RECORDS, WHAT TO DO"));

  /** Beside the first two columns, this makes lines of a hundred characters. */
  private static final int WIDTH = 66;

  /** Returns a table with several lines for each fact. */
  List<String> table() {
    TextTable table = new TextTable(COLUMNS);
    for (HostFact fact : facts) {
      List<String> texts = new ArrayList<>(wrap("", fact.fact()));
      texts.addAll(wrap("= ", fact.meaning()));
      if (!fact.remedy().isEmpty()) {
        texts.addAll(wrap("> ", fact.remedy()));
      }
      table.add(List.of(fact.topic(), fact.standing().label(), texts.get(0)));
      texts.subList(1, texts.size()).forEach(text -> table.add(List.of("", "", text)));
    }
    return table.lines();
  }

  /** Returns a text in lines that begin with a sign, or with as many blanks. */
  private static List<String> wrap(String sign, String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(sign);
    String margin = " ".repeat(sign.length());
    for (String word : text.split(" ", -1)) {
      boolean isFull = line.length() > sign.length() && line.length() + word.length() >= WIDTH;
      if (isFull) {
        lines.add(line.toString());
        line = new StringBuilder(margin);
      }
      line.append(line.length() > sign.length() ? " " : "").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns all of it as one JSON object. */
  String json() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeArrayFieldStart("host");
      for (HostFact fact : facts) {
        json.writeStartObject();
        json.writeStringField("topic", fact.topic());
        json.writeStringField("is", fact.standing().label());
        json.writeStringField("fact", fact.fact());
        json.writeStringField("meaning", fact.meaning());
        json.writeStringField("remedy", fact.remedy());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("text in memory has no such errors", e);
    }
    return text.toString();
  }

  /** Tells whether the agent would not start here. */
  boolean isImpossible() {
    return facts.stream().anyMatch(fact -> fact.standing() == HostFact.Standing.IMPOSSIBLE);
  }
}
