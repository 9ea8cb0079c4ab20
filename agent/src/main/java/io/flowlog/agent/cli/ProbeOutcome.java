package io.flowlog.agent.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.flowlog.agent.cli.table.TextTable;
import io.flowlog.agent.cli.table.TextTable.Column;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.store.StoreException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of the probe of one logger. Immutable.
 *
 * @param errorType empty if the object could be written
 * @param message what failed and what to do; empty if nothing did
 */
record ProbeOutcome(FlowLogger logger, String errorType, String message) {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int NAME_WIDTH_MAX = 20;
  private static final List<Column> COLUMNS =
      List.of(
          Column.text("name").atMost(NAME_WIDTH_MAX),
          Column.text("id"),
          Column.text("outcome"),
          Column.text("what failed, and what to do"));

  /** Returns the outcome of an object that could be written. */
  static ProbeOutcome good(FlowLogger logger, @Nullable StoreException leftover) {
    return new ProbeOutcome(
        logger,
        "",
        leftover == null ? "" : "an empty object may stay there: " + leftover.getMessage());
  }

  /** Returns the outcome of an object that could not. */
  static ProbeOutcome failed(FlowLogger logger, StoreException failure) {
    return new ProbeOutcome(
        logger, failure.code().errorType(), String.valueOf(failure.getMessage()));
  }

  boolean isGood() {
    return errorType.isEmpty();
  }

  /** Returns outcomes for people. */
  static List<String> table(List<ProbeOutcome> outcomes) {
    TextTable table = new TextTable(COLUMNS);
    for (ProbeOutcome outcome : outcomes) {
      table.add(
          List.of(
              outcome.logger.name(),
              outcome.logger.id().toString(),
              outcome.isGood() ? "good" : outcome.errorType,
              outcome.message));
    }
    return table.lines();
  }

  /** Returns outcomes for programs. */
  static String json(List<ProbeOutcome> outcomes) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.writeStartObject();
      json.writeArrayFieldStart("probes");
      for (ProbeOutcome outcome : outcomes) {
        json.writeStartObject();
        json.writeStringField("id", outcome.logger.id().toString());
        json.writeStringField("name", outcome.logger.name());
        json.writeStringField("storage_url", outcome.logger.storageUrl());
        json.writeBooleanField("good", outcome.isGood());
        json.writeStringField("error_type", outcome.errorType);
        json.writeStringField("error_message", outcome.message);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("text in memory has no such errors", e);
    }
    return text.toString();
  }
}
