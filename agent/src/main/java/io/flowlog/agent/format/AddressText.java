package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import java.io.OutputStream;
import java.nio.channels.Channels;
import org.apache.parquet.io.api.Binary;

/** The addresses of rows as text. Owned by one {@link ParquetRows}. */
final class AddressText {
  private static final int BYTES_MAX = 39;

  private final TextBuffer text =
      new TextBuffer(Channels.newChannel(OutputStream.nullOutputStream()), BYTES_MAX);

  /** Returns a row's source address; empty if it has none. */
  Binary source(FlowRecord row) {
    text.clear();
    text.source(row);
    return written();
  }

  /** Returns a row's destination address; empty if it has none. */
  Binary destination(FlowRecord row) {
    text.clear();
    text.destination(row);
    return written();
  }

  /** Returns a row's source address behind an address translation; empty if nobody knows. */
  Binary translatedSource(FlowRecord row) {
    text.clear();
    text.translatedSource(row);
    return written();
  }

  /** Returns a row's destination address there. */
  Binary translatedDestination(FlowRecord row) {
    text.clear();
    text.translatedDestination(row);
    return written();
  }

  private Binary written() {
    return Binary.fromReusedByteArray(text.array(), 0, text.size());
  }
}
