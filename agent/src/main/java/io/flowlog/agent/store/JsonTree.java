package io.flowlog.agent.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object in JSON: maps, lists and texts; numbers and truth values are texts too. Immutable.
 *
 * @param members by name
 */
record JsonTree(Map<String, Object> members) {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int DEPTH_MAX = 30;

  /** Reads one object. */
  static JsonTree read(String json) throws IOException {
    try (JsonParser parser = FACTORY.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is no JSON object");
      }
      return new JsonTree(map(parser, 0));
    }
  }

  private static Map<String, Object> map(JsonParser parser, int depth) throws IOException {
    Map<String, Object> members = new HashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      Object value = value(parser, depth + 1);
      if (value != null) {
        members.put(name, value);
      }
    }
    return members;
  }

  private static @Nullable Object value(JsonParser parser, int depth) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null || depth > DEPTH_MAX) {
      throw new IOException("it ends too early or is nested too deeply");
    }
    return switch (token) {
      case START_OBJECT -> map(parser, depth);
      case START_ARRAY -> list(parser, depth);
      case VALUE_NULL -> null;
      default -> parser.getText();
    };
  }

  private static List<Object> list(JsonParser parser, int depth) throws IOException {
    List<Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Object element = value(parser, depth + 1);
      if (element != null) {
        elements.add(element);
      }
    }
    return elements;
  }

  /** Returns a member that is an object. */
  JsonTree object(String name) throws IOException {
    return of(members.get(name), name);
  }

  /** Returns the elements of a member that is a list of objects. */
  List<JsonTree> objects(String name) throws IOException {
    if (!(members.get(name) instanceof List<?> elements)) {
      throw new IOException("it lacks the list '" + name + "'");
    }
    List<JsonTree> objects = new ArrayList<>();
    for (Object element : elements) {
      objects.add(of(element, name));
    }
    return objects;
  }

  @SuppressWarnings("unchecked") // trees are made here, with text keys at every level
  private static JsonTree of(@Nullable Object value, String name) throws IOException {
    if (value instanceof Map) {
      return new JsonTree((Map<String, Object>) value);
    }
    throw new IOException("it lacks the object '" + name + "'");
  }

  /** Returns a member that is a text. */
  String text(String name) throws IOException {
    String text = textOrNull(name);
    if (text == null) {
      throw new IOException("it lacks '" + name + "'");
    }
    return text;
  }

  /** Returns a member that is a text, or null if there is none. */
  @Nullable String textOrNull(String name) {
    return members.get(name) instanceof String text ? text : null;
  }

  /** Returns maps, lists, texts and whole numbers as JSON. */
  static byte[] write(Object value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      write(json, value);
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory have no such errors", e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> member : map.entrySet()) {
        json.writeFieldName(String.valueOf(member.getKey()));
        write(json, member.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> elements) {
      json.writeStartArray();
      for (Object element : elements) {
        write(json, element);
      }
      json.writeEndArray();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else {
      json.writeString(value.toString());
    }
  }
}
