package io.flowlog.agent.format;

import io.flowlog.agent.record.FlowRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * Text on its way to a file: numbers and addresses are written as bytes, without a string in
 * between.
 *
 * <p>Owned by one encoder. The writing methods do not check for room: {@link #ensure} is called
 * once a row.
 */
final class TextBuffer {
  private static final int CAPACITY = 1 << 17;
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  /** "00" to "99", two bytes each. */
  private static final byte[] PAIRS = pairs();

  private final WritableByteChannel sink;
  private byte[] data;
  private int size;

  TextBuffer(WritableByteChannel sink) {
    this(sink, CAPACITY);
  }

  TextBuffer(WritableByteChannel sink, int capacity) {
    this.sink = sink;
    data = new byte[capacity];
  }

  private static byte[] pairs() {
    byte[] pairs = new byte[200];
    for (int i = 0; i < 100; i++) {
      pairs[2 * i] = (byte) ('0' + i / 10);
      pairs[2 * i + 1] = (byte) ('0' + i % 10);
    }
    return pairs;
  }

  /** Makes sure that so many bytes fit. */
  void ensure(int bytes) throws IOException {
    if (data.length - size < bytes) {
      flush();
      if (data.length < bytes) {
        data = new byte[bytes];
      }
    }
  }

  /** Writes what is buffered to the sink. */
  void flush() throws IOException {
    ByteBuffer view = ByteBuffer.wrap(data, 0, size);
    while (view.hasRemaining()) {
      sink.write(view);
    }
    size = 0;
  }

  void put(byte value) {
    data[size++] = value;
  }

  void put(byte[] text) {
    System.arraycopy(text, 0, data, size, text.length);
    size += text.length;
  }

  /** Returns how many bytes are buffered. */
  int size() {
    return size;
  }

  /** Returns where the buffered bytes are, until the next {@link #ensure}. */
  byte[] array() {
    return data;
  }

  /** Forgets what is buffered. */
  void clear() {
    size = 0;
  }

  /** Returns a copy of what was written behind so many bytes. */
  byte[] since(int start) {
    return Arrays.copyOfRange(data, start, size);
  }

  /** Writes another byte in the place of the last one. */
  void replaceLast(byte value) {
    data[size - 1] = value;
  }

  /** Writes a decimal number; negative ones have a sign. */
  void decimal(long value) {
    long left = value;
    if (value < 0) {
      put((byte) '-');
      left = -value;
    }
    if (left < 0) {
      put(Long.toString(Long.MIN_VALUE).substring(1));
      return;
    }
    int end = size + digits(left);
    size = end;
    while (left > Integer.MAX_VALUE) {
      long rest = left / 100;
      end = pairBefore(end, (int) (left - rest * 100));
      left = rest;
    }
    int small = (int) left;
    while (small >= 100) {
      int rest = small / 100;
      end = pairBefore(end, small - rest * 100);
      small = rest;
    }
    if (small >= 10) {
      pairBefore(end, small);
    } else {
      data[end - 1] = (byte) ('0' + small);
    }
  }

  private int pairBefore(int end, int pair) {
    data[end - 2] = PAIRS[2 * pair];
    data[end - 1] = PAIRS[2 * pair + 1];
    return end - 2;
  }

  private static int digits(long value) {
    int digits = 1;
    long power = 10;
    while (digits < 19 && value >= power) {
      digits++;
      power *= 10;
    }
    return digits;
  }

  private void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put((byte) ascii.charAt(i));
    }
  }

  /** Writes a row's source address, or nothing if it has none. */
  void source(FlowRecord row) {
    if (row.ipVersion() == 4) {
      ipv4(row.source4());
    } else if (row.ipVersion() == 6) {
      ipv6(row.source6High(), row.source6Low());
    }
  }

  /** Writes a row's destination address, or nothing if it has none. */
  void destination(FlowRecord row) {
    if (row.ipVersion() == 4) {
      ipv4(row.destination4());
    } else if (row.ipVersion() == 6) {
      ipv6(row.destination6High(), row.destination6Low());
    }
  }

  /** Writes a row's source address behind an address translation, or nothing if nobody knows. */
  void translatedSource(FlowRecord row) {
    if ((row.known() & FlowRecord.TRANSLATION_KNOWN) == 0) {
      return;
    }
    if (row.ipVersion() == 4) {
      ipv4(row.translatedSource4());
    } else if (row.ipVersion() == 6) {
      ipv6(row.translatedSource6High(), row.translatedSource6Low());
    }
  }

  /** Writes a row's destination address behind an address translation; as with the source. */
  void translatedDestination(FlowRecord row) {
    if ((row.known() & FlowRecord.TRANSLATION_KNOWN) == 0) {
      return;
    }
    if (row.ipVersion() == 4) {
      ipv4(row.translatedDestination4());
    } else if (row.ipVersion() == 6) {
      ipv6(row.translatedDestination6High(), row.translatedDestination6Low());
    }
  }

  /** Writes an IPv4 address. */
  void ipv4(int address) {
    octet(address >>> 24);
    put((byte) '.');
    octet(address >>> 16 & 0xff);
    put((byte) '.');
    octet(address >>> 8 & 0xff);
    put((byte) '.');
    octet(address & 0xff);
  }

  private void octet(int value) {
    if (value >= 100) {
      int hundreds = value / 100;
      put((byte) ('0' + hundreds));
      size = pairBefore(size + 2, value - hundreds * 100) + 2;
    } else if (value >= 10) {
      size = pairBefore(size + 2, value) + 2;
    } else {
      put((byte) ('0' + value));
    }
  }

  /** Writes an IPv6 address as RFC 5952 wants it: lower case, the longest run of zeroes as "::". */
  void ipv6(long high, long low) {
    int runStart = -1;
    int runLength = 1;
    int start = -1;
    for (int group = 0; group <= 8; group++) {
      boolean zero = group < 8 && group(high, low, group) == 0;
      if (zero && start < 0) {
        start = group;
      } else if (!zero && start >= 0) {
        if (group - start > runLength) {
          runStart = start;
          runLength = group - start;
        }
        start = -1;
      }
    }
    writeGroups(high, low, runStart, runLength);
  }

  private void writeGroups(long high, long low, int runStart, int runLength) {
    for (int group = 0; group < 8; group++) {
      if (group == runStart) {
        put((byte) ':');
        group += runLength - 1;
        if (group == 7) {
          put((byte) ':');
        }
        continue;
      }
      if (group > 0) {
        put((byte) ':');
      }
      hex(group(high, low, group));
    }
  }

  private static int group(long high, long low, int group) {
    return (int) ((group < 4 ? high : low) >>> (48 - 16 * (group & 3))) & 0xffff;
  }

  private void hex(int value) {
    if (value > 0xfff) {
      put(HEX[value >>> 12]);
    }
    if (value > 0xff) {
      put(HEX[value >>> 8 & 0xf]);
    }
    if (value > 0xf) {
      put(HEX[value >>> 4 & 0xf]);
    }
    put(HEX[value & 0xf]);
  }
}
