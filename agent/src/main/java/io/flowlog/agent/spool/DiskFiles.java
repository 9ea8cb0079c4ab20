package io.flowlog.agent.spool;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What the spool does to its disk. Every failure leaves as a {@link SpoolException} that names the
 * file. Immutable.
 */
final class DiskFiles {
  private final boolean syncToDisk;

  DiskFiles(SpoolConfig config) {
    syncToDisk = config.syncToDisk();
  }

  /** Makes an empty file, in the place of one that is there. */
  FileChannel create(Path path) throws SpoolException {
    try {
      return FileChannel.open(
          path,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw SpoolException.of("create", path, e);
    }
  }

  /** Writes a small file that is on disk when this returns. */
  void write(Path path, byte[] content) throws SpoolException {
    try (FileChannel channel = create(path)) {
      writeFully(channel, ByteBuffer.wrap(content));
      force(channel);
    } catch (IOException e) {
      throw SpoolException.of("write", path, e);
    }
  }

  /** Writes all bytes of all buffers. */
  static void writeFully(FileChannel channel, ByteBuffer... buffers) throws IOException {
    ByteBuffer last = buffers[buffers.length - 1];
    long leftBytes = 0;
    for (ByteBuffer buffer : buffers) {
      leftBytes += buffer.remaining();
    }
    while (leftBytes > 0) {
      leftBytes -= buffers.length == 1 ? channel.write(last) : channel.write(buffers);
    }
  }

  /** Returns when the file's bytes are on disk. */
  void force(FileChannel channel) throws IOException {
    if (syncToDisk) {
      channel.force(true);
    }
  }

  /** Returns when the names in the folder are on disk. */
  void forceFolder(Path folder) throws SpoolException {
    if (!syncToDisk) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      throw SpoolException.of("write to disk the folder", folder, e);
    }
  }

  /** Gives a file its name, in the place of one that is there. */
  void rename(Path from, Path to) throws SpoolException {
    try {
      Files.move(from, to, ATOMIC_MOVE, REPLACE_EXISTING);
    } catch (IOException e) {
      throw SpoolException.of("rename " + from + " to", to, e);
    }
  }

  /** Returns when a file was last changed, as it says itself. */
  long changedNs(Path path) throws SpoolException {
    try {
      return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    } catch (IOException e) {
      throw SpoolException.of("read", path, e);
    }
  }

  /** Has a file, which may be gone already, say that it was changed then. */
  void changedNs(Path path, long timeNs) throws SpoolException {
    try {
      Files.setLastModifiedTime(path, FileTime.from(timeNs, TimeUnit.NANOSECONDS));
    } catch (NoSuchFileException e) {
      // somebody cleans up by hand: no reason to end
      return;
    } catch (IOException e) {
      throw SpoolException.of("write", path, e);
    }
  }

  /** Returns a file's size. */
  static long sizeBytes(Path path) throws SpoolException {
    try {
      return Files.size(path);
    } catch (IOException e) {
      throw SpoolException.of("read", path, e);
    }
  }

  /** Deletes a file that may be gone already. */
  void delete(Path path) throws SpoolException {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw SpoolException.of("delete", path, e);
    }
  }

  /** Makes a folder and those above it. */
  void makeFolder(Path folder) throws SpoolException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw SpoolException.of("make the folder", folder, e);
    }
  }

  /** Returns what is in a folder, by name. */
  List<Path> list(Path folder) throws SpoolException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.sorted().toList();
    } catch (IOException e) {
      throw SpoolException.of("read the folder", folder, e);
    } catch (UncheckedIOException e) {
      throw SpoolException.of("read the folder", folder, new IOException(e.getMessage(), e));
    }
  }

  static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }
}
