package io.flowlog.agent.capture.replay;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A capture file, classic pcap or pcapng, or a pipe that carries one, as a source of frames; owned
 * by one capture worker.
 */
public final class CaptureFileSource implements CaptureSource {
  /** The size of something that is no regular file. */
  public static final long SIZE_UNKNOWN = -1;

  private static final int MAGIC_BYTES = 4;
  private static final int FIRST_BYTES_MAX = 64;

  private final FileWindow window;
  private final FrameReader reader;
  private final long sizeBytes;
  private boolean stopped;

  private CaptureFileSource(FileWindow window, FrameReader reader, long sizeBytes) {
    this.window = window;
    this.reader = reader;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws CaptureFileException when there is no file, or none that we can read
   */
  public static CaptureFileSource open(Path file, ReplayContext context, CounterSet counters)
      throws CaptureFileException {
    if (Files.isDirectory(file)) {
      throw CaptureFileException.of(file, "is a directory: name the capture files in it");
    }
    FileChannel channel = openChannel(file);
    FileWindow window = new FileWindow(file, channel, context.windowBytes());
    try {
      long sizeBytes = Files.isRegularFile(file) ? channel.size() : SIZE_UNKNOWN;
      return over(window, sizeBytes, context, counters);
    } catch (IOException e) {
      closeAfter(e, channel);
      throw e instanceof CaptureFileException known
          ? known
          : CaptureFileException.unopened(file, e);
    }
  }

  /** Reads the header in the window, which may be over anything that can be read. */
  static CaptureFileSource over(
      FileWindow window, long sizeBytes, ReplayContext context, CounterSet counters)
      throws CaptureFileException {
    return new CaptureFileSource(window, readerOf(window, context, counters), sizeBytes);
  }

  private static FileChannel openChannel(Path file) throws CaptureFileException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw CaptureFileException.unopened(file, e);
    }
  }

  private static void closeAfter(IOException failure, FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static FrameReader readerOf(FileWindow window, ReplayContext context, CounterSet counters)
      throws CaptureFileException {
    if (!window.require(1)) {
      throw CaptureFileException.of(window.file(), "is empty: not even a file header");
    }
    if (window.require(MAGIC_BYTES)) {
      int magic = (int) FileWindow.INT.get(window.buffer(), 0);
      if (ClassicCaptureReader.isMagic(magic)) {
        return new ClassicCaptureReader(window, counters);
      }
      if (BlockCaptureReader.isMagic(magic)) {
        return new BlockCaptureReader(window, context, counters);
      }
    }
    byte[] first = new byte[Math.min(window.availableBytes(), FIRST_BYTES_MAX)];
    window.buffer().get(0, first);
    throw CaptureFileException.of(
        window.file(), "not a capture file: " + FirstBytes.describe(first));
  }

  @Override
  public int poll(FrameHandler handler, int frameLimit) throws CaptureFileException {
    if (stopped) {
      return 0;
    }
    try {
      return reader.read(handler, frameLimit);
    } catch (CaptureFileException e) {
      stopped = true;
      throw e;
    }
  }

  /** Tells whether the end of the file, or a damage, has been reached, or the source is closed. */
  @Override
  public boolean isExhausted() {
    return stopped || reader.isExhausted();
  }

  /** Returns how many bytes of the file have been consumed. */
  public long positionBytes() {
    return window.offset();
  }

  /** Returns the file's size when it was opened, or {@link #SIZE_UNKNOWN}. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** Returns one line for each kind of frame that the file has and we cannot read. */
  public List<String> complaints() {
    return reader.complaints();
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    window.close();
  }
}
