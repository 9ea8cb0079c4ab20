package io.flowlog.agent.cli.demo;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes frames to a pcapng file, block by block; owned by whoever opened it. */
public final class BlockFileWriter implements Closeable {
  public static final int OPTION_COMMENT = 1;
  public static final int OPTION_INTERFACE_NAME = 2;
  public static final int OPTION_TIME_RESOLUTION = 9;
  public static final int OPTION_FCS_LENGTH = 13;
  public static final int OPTION_TIME_OFFSET = 14;

  private static final int SECTION = 0x0A0D0D0A;
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;

  private final OutputStream out;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

  /** One option of a block, in the byte order of its section. */
  public record Option(int code, ByteBuffer value) {
    /** Returns an option that is text. */
    public static Option text(int code, String text) {
      return new Option(code, StandardCharsets.UTF_8.encode(text));
    }

    /** Returns the time resolution 10^-n seconds, or 2^-n with the top bit set. */
    public static Option timeResolution(int exponent) {
      return new Option(OPTION_TIME_RESOLUTION, ByteBuffer.wrap(new byte[] {(byte) exponent}));
    }

    /** Returns the seconds that are added to every time of the interface. */
    public static Option timeOffset(ByteOrder order, long seconds) {
      return new Option(
          OPTION_TIME_OFFSET, ByteBuffer.allocate(8).order(order).putLong(0, seconds));
    }
  }

  /** Begins a file; a section must come first. */
  public static BlockFileWriter create(Path file) throws IOException {
    return new BlockFileWriter(new BufferedOutputStream(Files.newOutputStream(file)));
  }

  /** Begins a capture in a stream, which {@link #close} closes. */
  public BlockFileWriter(OutputStream out) {
    this.out = out;
  }

  /** Begins a section; interfaces are numbered from 0 again. */
  public BlockFileWriter section(ByteOrder sectionOrder, Option... options) throws IOException {
    order = sectionOrder;
    ByteBuffer fields = fields(16);
    fields.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    return block(SECTION, bytes(fields), options(options));
  }

  /** Declares the section's next interface; a snap length of 0 means no limit. */
  public BlockFileWriter networkInterface(int linkTypeNumber, int snaplen, Option... options)
      throws IOException {
    ByteBuffer fields = fields(8).putShort((short) linkTypeNumber).putShort((short) 0);
    return block(INTERFACE, bytes(fields.putInt(snaplen)), options(options));
  }

  /** Writes a frame in an enhanced packet block; the time is in the interface's ticks. */
  public BlockFileWriter enhancedPacket(
      int interfaceNumber, long ticks, byte[] captured, long wireBytes, Option... options)
      throws IOException {
    ByteBuffer fields = fields(20).putInt(interfaceNumber);
    fields.putInt((int) (ticks >>> 32)).putInt((int) ticks);
    fields.putInt(captured.length).putInt((int) wireBytes);
    return block(ENHANCED_PACKET, bytes(fields), padded(captured), options(options));
  }

  /** Writes a frame in a simple packet block: no time, the section's first interface. */
  public BlockFileWriter simplePacket(byte[] captured, long wireBytes) throws IOException {
    return block(SIMPLE_PACKET, bytes(fields(4).putInt((int) wireBytes)), padded(captured));
  }

  /** Writes a frame in the obsolete packet block. */
  public BlockFileWriter oldPacket(int interfaceNumber, long ticks, byte[] captured, long wireBytes)
      throws IOException {
    ByteBuffer fields = fields(20).putShort((short) interfaceNumber).putShort((short) 7);
    fields.putInt((int) (ticks >>> 32)).putInt((int) ticks);
    fields.putInt(captured.length).putInt((int) wireBytes);
    return block(OLD_PACKET, bytes(fields), padded(captured));
  }

  /** Writes a block of any type; the parts together are its body. */
  public BlockFileWriter block(int type, byte[]... parts) throws IOException {
    int bodyBytes = 0;
    for (byte[] part : parts) {
      bodyBytes += part.length;
    }
    out.write(bytes(fields(8).putInt(type).putInt(bodyBytes + 12)));
    for (byte[] part : parts) {
      out.write(part);
    }
    out.write(bytes(fields(4).putInt(bodyBytes + 12)));
    return this;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private ByteBuffer fields(int bytes) {
    return ByteBuffer.allocate(bytes).order(order);
  }

  private static byte[] bytes(ByteBuffer fields) {
    byte[] bytes = new byte[fields.capacity()];
    fields.get(0, bytes);
    return bytes;
  }

  private byte[] options(Option... options) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Option option : options) {
      byte[] value = new byte[option.value().remaining()];
      option.value().duplicate().get(value);
      ByteBuffer head = fields(4).putShort((short) option.code());
      bytes.write(bytes(head.putShort((short) value.length)));
      bytes.write(padded(value));
    }
    if (options.length > 0) {
      bytes.write(new byte[4]); // the end of the options
    }
    return bytes.toByteArray();
  }

  private static byte[] padded(byte[] bytes) {
    return Arrays.copyOf(bytes, (bytes.length + 3) & ~3);
  }
}
