package io.flowlog.agent.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Answers in JSON, as the network API of the cloud writes them. */
final class Json {
  private static final String CONTENT_TYPE = "application/json";
  private static final JsonFactory FACTORY =
      new JsonFactory().setCharacterEscapes(new VisibleEscapes());
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Json() {}

  /** What stands between the outermost braces. */
  @FunctionalInterface
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** Returns an answer that is one object. */
  static Answer answer(int status, Members members) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("text in memory has no such errors", e);
    }
    return new Answer(status, CONTENT_TYPE, text.toString());
  }

  /** Returns an error in the network API's shape. */
  static Answer error(int status, String type, String message) {
    return answer(
        status,
        json -> {
          json.writeObjectFieldStart("NeutronError");
          json.writeStringField("type", type);
          json.writeStringField("message", message);
          json.writeStringField("detail", "");
          json.writeEndObject();
        });
  }

  /** Returns a time as that API writes it: microseconds only if there are any. */
  static String time(Instant time) {
    return (time.get(ChronoField.MICRO_OF_SECOND) == 0 ? SECONDS : MICROSECONDS).format(time);
  }
}
