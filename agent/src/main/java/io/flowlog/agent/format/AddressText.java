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
    if (row.ipVersion() == 4) {
      text.ipv4(row.source4());
    } else if (row.ipVersion() == 6) {
      text.ipv6(row.source6High(), row.source6Low());
    }
    return written();
  }

  /** Returns a row's destination address; empty if it has none. */
  Binary destination(FlowRecord row) {
    text.clear();
    if (row.ipVersion() == 4) {
      text.ipv4(row.destination4());
    } else if (row.ipVersion() == 6) {
      text.ipv6(row.destination6High(), row.destination6Low());
    }
    return written();
  }

  private Binary written() {
    return Binary.fromReusedByteArray(text.array(), 0, text.size());
  }
}
