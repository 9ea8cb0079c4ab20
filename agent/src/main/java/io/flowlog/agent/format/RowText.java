package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.io.api.Binary;

/** One of the texts that a row shows in a Parquet file. */
@FunctionalInterface
interface RowText {
  /** Returns a row's text, empty if it has none; it is good until the next call. */
  Binary of(FlowRecord row);

  /** Returns the same text for every row. */
  static RowText same(String text) {
    Binary kept = binary(text);
    return row -> kept;
  }

  /** Returns a text that Parquet may keep. */
  static Binary binary(String text) {
    return Binary.fromConstantByteArray(text.getBytes(StandardCharsets.UTF_8));
  }
}
