package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the frames in a classic pcap file; owned by its {@link CaptureFileSource}. */
final class ClassicCaptureReader implements FrameReader {
  private static final int MAGIC_MICROSECONDS = 0xA1B2C3D4;
  private static final int MAGIC_NANOSECONDS = 0xA1B23C4D;

  /** A variant whose record header ends in 8 bytes more: interface, protocol, packet type. */
  private static final int MAGIC_MODIFIED = 0xA1B2CD34;

  private static final int FILE_HEADER_BYTES = 24;
  private static final int LINK_TYPE_MASK = 0xFFFF;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long UNSIGNED = 0xFFFF_FFFFL;

  private final FileWindow window;
  private final CounterSet counters;
  private final Frame frame = new Frame();
  private final boolean bigEndian;
  private final int headerBytes;
  private final int nanosPerTick;
  private boolean exhausted;

  /** Tells whether a file that begins with these bytes is a classic one of either byte order. */
  static boolean isMagic(int littleEndianMagic) {
    return isNativeMagic(littleEndianMagic)
        || isNativeMagic(Integer.reverseBytes(littleEndianMagic));
  }

  private static boolean isNativeMagic(int magic) {
    return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED;
  }

  /** Reads the file header, of which at least the magic must be in the window. */
  ClassicCaptureReader(FileWindow window, CounterSet counters) throws CaptureFileException {
    this.window = window;
    this.counters = counters;
    if (!window.require(FILE_HEADER_BYTES)) {
      throw CaptureFileException.cutOff(window, "file header", FILE_HEADER_BYTES);
    }
    bigEndian = !isNativeMagic((int) FileWindow.INT.get(window.buffer(), 0));
    int magic = intAt(0);
    nanosPerTick = magic == MAGIC_NANOSECONDS ? 1 : 1000;
    headerBytes = magic == MAGIC_MODIFIED ? 24 : 16;
    checkVersion();
    frame.linkType = readLinkType();
    window.consumeTo(FILE_HEADER_BYTES);
  }

  private void checkVersion() throws CaptureFileException {
    int packed = intAt(4); // two shorts, in the file's order
    int major = bigEndian ? packed >>> 16 : packed & 0xFFFF;
    int minor = bigEndian ? packed & 0xFFFF : packed >>> 16;
    // up to 2.3 some writers swapped the two lengths, and nothing tells which
    if (major != 2 || minor < 4) {
      throw CaptureFileException.of(
          window.file(),
          "pcap format version "
              + major
              + "."
              + minor
              + ": only 2.4 is readable: convert the file");
    }
  }

  private LinkType readLinkType() throws CaptureFileException {
    int number = intAt(20) & LINK_TYPE_MASK; // above it: whether frames end in a checksum
    @Nullable LinkType linkType = LinkType.ofNumber(number);
    if (linkType == null) {
      throw CaptureFileException.of(
          window.file(), "link type " + number + " is not readable: " + ReadableLinkTypes.TEXT);
    }
    return linkType;
  }

  @Override
  public int read(FrameHandler handler, int frameLimit) throws CaptureFileException {
    int frames = 0;
    while (frames < frameLimit && !exhausted) {
      frames += readWindow(handler, frameLimit - frames);
      if (frames < frameLimit) {
        refill();
      }
    }
    return frames;
  }

  /** Hands over the whole records in the window; the hot loop, a few ns per frame. */
  private int readWindow(FrameHandler handler, int frameLimit) {
    ByteBuffer buffer = window.buffer();
    int position = window.position();
    int end = buffer.limit();
    boolean swap = bigEndian;
    int skip = headerBytes;
    long tickNs = nanosPerTick;
    Frame current = frame;
    current.buffer = buffer;
    int frames = 0;
    long bytes = 0;
    while (frames < frameLimit && end - position >= skip) {
      int seconds = (int) FileWindow.INT.get(buffer, position);
      int ticks = (int) FileWindow.INT.get(buffer, position + 4);
      int capturedBytes = (int) FileWindow.INT.get(buffer, position + 8);
      int wireBytes = (int) FileWindow.INT.get(buffer, position + 12);
      if (swap) {
        seconds = Integer.reverseBytes(seconds);
        ticks = Integer.reverseBytes(ticks);
        capturedBytes = Integer.reverseBytes(capturedBytes);
        wireBytes = Integer.reverseBytes(wireBytes);
      }
      if (isDamaged(capturedBytes) || capturedBytes > end - position - skip) {
        break;
      }
      current.offset = position + skip;
      current.capturedBytes = capturedBytes;
      current.wireBytes = wireBytes & UNSIGNED;
      current.timestampNs = (seconds & UNSIGNED) * NANOS_PER_SECOND + (ticks & UNSIGNED) * tickNs;
      // a handler may have filled in what it knows of the frame before
      current.portIndex = Frame.NO_PORT;
      current.direction = Direction.UNKNOWN;
      handler.onFrame(current);
      position += skip + capturedBytes;
      frames++;
      bytes += capturedBytes;
    }
    window.consumeTo(position);
    counters.add(AgentCounter.FRAMES, frames);
    counters.add(AgentCounter.FRAME_BYTES, bytes);
    return frames;
  }

  /** Brings the next whole record into the window, or finds out why there is none. */
  private void refill() throws CaptureFileException {
    if (!window.require(headerBytes)) {
      if (window.availableBytes() > 0) {
        throw CaptureFileException.cutOff(window, "last record's header", headerBytes);
      }
      exhausted = true;
      return;
    }
    int capturedBytes = intAt(window.position() + 8);
    if (isDamaged(capturedBytes)) {
      throw CaptureFileException.damaged(
          window.file(),
          window.offset(),
          "a record of " + (capturedBytes & UNSIGNED) + " bytes, more than any frame has");
    }
    if (!window.require(headerBytes + capturedBytes)) {
      throw CaptureFileException.cutOff(window, "last record", (long) headerBytes + capturedBytes);
    }
  }

  private static boolean isDamaged(int capturedBytes) {
    return capturedBytes < 0 || capturedBytes > CAPTURED_BYTES_MAX;
  }

  private int intAt(int position) {
    int value = (int) FileWindow.INT.get(window.buffer(), position);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  @Override
  public boolean isExhausted() {
    return exhausted;
  }

  @Override
  public List<String> complaints() {
    return List.of();
  }
}
