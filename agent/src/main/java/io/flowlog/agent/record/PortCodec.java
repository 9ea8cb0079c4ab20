package io.flowlog.agent.record;

import io.flowlog.agent.port.LoggingPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a logging port in the row journal: its texts in the order of the record's
 * components, each a little-endian 16-bit length and UTF-8, the addresses behind their number.
 *
 * <p>A change of the layout needs a new journal version.
 */
final class PortCodec {
  /** Length that stands for a text that is not known. */
  private static final int NULL_LENGTH = 0xffff;

  private PortCodec() {}

  static byte[] encode(LoggingPort port) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    putText(out, port.device());
    putText(out, port.portId());
    putText(out, port.mac());
    putShort(out, port.addresses().size());
    for (String address : port.addresses()) {
      putText(out, address);
    }
    putText(out, port.vmId());
    putText(out, port.subnetId());
    putText(out, port.networkId());
    putText(out, port.projectId());
    putText(out, port.ownerType());
    putText(out, port.ownerId());
    return out.toByteArray();
  }

  /** Reads a port; any bytes are allowed, and what is no port is an exception. */
  static LoggingPort decode(ByteBuffer in) throws IOException {
    LoggingPort port =
        new LoggingPort(
            takeText(in),
            takeKnownText(in),
            takeText(in),
            takeAddresses(in),
            takeText(in),
            takeText(in),
            takeText(in),
            takeText(in),
            takeText(in),
            takeText(in));
    if (in.hasRemaining()) {
      throw new IOException("a logging port has " + in.remaining() + " bytes too many");
    }
    return port;
  }

  private static void putText(ByteArrayOutputStream out, @Nullable String text) {
    if (text == null) {
      putShort(out, NULL_LENGTH);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= NULL_LENGTH) {
      throw new IllegalArgumentException("a field of a logging port is too long: " + bytes.length);
    }
    putShort(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void putShort(ByteArrayOutputStream out, int value) {
    if (value > NULL_LENGTH) {
      throw new IllegalArgumentException("a logging port has too many addresses: " + value);
    }
    out.write(value);
    out.write(value >>> 8);
  }

  private static List<String> takeAddresses(ByteBuffer in) throws IOException {
    int count = takeShort(in);
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(takeKnownText(in));
    }
    return addresses;
  }

  private static String takeKnownText(ByteBuffer in) throws IOException {
    String text = takeText(in);
    if (text == null) {
      throw new IOException("a logging port lacks a field that it must have");
    }
    return text;
  }

  private static @Nullable String takeText(ByteBuffer in) throws IOException {
    int length = takeShort(in);
    if (length == NULL_LENGTH) {
      return null;
    }
    if (length > in.remaining()) {
      throw new IOException("a logging port is cut short");
    }
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new IOException("a logging port has a text that is not UTF-8", e);
    }
  }

  private static int takeShort(ByteBuffer in) throws IOException {
    if (in.remaining() < 2) {
      throw new IOException("a logging port is cut short");
    }
    int low = in.get() & 0xff;
    return low | (in.get() & 0xff) << 8;
  }
}
