package io.flowlog.agent.spool;

import io.flowlog.agent.record.FlowRecord;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** The layout of a row journal, for those who write and those who read it; see the package. */
final class JournalFormat {
  static final int VERSION = 3;
  static final int HEADER_BYTES = 40;

  /** Length, checksum and kind. */
  static final int FRAME_HEAD_BYTES = 9;

  /** What the length in a frame's head does not count: itself and the checksum. */
  static final int UNCOUNTED_BYTES = 8;

  /** The number of rows, at the start of a frame of rows. */
  static final int ROW_COUNT_BYTES = 4;

  /** The largest frame that is believed: a damaged length must not cost memory. */
  static final int FRAME_BYTES_MAX = 16 << 20;

  static final int BODY_BYTES_MAX = FRAME_BYTES_MAX - FRAME_HEAD_BYTES - ROW_COUNT_BYTES;

  static final byte PORT = 1;
  static final byte ROWS = 2;
  static final byte END = 3;
  static final byte PLAN = 4;
  static final byte DROP_POINT = 5;

  static final int END_BODY_BYTES = 16;

  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final byte[] MAGIC = "FLOWROWS".getBytes(StandardCharsets.US_ASCII);

  private JournalFormat() {}

  static byte[] header(JournalFile journal) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION);
    header.putLong(journal.startNs()).putLong(journal.endNs()).putLong(journal.sequence());
    header.putInt(checksum(header.array(), HEADER_BYTES - 4));
    return header.array();
  }

  /** Tells whether these bytes are a header, of any version. */
  static boolean isHeader(byte[] header) {
    ByteBuffer found = ByteBuffer.wrap(header, 0, MAGIC.length);
    int checksum = (int) INT.get(header, HEADER_BYTES - 4);
    return found.equals(ByteBuffer.wrap(MAGIC)) && checksum == checksum(header, HEADER_BYTES - 4);
  }

  static int versionOf(byte[] header) {
    return (int) INT.get(header, MAGIC.length);
  }

  /** Fills in the head of a frame whose body, or the end of it, is in another array. */
  static void putHead(byte[] head, int headBytes, byte kind, byte[] body, int bodyBytes) {
    int length = headBytes - UNCOUNTED_BYTES + bodyBytes;
    INT.set(head, 0, length);
    head[8] = kind;
    INT.set(head, 4, frameChecksum(head, headBytes, body, bodyBytes));
  }

  /** Returns the checksum over everything of a frame but the checksum. */
  static int frameChecksum(byte[] head, int headBytes, byte[] body, int bodyBytes) {
    CRC32C crc = new CRC32C();
    crc.update(head, 0, 4);
    crc.update(head, UNCOUNTED_BYTES, headBytes - UNCOUNTED_BYTES);
    crc.update(body, 0, bodyBytes);
    return (int) crc.getValue();
  }

  /** Returns the body of the last frame. */
  static byte[] endBody(long rows, long packets) {
    byte[] body = new byte[END_BODY_BYTES];
    LONG.set(body, 0, rows);
    LONG.set(body, 8, packets);
    return body;
  }

  /** Tells whether a row's own numbers are among those that a row can have. */
  static boolean isPlausible(FlowRecord row) {
    int ipVersion = row.ipVersion();
    return (ipVersion == 4 || ipVersion == 6 || ipVersion == 0)
        && row.direction() >= 0
        && row.direction() <= 2
        && (row.verdict() == FlowRecord.ACCEPT || row.verdict() == FlowRecord.DROP)
        && row.status() >= FlowRecord.OK
        && row.status() <= FlowRecord.SKIPDATA
        && row.audience() >= 0
        && row.audience() <= FlowRecord.FOR_EVERYBODY
        && (ipVersion != 0 || !row.isTranslated());
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
