package io.flowlog.agent.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts as the row journal has them: a little-endian 16-bit length and UTF-8; a list of them behind
 * its number.
 *
 * <p>What is read may be any bytes, and what is no text is an exception.
 */
final class TextBytes {
  /** Length that stands for a text that is not known. */
  private static final int NULL_LENGTH = 0xffff;

  private TextBytes() {}

  static void put(ByteArrayOutputStream out, @Nullable String text) {
    if (text == null) {
      putShort(out, NULL_LENGTH);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= NULL_LENGTH) {
      throw new IllegalArgumentException("a text is too long for the journal: " + bytes.length);
    }
    putShort(out, bytes.length);
    out.writeBytes(bytes);
  }

  static void putAll(ByteArrayOutputStream out, List<String> texts) {
    if (texts.size() >= NULL_LENGTH) {
      throw new IllegalArgumentException("a list is too long for the journal: " + texts.size());
    }
    putShort(out, texts.size());
    texts.forEach(text -> put(out, text));
  }

  private static void putShort(ByteArrayOutputStream out, int value) {
    out.write(value);
    out.write(value >>> 8);
  }

  static List<String> takeAll(ByteBuffer in) throws IOException {
    int count = takeShort(in);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(takeKnown(in));
    }
    return texts;
  }

  static String takeKnown(ByteBuffer in) throws IOException {
    String text = take(in);
    if (text == null) {
      throw new IOException("a text that must be there is not");
    }
    return text;
  }

  static @Nullable String take(ByteBuffer in) throws IOException {
    int length = takeShort(in);
    if (length == NULL_LENGTH) {
      return null;
    }
    if (length > in.remaining()) {
      throw new IOException("a text is cut short");
    }
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("a text is not UTF-8", e);
    }
  }

  private static int takeShort(ByteBuffer in) throws IOException {
    if (in.remaining() < 2) {
      throw new IOException("a text is cut short");
    }
    int low = in.get() & 0xff;
    return low | (in.get() & 0xff) << 8;
  }

  /** Refuses bytes behind the last text. */
  static void expectEnd(ByteBuffer in) throws IOException {
    if (in.hasRemaining()) {
      throw new IOException(in.remaining() + " bytes are too many");
    }
  }
}
