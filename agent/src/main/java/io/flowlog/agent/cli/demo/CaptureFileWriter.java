package io.flowlog.agent.cli.demo;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes frames to a classic pcap file; owned by whoever opened it. */
public final class CaptureFileWriter implements Closeable {
  private static final int MAGIC_MICROSECONDS = 0xA1B2C3D4;
  private static final int MAGIC_NANOSECONDS = 0xA1B23C4D;
  private static final int MAGIC_MODIFIED = 0xA1B2CD34;
  private static final int SNAPLEN = 262_144;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /**
   * What a classic file's header declares.
   *
   * @param magic which of the three record forms follows
   * @param linkTypeNumber LINKTYPE number, with FCS bits if there are any
   */
  public record Header(ByteOrder order, int magic, int linkTypeNumber) {
    /** Returns the header that tcpdump writes by default. */
    public static Header microseconds(int linkTypeNumber) {
      return new Header(ByteOrder.LITTLE_ENDIAN, MAGIC_MICROSECONDS, linkTypeNumber);
    }

    /** Returns a header with nanosecond times. */
    public static Header nanoseconds(int linkTypeNumber) {
      return new Header(ByteOrder.LITTLE_ENDIAN, MAGIC_NANOSECONDS, linkTypeNumber);
    }

    /** Returns a header of the "modified" format, whose records are 8 bytes longer. */
    public static Header modified(int linkTypeNumber) {
      return new Header(ByteOrder.LITTLE_ENDIAN, MAGIC_MODIFIED, linkTypeNumber);
    }

    /** Returns the same header written by a host of the other kind. */
    public Header bigEndian() {
      return new Header(ByteOrder.BIG_ENDIAN, magic, linkTypeNumber);
    }
  }

  private final OutputStream out;
  private final Header header;

  /** Begins a file; nanosecond times, little endian. */
  public static CaptureFileWriter create(Path file, int linkTypeNumber) throws IOException {
    return create(file, Header.nanoseconds(linkTypeNumber));
  }

  /** Begins a file with that header. */
  public static CaptureFileWriter create(Path file, Header header) throws IOException {
    return new CaptureFileWriter(new BufferedOutputStream(Files.newOutputStream(file)), header);
  }

  /** Begins a capture in a stream, which {@link #close} closes. */
  public CaptureFileWriter(OutputStream out, Header header) throws IOException {
    this.out = out;
    this.header = header;
    ByteBuffer bytes = ByteBuffer.allocate(24).order(header.order());
    bytes.putInt(header.magic()).putShort((short) 2).putShort((short) 4);
    bytes.putLong(0).putInt(SNAPLEN).putInt(header.linkTypeNumber());
    out.write(bytes.array());
  }

  /** Writes the frame as it stands. */
  public CaptureFileWriter write(long timestampNs, FrameBuilder frame) throws IOException {
    return write(timestampNs, frame.build(), frame.wireBytes());
  }

  /** Writes a frame of which only the first bytes were captured; times are cut to the header's. */
  public CaptureFileWriter write(long timestampNs, byte[] captured, long wireBytes)
      throws IOException {
    boolean nanoseconds = header.magic() == MAGIC_NANOSECONDS;
    boolean modified = header.magic() == MAGIC_MODIFIED;
    long fractionNs = timestampNs % NANOS_PER_SECOND;
    ByteBuffer bytes = ByteBuffer.allocate(modified ? 24 : 16).order(header.order());
    bytes.putInt((int) (timestampNs / NANOS_PER_SECOND));
    bytes.putInt((int) (nanoseconds ? fractionNs : fractionNs / 1000));
    bytes.putInt(captured.length).putInt((int) wireBytes);
    out.write(bytes.array());
    out.write(captured);
    return this;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
