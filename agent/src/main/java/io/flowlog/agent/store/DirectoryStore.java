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
import java.util.List;
import java.util.Objects;

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
    try {
      Path target = target(file.key());
      Path folder = folderOf(target);
      place(file, folder, target);
      force(folder);
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw failure(file.key(), e);
    }
  }

  @Override
  public void putEmpty(ObjectKey key) throws StoreException {
    try {
      Path target = target(key);
      // not written through a link that lies there
      Files.deleteIfExists(target);
      Files.createFile(target);
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  @Override
  public void delete(ObjectKey key) throws StoreException {
    try {
      Path target = target(key);
      Files.deleteIfExists(target);
      force(folderOf(target));
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw failure(key, e);
    }
  }

  /** Returns the file that an object is; its folder is there then. */
  private Path target(ObjectKey key) throws IOException {
    List<String> segments = KeySegments.of(key, root.toString());
    Path target = makeFolders(segments).resolve(segments.get(segments.size() - 1));
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw KeySegments.refused(key, root.toString(), "it is a directory there");
    }
    return target;
  }

  private static Path folderOf(Path target) {
    return Objects.requireNonNull(target.getParent(), "a target is below the root");
  }

  /** Makes the folders of a key, each of which must lead to a place below the root. */
  private Path makeFolders(List<String> segments) throws IOException {
    Files.createDirectories(root);
    Path realRoot = root.toRealPath();
    Path folder = realRoot;
    for (String segment : segments.subList(0, segments.size() - 1)) {
      Path next = folder.resolve(segment);
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

  private StoreException failure(ObjectKey key, IOException cause) {
    SpoolException.Code kind = SpoolException.Code.of(cause, root);
    String what = "cannot store '" + key + "' in " + root + ": ";
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
