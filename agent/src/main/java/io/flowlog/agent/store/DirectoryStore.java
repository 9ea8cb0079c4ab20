package io.flowlog.agent.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.spool.SpoolException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A local directory as an object store: an object is the file whose path below the root is its key,
 * as it is. Immutable.
 *
 * <p>On the same file system nothing is copied: the object is a second name of the sealed file.
 */
public final class DirectoryStore implements ObjectStore {
  private final Path root;

  /** Makes a store of a directory, which is made when the first object comes. */
  public DirectoryStore(Path root) {
    this.root = root;
  }

  @Override
  public void put(SealedFile file) throws StoreException {
    String[] segments = segmentsOf(file.key());
    try {
      Path folder = makeFolders(segments);
      Path target = folder.resolve(segments[segments.length - 1]);
      if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(file.key(), "it is a directory there");
      }
      place(file, folder, target);
      force(folder);
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private String[] segmentsOf(ObjectKey key) throws StoreException {
    String[] segments = key.text().split("/", -1);
    for (String segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw refused(key, "a folder or name in it is empty, '.' or '..'");
      }
    }
    return segments;
  }

  private StoreException refused(ObjectKey key, String why) {
    return new StoreException(
        StoreException.Code.KEY_REFUSED,
        "cannot store '" + key + "' in " + root + ": " + why + ": correct the logger's names",
        null);
  }

  /** Makes the folders of a key, each of which must lead to a place below the root. */
  private Path makeFolders(String[] segments) throws IOException {
    Files.createDirectories(root);
    Path realRoot = root.toRealPath();
    Path folder = realRoot;
    for (int i = 0; i < segments.length - 1; i++) {
      Path next = folder.resolve(segments[i]);
      if (!Files.exists(next)) {
        makeFolder(next);
        force(folder);
      }
      folder = next.toRealPath();
      if (!folder.startsWith(realRoot)) {
        throw new StoreException(
            StoreException.Code.KEY_REFUSED,
            next + " leads out of " + root + " to " + folder + ": replace it by a directory",
            null);
      }
    }
    return folder;
  }

  private static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      // another process was faster, or the name is a link that leads nowhere
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
  }

  /** Makes the object appear at once, whatever was there. */
  private static void place(SealedFile file, Path folder, Path target) throws IOException {
    Path temporary =
        folder.resolve(
            ".flowlog-"
                + file.loggerId()
                + "-"
                + file.intervalStartNs()
                + "-"
                + file.part()
                + ".tmp");
    try {
      Files.deleteIfExists(temporary);
      try {
        Files.createLink(temporary, file.path());
      } catch (FileSystemException | UnsupportedOperationException e) {
        copy(file.path(), temporary);
      }
      Files.move(temporary, target, ATOMIC_MOVE, REPLACE_EXISTING);
    } finally {
      // the move of a name onto another name of the same file does nothing
      Files.deleteIfExists(temporary);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long sizeBytes = in.size();
      long doneBytes = 0;
      while (doneBytes < sizeBytes) {
        long moved = in.transferTo(doneBytes, sizeBytes - doneBytes, out);
        if (moved == 0) {
          throw new IOException(from + " became shorter while it was copied");
        }
        doneBytes += moved;
      }
      out.force(true);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private StoreException failure(SealedFile file, IOException cause) {
    SpoolException.Code kind = SpoolException.Code.of(cause, root);
    String what = "cannot store '" + file.key() + "' in " + root + ": ";
    String reason = SpoolException.reasonOf(cause);
    return switch (kind) {
      case DISK_FULL ->
          new StoreException(
              StoreException.Code.FULL, what + reason + ": make room on that disk", cause);
      case NO_PERMISSION ->
          new StoreException(
              StoreException.Code.FORBIDDEN,
              what + reason + ": let the agent's user write there",
              cause);
      default ->
          new StoreException(
              StoreException.Code.UNAVAILABLE, what + reason + ": check that directory", cause);
    };
  }
}
