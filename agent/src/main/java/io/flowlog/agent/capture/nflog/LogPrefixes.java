package io.flowlog.agent.capture.nflog;

import io.flowlog.agent.capture.NflogConfig.Prefix;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Finds the pattern that fits what a rule has written before a packet. Immutable. */
final class LogPrefixes {
  static final int NONE = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[][] texts;
  private final boolean[] open;

  /** Makes one of patterns, of which the first that fits counts. */
  LogPrefixes(List<Prefix> prefixes) {
    texts = new byte[prefixes.size()][];
    open = new boolean[prefixes.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = prefixes.get(i).text().getBytes(StandardCharsets.UTF_8);
      open[i] = prefixes.get(i).isOpen();
    }
  }

  /**
   * Returns the place of the pattern that fits some bytes, which may end with a zero.
   *
   * @param bytes in network byte order
   */
  int find(ByteBuffer bytes, int at, int sizeBytes) {
    boolean terminated = sizeBytes > 0 && bytes.get(at + sizeBytes - 1) == 0;
    int length = terminated ? sizeBytes - 1 : sizeBytes;
    for (int i = 0; i < texts.length; i++) {
      if (open[i] ? length >= texts[i].length : length == texts[i].length) {
        if (startsWith(bytes, at, texts[i])) {
          return i;
        }
      }
    }
    return NONE;
  }

  /** From behind, eight bytes at once: prefixes of one firewall begin alike. */
  private static boolean startsWith(ByteBuffer bytes, int at, byte[] text) {
    int end = text.length;
    for (; end >= Long.BYTES; end -= Long.BYTES) {
      if (bytes.getLong(at + end - Long.BYTES) != (long) LONG.get(text, end - Long.BYTES)) {
        return false;
      }
    }
    for (int i = 0; i < end; i++) {
      if (bytes.get(at + i) != text[i]) {
        return false;
      }
    }
    return true;
  }
}
