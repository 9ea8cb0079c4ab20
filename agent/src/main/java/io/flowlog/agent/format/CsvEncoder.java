package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.record.RecordNames;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes rows as comma-separated text: UTF-8, a line feed behind each row, nothing for what is not
 * known.
 *
 * <p>Owned by one thread, for one file.
 */
final class CsvEncoder implements RecordEncoder {
  /** The longest text of a field that is not prepared: an IPv6 address has 39 characters. */
  private static final int FIELD_BYTES_MAX = 40;

  private static final int TCP = 6;

  private static final byte[][] DIRECTIONS = ascii(RecordNames.directions());
  private static final byte[][] VERDICTS = ascii(RecordNames.verdicts());
  private static final byte[][] STATUSES = ascii(RecordNames.statuses());
  private static final byte[][] TCP_STATES = ascii(RecordNames.tcpStates());
  private static final byte[][] END_REASONS = ascii(RecordNames.endReasons());
  private static final RecordField[] FIELDS = RecordField.values();

  private final RecordField[] fields;
  private final CsvTexts texts;
  private final CsvShapes shapes;
  private final int[] steps;
  private final TextBuffer out;
  private final TimestampUnit timestampUnit;
  private final int numberBytesMax;
  private final FlowRecord row = new FlowRecord();

  CsvEncoder(
      RecordField[] fields,
      RecordDictionary ports,
      EncoderSettings settings,
      WritableByteChannel sink)
      throws IOException {
    this.fields = fields;
    texts = new CsvTexts(ports, settings);
    shapes = new CsvShapes(fields);
    steps = shapes.steps();
    timestampUnit = settings.timestampUnit();
    numberBytesMax = (FIELD_BYTES_MAX + 1) * fields.length;
    out = new TextBuffer(sink);
    if (settings.csvHeader()) {
      byte[] header = CsvTexts.header(fields);
      out.ensure(header.length);
      out.put(header);
    }
  }

  private static byte[][] ascii(List<String> words) {
    return words.stream().map(w -> w.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
  }

  @Override
  public void encode(RecordBatch batch, int offset) throws IOException {
    row.at(batch.data(), offset);
    CsvShapes.Shape shape = shapes.find(row);
    if (shape == null) {
      encodeWhole();
      return;
    }
    out.ensure(numberBytesMax + shape.bytes);
    int piece = 0;
    for (int step : steps) {
      if (step == CsvShapes.PIECE) {
        out.put(shape.pieces[piece++]);
      } else {
        field(FIELDS[step]);
        out.put((byte) ',');
      }
    }
    out.replaceLast((byte) '\n');
  }

  /** Writes a row field by field, and keeps what its shape has in common. */
  private void encodeWhole() throws IOException {
    boolean hasFlow = row.ipVersion() != 0;
    out.ensure(numberBytesMax + textBytes());
    List<byte[]> pieces = new ArrayList<>();
    int pieceStart = out.size();
    for (RecordField field : fields) {
      if (!CsvShapes.isOfShape(field)) {
        keepPiece(pieces, pieceStart);
      }
      out.put(texts.of(field, row.portIndex()));
      if (hasFlow || row.packets() != 0) {
        field(field);
      } else {
        fieldWithoutTraffic(field);
      }
      out.put((byte) ',');
      if (!CsvShapes.isOfShape(field)) {
        pieceStart = out.size();
      }
    }
    keepPiece(pieces, pieceStart);
    if (hasFlow) {
      shapes.keep(row, pieces);
    }
    out.replaceLast((byte) '\n');
  }

  private void keepPiece(List<byte[]> pieces, int start) {
    if (out.size() > start) {
      pieces.add(out.since(start));
    }
  }

  private int textBytes() {
    int sum = 0;
    for (RecordField field : fields) {
      sum += texts.of(field, row.portIndex()).length;
    }
    return sum;
  }

  private void field(RecordField field) {
    switch (field) {
      case TIMESTAMP_START -> out.decimal(timestampUnit.of(row.firstNs()));
      case TIMESTAMP_END -> out.decimal(timestampUnit.of(row.lastNs()));
      case PROTOCOL -> out.decimal(row.protocol());
      case SRC_ADDR -> sourceAddress();
      case DST_ADDR -> destinationAddress();
      case SRC_PORT -> ifKnown(FlowRecord.SOURCE_PORT_KNOWN, row.sourcePort());
      case DST_PORT -> ifKnown(FlowRecord.DESTINATION_PORT_KNOWN, row.destinationPort());
      case TCP_FLAG -> tcpFlags(row.tcpFlag());
      case PACKETS -> out.decimal(row.packets());
      case BYTES -> out.decimal(row.bytes());
      case DIRECTION -> out.put(DIRECTIONS[row.direction()]);
      case FILTER -> out.put(VERDICTS[row.verdict()]);
      case STATUS -> out.put(STATUSES[row.status()]);
      case IP_VERSION -> positive(row.ipVersion());
      case ICMP_TYPE -> ifKnown(FlowRecord.ICMP_KNOWN, row.icmpType());
      case ICMP_CODE -> ifKnown(FlowRecord.ICMP_KNOWN, row.icmpCode());
      case TCP_FLAGS_ALL -> tcpFlags(row.tcpFlagsAll());
      case INITIATOR -> ifKnown(FlowRecord.INITIATOR_KNOWN, initiator());
      case TCP_STATE -> out.put(TCP_STATES[row.tcpState()]);
      case SETUP_US -> unlessUnknown(row.setupUs());
      case LOST_PACKETS -> unlessUnknown(row.lostPackets());
      case END_REASON -> out.put(END_REASONS[row.endReason()]);
      default -> {
        // A text, or (drop_point) nothing that this row could know.
      }
    }
  }

  /** A row that stands for an interval in which nothing was seen, or could not be. */
  private void fieldWithoutTraffic(RecordField field) {
    switch (field) {
      case TIMESTAMP_START, TIMESTAMP_END, STATUS, LOST_PACKETS -> field(field);
      default -> {
        // Empty.
      }
    }
  }

  private void sourceAddress() {
    if (row.ipVersion() == 4) {
      out.ipv4(row.source4());
    } else if (row.ipVersion() == 6) {
      out.ipv6(row.source6High(), row.source6Low());
    }
  }

  private void destinationAddress() {
    if (row.ipVersion() == 4) {
      out.ipv4(row.destination4());
    } else if (row.ipVersion() == 6) {
      out.ipv6(row.destination6High(), row.destination6Low());
    }
  }

  /** Folding keeps no flags: 0 would say that TCP packets had none. */
  private void tcpFlags(int flags) {
    if (row.ipVersion() != 0 || row.protocol() != TCP) {
      out.decimal(flags);
    }
  }

  private int initiator() {
    return (row.known() & FlowRecord.INITIATOR) != 0 ? 1 : 0;
  }

  private void ifKnown(int bit, int value) {
    if ((row.known() & bit) != 0) {
      out.decimal(value);
    }
  }

  private void unlessUnknown(long value) {
    if (value != FlowRecord.UNKNOWN) {
      out.decimal(value);
    }
  }

  private void positive(int value) {
    if (value > 0) {
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
