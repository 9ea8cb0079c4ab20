package io.flowlog.agent.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The claim of one process on one spool folder. Owned by the {@link Spool}.
 *
 * <p>The lock file has the process in it, for those who find it locked. It stays when the claim
 * ends: to delete it would let two processes lock two files of one name.
 */
final class SpoolLock implements AutoCloseable {
  /**
   * Folders that this process has. The kernel's lock is the process's: whoever closed a second
   * channel of the lock file would give up the first one's lock.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private SpoolLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Claims a folder that exists. */
  static SpoolLock claim(Path folder) throws SpoolException {
    Path file = folder.resolve("lock");
    Path real;
    try {
      real = folder.toRealPath();
    } catch (IOException e) {
      throw SpoolException.of("open", folder, e);
    }
    if (!HELD.add(real)) {
      // to read in the file would give up the lock
      throw SpoolException.locked(folder, file, ownProcess());
    }
    try {
      return new SpoolLock(real, lock(folder, file));
    } catch (SpoolException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static FileChannel lock(Path folder, Path file) throws SpoolException {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw SpoolException.locked(folder, file, read(file));
      }
      note(channel);
      return channel;
    } catch (IOException e) {
      throw SpoolException.of("lock", file, e);
    }
  }

  private static String ownProcess() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Says who has the lock; that it is locked does not depend on it. */
  private static void note(FileChannel channel) {
    byte[] process = (ownProcess() + "\n").getBytes(StandardCharsets.US_ASCII);
    try {
      channel.truncate(0);
      DiskFiles.writeFully(channel, ByteBuffer.wrap(process));
    } catch (IOException e) {
      return; // the disk is full
    }
  }

  @Override
  public void close() throws SpoolException {
    try {
      channel.close();
    } catch (IOException e) {
      throw SpoolException.of("unlock", folder, e);
    } finally {
      HELD.remove(folder);
    }
  }
}
