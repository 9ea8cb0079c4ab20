package io.flowlog.agent.bench;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordNames;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The 17 default fields written by hand into an array: no names, no choice, no other layout. */
final class CsvPrototype {
  private static final int ROW_BYTES_MAX = 400;
  private static final int ADDRESS_STEP = 8;

  private final byte[][][] ofPorts = new byte[BenchRows.PORTS][][];
  private final byte[][] verdicts = new byte[2][];
  private final byte[] status = text(RecordNames.statuses().get(FlowRecord.OK));
  private final byte[] region = text(BenchRows.REGION);
  private final byte[] data = new byte[1 << 16];
  private final byte[] digits = new byte[20];
  private final OutputStream out;
  private int size;

  CsvPrototype(BenchRows rows, OutputStream out) {
    this.out = out;
    for (int i = 0; i < ofPorts.length; i++) {
      var port = rows.ports.get(i);
      ofPorts[i] =
          new byte[][] {
            text(port.portId()), text(port.vmId()), text(port.subnetId()), text(port.networkId())
          };
    }
    verdicts[0] = text(RecordNames.verdicts().get(0));
    verdicts[1] = text(RecordNames.verdicts().get(1));
  }

  private static byte[] text(@org.jspecify.annotations.Nullable String text) {
    return (text + ",").getBytes(StandardCharsets.US_ASCII);
  }

  void write(FlowRecord row) throws IOException {
    if (data.length - size < ROW_BYTES_MAX) {
      flush();
    }
    number(row.firstNs() / 1_000_000_000);
    number(row.lastNs() / 1_000_000_000);
    for (byte[] text : ofPorts[row.portIndex()]) {
      put(text);
    }
    put(region);
    number(row.protocol());
    address(row.source4());
    address(row.destination4());
    number(row.sourcePort());
    number(row.destinationPort());
    number(row.tcpFlag());
    number(row.packets());
    number(row.bytes());
    put(verdicts[row.verdict()]);
    put(status);
    data[size - 1] = '\n';
  }

  void flush() throws IOException {
    out.write(data, 0, size);
    size = 0;
  }

  private void put(byte[] text) {
    System.arraycopy(text, 0, data, size, text.length);
    size += text.length;
  }

  private void number(long value) {
    digits(value);
    data[size++] = ',';
  }

  private void address(int address) {
    for (int shift = 24; shift >= 0; shift -= ADDRESS_STEP) {
      digits(address >>> shift & 0xff);
      data[size++] = shift == 0 ? (byte) ',' : (byte) '.';
    }
  }

  private void digits(long value) {
    long left = value;
    int start = digits.length;
    do {
      digits[--start] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left != 0);
    int length = digits.length - start;
    System.arraycopy(digits, start, data, size, length);
    size += length;
  }
}
