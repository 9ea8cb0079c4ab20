package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds the frames in a pcapng file; owned by its {@link CaptureFileSource}.
 *
 * <p>A simple packet block has no time: its frame takes the time of the frame before it in the
 * file, or 0.
 */
final class BlockCaptureReader implements FrameReader {
  private static final int SECTION = 0x0A0D0D0A; // a palindrome: the same in both byte orders
  private static final int INTERFACE = 1;
  private static final int OLD_PACKET = 2;
  private static final int SIMPLE_PACKET = 3;
  private static final int ENHANCED_PACKET = 6;

  private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
  private static final int BLOCK_BYTES_MIN = 12;
  private static final int SECTION_BYTES_MIN = 28;
  private static final int INTERFACE_BYTES_MIN = 20;
  private static final int PACKET_BYTES_MIN = 32;
  private static final int SIMPLE_PACKET_BYTES_MIN = 16;

  /** A whole frame and room for its options. */
  private static final int BLOCK_BYTES_MAX = CAPTURED_BYTES_MAX + (1 << 20);

  private static final int INTERFACES_MAX = 1 << 16;
  private static final int OPTION_END = 0;
  private static final int OPTION_NAME = 2;
  private static final int OPTION_TIME_RESOLUTION = 9;
  private static final int OPTION_TIME_OFFSET = 14;
  private static final long UNSIGNED = 0xFFFF_FFFFL;

  private final FileWindow window;
  private final CounterSet counters;
  private final Map<String, Integer> devicePortIndex;
  private final Frame frame = new Frame();
  private final List<BlockInterface> interfaces = new ArrayList<>();
  private final Map<Integer, Long> unreadFramesByLinkType = new TreeMap<>();
  private boolean bigEndian;
  private boolean exhausted;
  private long frameBytes;
  private long timestampsClamped;
  private long framesUnread;

  /** Tells whether a file that begins with these bytes is a pcapng one. */
  static boolean isMagic(int magic) {
    return magic == SECTION;
  }

  /** Reads the first section's header, of which at least the magic must be in the window. */
  BlockCaptureReader(FileWindow window, ReplayContext context, CounterSet counters)
      throws CaptureFileException {
    this.window = window;
    this.counters = counters;
    this.devicePortIndex = context.devicePortIndex();
    readBlock(ignored -> {});
  }

  @Override
  public int read(FrameHandler handler, int frameLimit) throws CaptureFileException {
    int frames = 0;
    try {
      while (frames < frameLimit && !exhausted) {
        if (readBlock(handler)) {
          frames++;
        }
      }
      return frames;
    } finally {
      count(frames);
    }
  }

  private void count(int frames) {
    counters.add(AgentCounter.FRAMES, frames);
    counters.add(AgentCounter.FRAME_BYTES, frameBytes);
    counters.add(AgentCounter.TIMESTAMPS_CLAMPED, timestampsClamped);
    counters.add(AgentCounter.LINKTYPE_UNKNOWN, framesUnread);
    frameBytes = 0;
    timestampsClamped = 0;
    framesUnread = 0;
  }

  /** Consumes the next block and tells whether it held a frame that was handed over. */
  private boolean readBlock(FrameHandler handler) throws CaptureFileException {
    if (!window.require(BLOCK_BYTES_MIN)) {
      if (window.availableBytes() > 0) {
        throw CaptureFileException.cutOff(window, "last block's header", BLOCK_BYTES_MIN);
      }
      exhausted = true;
      return false;
    }
    int type = intAt(0);
    if (type == SECTION) {
      readByteOrder();
    }
    long blockBytes = intAt(4) & UNSIGNED;
    if (blockBytes < BLOCK_BYTES_MIN || blockBytes % 4 != 0) {
      throw damaged("a block of " + blockBytes + " bytes; it must be a multiple of 4, at least 12");
    }
    if (!isOfUse(type)) {
      passOver(blockBytes);
      return false;
    }
    bringIn(blockBytes);
    boolean delivered = useBlock(type, (int) blockBytes, handler);
    window.consumeTo(window.position() + (int) blockBytes);
    return delivered;
  }

  private void readByteOrder() throws CaptureFileException {
    int magic = (int) FileWindow.INT.get(window.buffer(), window.position() + 8);
    bigEndian = magic == Integer.reverseBytes(BYTE_ORDER_MAGIC);
    if (!bigEndian && magic != BYTE_ORDER_MAGIC) {
      throw damaged("a section header without its byte order mark 1a2b3c4d");
    }
  }

