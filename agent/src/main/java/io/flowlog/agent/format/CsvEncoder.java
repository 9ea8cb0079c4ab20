package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.record.Column;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.Interval;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.record.RowLayout;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes rows as text: UTF-8, columns with separators, a line feed behind each row, the layout's
 * null mark for what is not known.
 *
 * <p>Owned by one thread, for one file.
 */
final class CsvEncoder implements RecordEncoder {
  /** The longest value that is no text: an IPv6 address has 39 characters. */
  private static final int VALUE_BYTES_MAX = 40;

  private final CsvColumn[] columns;
  private final CsvTexts texts;
  private final CsvShapes shapes;
  private final int[] steps;
  private final byte separator;
  private final byte[] nullMark;
  private final int valueBytesMax;
  private final TextBuffer out;
  private final FlowRecord row = new FlowRecord();

  private CsvEncoder(CsvColumn[] columns, CsvTexts texts, CsvStyle style, TextBuffer out) {
    this.columns = columns;
    this.texts = texts;
    shapes = new CsvShapes(columns);
    steps = shapes.steps();
    separator = style.separator;
    nullMark = style.nullMark;
    valueBytesMax = (VALUE_BYTES_MAX + 1) * columns.length;
    this.out = out;
  }

  /** Opens an encoder of a logger's layout and columns; begins with the header if it is wanted. */
  static CsvEncoder open(
      FlowLogger logger,
      Interval interval,
      RecordDictionary dictionary,
      EncoderSettings settings,
      WritableByteChannel sink)
      throws IOException {
    CsvStyle style = new CsvStyle(RowLayout.of(logger.layout()));
    List<Column> columns = RowLayout.columnsOf(logger);
    TextBuffer out = new TextBuffer(sink);
    if (settings.csvHeader()) {
      byte[] header = style.header(columns);
      out.ensure(header.length);
      out.put(header);
    }
    CsvColumn[] ready =
        columns.stream()
            .map(column -> CsvColumn.of(column, interval, settings.timestampUnit()))
            .toArray(CsvColumn[]::new);
    return new CsvEncoder(ready, new CsvTexts(dictionary, style, settings), style, out);
  }

  @Override
  public void encode(RecordBatch batch, int offset) throws IOException {
    row.at(batch.data(), offset);
    CsvShapes.Shape shape = shapes.find(row);
    if (shape == null) {
      encodeWhole();
      return;
    }
    out.ensure(valueBytesMax + shape.bytes);
    int piece = 0;
    for (int step : steps) {
      if (step == CsvShapes.PIECE) {
        out.put(shape.pieces[piece++]);
      } else {
        int start = out.size();
        value(columns[step]);
        endColumn(start);
      }
    }
    out.replaceLast((byte) '\n');
  }

  private void endColumn(int start) {
    if (out.size() == start) {
      out.put(nullMark);
    }
    out.put(separator);
  }

  /** Writes a row column by column, and keeps what its shape has in common. */
  private void encodeWhole() throws IOException {
    boolean hasTraffic = row.hasTraffic();
    out.ensure(valueBytesMax + textBytes());
    List<byte[]> pieces = new ArrayList<>();
    int pieceStart = out.size();
    for (CsvColumn column : columns) {
      if (!column.isOfShape()) {
        keepPiece(pieces, pieceStart);
      }
      int start = out.size();
      if (hasTraffic) {
        value(column);
      } else {
        valueWithoutTraffic(column);
      }
      endColumn(start);
      if (!column.isOfShape()) {
        pieceStart = out.size();
      }
    }
    keepPiece(pieces, pieceStart);
    if (row.ipVersion() != 0) {
      shapes.keep(row, pieces);
    }
    out.replaceLast((byte) '\n');
  }

  private void keepPiece(List<byte[]> pieces, int start) {
    if (out.size() > start) {
      pieces.add(out.since(start));
    }
  }

  /** Returns how long the row's texts are, each of which may be longer than any other value. */
  private int textBytes() {
    int sum = 0;
    for (CsvColumn column : columns) {
      if (column.field == RecordField.DROP_POINT) {
        sum += texts.ofDropPoint(row.dropPoint()).length;
      } else if (column.field != null) {
        sum += texts.of(column.field, row.portIndex()).length;
      }
    }
    return sum;
  }

  private void value(CsvColumn column) {
    if (column.fixed != null) {
      out.put(column.fixed);
    } else if (column.field != null) {
      field(column.field, column);
    }
  }

  private void field(RecordField field, CsvColumn column) {
    switch (field) {
      case TIMESTAMP_START -> out.decimal(column.timestampUnit.of(row.firstNs()));
      case TIMESTAMP_END -> out.decimal(column.timestampUnit.of(row.lastNs()));
      case PROTOCOL -> out.decimal(row.protocol());
      case SRC_ADDR -> out.source(row);
      case DST_ADDR -> out.destination(row);
      case PKT_SRC_ADDR -> out.translatedSource(row);
      case PKT_DST_ADDR -> out.translatedDestination(row);
      case PKT_SRC_PORT -> number(RowNumber.translatedSourcePort(row));
      case PKT_DST_PORT -> number(RowNumber.translatedDestinationPort(row));
      case SRC_PORT -> number(RowNumber.sourcePort(row));
      case DST_PORT -> number(RowNumber.destinationPort(row));
      case TCP_FLAG -> number(RowNumber.tcpFlag(row));
      case PACKETS -> out.decimal(row.packets());
      case BYTES -> out.decimal(row.bytes());
      case DIRECTION -> out.put(column.words[row.direction()]);
      case FILTER -> out.put(column.words[row.verdict()]);
      case STATUS -> out.put(column.words[row.status()]);
      case IP_VERSION -> out.put(column.words[row.ipVersion()]);
      case ICMP_TYPE -> number(RowNumber.icmpType(row));
      case ICMP_CODE -> number(RowNumber.icmpCode(row));
      case TCP_FLAGS_ALL -> number(RowNumber.tcpFlagsAll(row));
      case INITIATOR -> number(RowNumber.initiator(row));
      case TCP_STATE -> out.put(column.words[row.tcpState()]);
      case SETUP_US -> number(RowNumber.setupUs(row));
      case LOST_PACKETS -> number(RowNumber.lostPackets(row));
      case DROP_POINT -> out.put(texts.ofDropPoint(row.dropPoint()));
      case END_REASON -> out.put(column.words[row.endReason()]);
      default -> out.put(texts.of(field, row.portIndex()));
    }
  }

  /** A row that stands for a span in which nothing was seen, or could not be. */
  private void valueWithoutTraffic(CsvColumn column) {
    RecordField field = column.field;
    if (field == null) {
      value(column);
    } else if (field.isKnownWithoutTraffic()) {
      field(field, column);
    }
  }

  private void number(long value) {
    if (value != RowNumber.NOTHING) {
      out.decimal(value);
    }
  }

  @Override
  public void finish() throws IOException {
    out.flush();
  }

  @Override
  public void close() {
    // Nothing but memory.
  }
}
