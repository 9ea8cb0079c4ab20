package io.flowlog.agent.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One object of a list that the agent answers with. Immutable.
 *
 * @param members its members that are no objects, as texts; a member that is no list has one
 */
record AnswerRow(Map<String, List<String>> members) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Reads the rows of {@code {"name": [{...}, ...]}}. */
  static List<AnswerRow> read(byte[] json, String name) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      expect(name.equals(parser.nextFieldName()));
      expect(parser.nextToken() == JsonToken.START_ARRAY);
      List<AnswerRow> rows = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        rows.add(row(parser));
      }
      return rows;
    }
  }

  private static AnswerRow row(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_OBJECT);
    Map<String, List<String>> members = new HashMap<>();
    String member = parser.nextFieldName();
    while (member != null) {
      List<String> texts = new ArrayList<>();
      parser.nextToken();
      addTexts(parser, texts);
      members.put(member, texts);
      member = parser.nextFieldName();
    }
    return new AnswerRow(members);
  }

  private static void addTexts(JsonParser parser, List<String> texts) throws IOException {
    JsonToken token = parser.currentToken();
    expect(token != null);
    if (token == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        addTexts(parser, texts);
      }
    } else if (token == JsonToken.START_OBJECT) {
      parser.skipChildren();
    } else if (token != JsonToken.VALUE_NULL) {
      texts.add(parser.getText());
    }
  }

  private static void expect(boolean isSo) throws IOException {
    if (!isSo) {
      throw new IOException("this is no list of the agent's");
    }
  }

  /** Returns a member's text; empty if it has none. */
  String text(String member) {
    List<String> texts = texts(member);
    return texts.isEmpty() ? "" : texts.get(0);
  }

  /** Returns the texts of a list. */
  List<String> texts(String member) {
    return members.getOrDefault(member, List.of());
  }
}