  private static boolean isOfUse(int type) {
    return switch (type) {
      case SECTION, INTERFACE, OLD_PACKET, SIMPLE_PACKET, ENHANCED_PACKET -> true;
      default -> false;
    };
  }

  /** Skips a block of no use, which may be longer than memory. */
  private void passOver(long blockBytes) throws CaptureFileException {
    long start = window.offset();
    if (!window.skip(blockBytes - 4) || !window.require(4)) {
      throw CaptureFileException.of(
          window.file(),
          "cut off at offset "
              + start
              + ": the last block wants "
              + blockBytes
              + " bytes, "
              + (window.offset() + window.availableBytes() - start)
              + " are there: what comes before it was read; get the whole file");
    }
    checkTrailer(start, 0, blockBytes);
    window.consumeTo(window.position() + 4);
  }

  private void bringIn(long blockBytes) throws CaptureFileException {
    if (blockBytes > BLOCK_BYTES_MAX) {
      throw damaged("a block of " + blockBytes + " bytes, more than any frame has");
    }
    if (!window.require((int) blockBytes)) {
      throw CaptureFileException.cutOff(window, "last block", blockBytes);
    }
    checkTrailer(window.offset(), (int) blockBytes - 4, blockBytes);
  }

  private void checkTrailer(long start, int at, long blockBytes) throws CaptureFileException {
    long trailer = intAt(at) & UNSIGNED;
    if (trailer != blockBytes) {
      throw CaptureFileException.damaged(
          window.file(),
          start,
          "a block of " + blockBytes + " bytes that ends in the length " + trailer);
    }
  }

  private boolean useBlock(int type, int blockBytes, FrameHandler handler)
      throws CaptureFileException {
    switch (type) {
      case SECTION -> beginSection(blockBytes);
      case INTERFACE -> declareInterface(blockBytes);
      case SIMPLE_PACKET -> {
        return readSimplePacket(blockBytes, handler);
      }
      default -> {
        return readPacket(type, blockBytes, handler);
      }
    }
    return false;
  }

  private void beginSection(int blockBytes) throws CaptureFileException {
    checkSize(blockBytes, SECTION_BYTES_MIN, "a section header");
    int major = shortAt(12);
    if (major != 1) {
      throw CaptureFileException.of(
          window.file(),
          "offset "
              + window.offset()
              + ": pcapng format version "
              + major
              + "."
              + shortAt(14)
              + ": only 1 is readable: convert the file");
    }
    interfaces.clear();
  }

  private void declareInterface(int blockBytes) throws CaptureFileException {
    checkSize(blockBytes, INTERFACE_BYTES_MIN, "an interface");
    if (interfaces.size() == INTERFACES_MAX) {
      throw damaged("more than " + INTERFACES_MAX + " interfaces in one section");
    }
    int linkType = shortAt(8);
    BlockInterface.Options options = readOptions(blockBytes - 4);
    interfaces.add(
        new BlockInterface(
            linkType,
            LinkType.ofNumber(linkType),
            intAt(12),
            new TickScale(options.resolution, options.offsetSeconds),
            options.portIndex));
  }

  private BlockInterface.Options readOptions(int end) throws CaptureFileException {
    BlockInterface.Options options = new BlockInterface.Options();
    int at = 16;
    while (end - at >= 4 && shortAt(at) != OPTION_END) {
      int length = shortAt(at + 2);
      if (length > end - at - 4) {
        throw damaged("an option of " + length + " bytes that leaves its block");
      }
      readOption(options, shortAt(at), at + 4, length);
      at += 4 + (length + 3 & ~3);
    }
    return options;
  }

  private void readOption(BlockInterface.Options options, int code, int at, int length)
      throws CaptureFileException {
    int wanted = code == OPTION_TIME_RESOLUTION ? 1 : code == OPTION_TIME_OFFSET ? 8 : 0;
    if (length < wanted) {
      throw damaged("an option " + code + " of " + length + " bytes; it must have " + wanted);
    }
    switch (code) {
      case OPTION_NAME -> options.portIndex = portOf(at, length);
      case OPTION_TIME_RESOLUTION -> options.resolution = byteAt(at);
      case OPTION_TIME_OFFSET -> options.offsetSeconds = longAt(at);
      default -> {}
    }
  }

  private int portOf(int at, int length) {
    byte[] name = new byte[length];
    window.buffer().get(window.position() + at, name);
    String device = new String(name, StandardCharsets.UTF_8);
    return devicePortIndex.getOrDefault(device, Frame.NO_PORT);
  }

