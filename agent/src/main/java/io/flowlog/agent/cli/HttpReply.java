package io.flowlog.agent.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What came back for one request over HTTP. Immutable. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares replies
record HttpReply(int status, byte[] body) {
  private static final int HEAD_BYTES_MAX = 16 << 10;
  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.[01] (?<status>[0-9]{3})[^\\r\\n]*\\r\\n(?s:.*?)"
              + "(?i:content-length): *(?<length>[0-9]{1,9})\\r\\n(?s:.*)");

  /** Reads a whole reply; null if it is none, or not whole. */
  static @Nullable HttpReply of(byte[] bytes) {
    int searched = Math.min(bytes.length, HEAD_BYTES_MAX);
    String start = new String(bytes, 0, searched, StandardCharsets.ISO_8859_1);
    int headEnd = start.indexOf("\r\n\r\n");
    if (headEnd < 0) {
      return null;
    }
    Matcher head = HEAD.matcher(start.substring(0, headEnd + 2));
    int bodyAt = headEnd + 4;
    if (!head.matches() || Integer.parseInt(head.group("length")) != bytes.length - bodyAt) {
      return null;
    }
    return new HttpReply(
        Integer.parseInt(head.group("status")), Arrays.copyOfRange(bytes, bodyAt, bytes.length));
  }
}