  private boolean readPacket(int type, int blockBytes, FrameHandler handler)
      throws CaptureFileException {
    checkSize(blockBytes, PACKET_BYTES_MIN, "a packet");
    BlockInterface origin = interfaceOf(type == OLD_PACKET ? shortAt(8) : intAt(8));
    long capturedBytes = intAt(20) & UNSIGNED;
    if (capturedBytes > Math.min(CAPTURED_BYTES_MAX, blockBytes - PACKET_BYTES_MIN)) {
      throw damaged("a frame of " + capturedBytes + " bytes in a block of " + blockBytes);
    }
    long ticks = (intAt(12) & UNSIGNED) << 32 | (intAt(16) & UNSIGNED);
    long timestampNs = origin.tickScale().toNs(ticks);
    if (timestampNs < 0) {
      timestampNs = ~timestampNs;
      timestampsClamped++;
    }
    frame.timestampNs = timestampNs;
    frame.offset = window.position() + 28;
    frame.capturedBytes = (int) capturedBytes;
    frame.wireBytes = intAt(24) & UNSIGNED;
    return deliver(origin, handler);
  }

  private boolean readSimplePacket(int blockBytes, FrameHandler handler)
      throws CaptureFileException {
    checkSize(blockBytes, SIMPLE_PACKET_BYTES_MIN, "a simple packet");
    BlockInterface origin = interfaceOf(0);
    long wireBytes = intAt(8) & UNSIGNED;
    long snaplen = origin.snaplen() & UNSIGNED;
    long capturedBytes = snaplen == 0 ? wireBytes : Math.min(wireBytes, snaplen);
    if (capturedBytes > Math.min(CAPTURED_BYTES_MAX, blockBytes - SIMPLE_PACKET_BYTES_MIN)) {
      throw damaged("a frame of " + capturedBytes + " bytes in a block of " + blockBytes);
    }
    frame.offset = window.position() + 12;
    frame.capturedBytes = (int) capturedBytes;
    frame.wireBytes = wireBytes;
    return deliver(origin, handler);
  }

  private boolean deliver(BlockInterface origin, FrameHandler handler) {
    LinkType linkType = origin.linkType();
    if (linkType == null) {
      framesUnread++;
      unreadFramesByLinkType.merge(origin.linkTypeNumber(), 1L, Long::sum);
      return false;
    }
    frame.buffer = window.buffer();
    frame.linkType = linkType;
    frame.portIndex = origin.portIndex();
    frame.direction = Direction.UNKNOWN;
    frameBytes += frame.capturedBytes;
    handler.onFrame(frame);
    return true;
  }

  private BlockInterface interfaceOf(int number) throws CaptureFileException {
    if (number < 0 || number >= interfaces.size()) {
      throw damaged(
          "a packet of interface "
              + (number & UNSIGNED)
              + "; its section has declared "
              + interfaces.size());
    }
    return interfaces.get(number);
  }

  private void checkSize(int blockBytes, int minimum, String what) throws CaptureFileException {
    if (blockBytes < minimum) {
      throw damaged(
          "a block of " + blockBytes + " bytes is too small for " + what + " (" + minimum + ")");
    }
  }

  private CaptureFileException damaged(String problem) {
    return CaptureFileException.damaged(window.file(), window.offset(), problem);
  }

  private int intAt(int offset) {
    int value = (int) FileWindow.INT.get(window.buffer(), window.position() + offset);
    return bigEndian ? Integer.reverseBytes(value) : value;
  }

  private int shortAt(int offset) {
    int first = byteAt(offset);
    int second = byteAt(offset + 1);
    return bigEndian ? first << 8 | second : second << 8 | first;
  }

  private int byteAt(int offset) {
    return window.buffer().get(window.position() + offset) & 0xFF;
  }

  private long longAt(int offset) {
    long first = intAt(offset) & UNSIGNED;
    long second = intAt(offset + 4) & UNSIGNED;
    return bigEndian ? first << 32 | second : second << 32 | first;
  }

  @Override
  public boolean isExhausted() {
    return exhausted;
  }

  @Override
  public List<String> complaints() {
    List<String> lines = new ArrayList<>();
    unreadFramesByLinkType.forEach(
        (number, frames) ->
            lines.add(
                String.format(
                    "%s: %d frames of link type %d were not read: %s",
                    window.file(), frames, number, ReadableLinkTypes.TEXT)));
    return lines;
  }
}
