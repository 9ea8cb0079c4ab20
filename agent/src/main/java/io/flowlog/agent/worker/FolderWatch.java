package io.flowlog.agent.worker;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices that files in some folders changed, and makes one change of a burst; owned by one thread,
 * beside one of the JDK's that listens to inotify.
 *
 * <p>A folder may be missing, come, go and be replaced by another. What editors and atomic writers
 * write beside a file is not noticed. To be on the safe side a change may be told that was none.
 */
public final class FolderWatch implements AutoCloseable {
  private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(2);

  /** So often it looks whether the folders are still those that it watches. */
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final List<Folder> folders;
  private final ServiceSource source;
  private final EventLog log;
  private final QuietTime burst = new QuietTime(QUIET_NS, LONGEST_NS);
  private @Nullable WatchService service;
  private long lookedAtNs;
  private long noticed;

  /** Where the JDK's watch services come from. */
  @FunctionalInterface
  interface ServiceSource {
    WatchService open() throws IOException;
  }

  /** One of the folders, and as what it is watched. */
  private static final class Folder {
    private final Path path;
    private @Nullable WatchKey key;
    private @Nullable Object identity;

    Folder(Path path) {
      this.path = path;
    }

    boolean isWatched(@Nullable Object identityNow) {
      return key != null && key.isValid() && Objects.equals(identity, identityNow);
    }
  }

  FolderWatch(List<Path> paths, long nowNs, EventLog log, ServiceSource source) {
    folders = paths.stream().map(Folder::new).toList();
    this.log = log;
    this.source = source;
    look(nowNs);
  }

  /** Watches from now on; what happened before, its owner has yet to read. */
  public static FolderWatch of(List<Path> folders, long nowNs, EventLog log) {
    return new FolderWatch(folders, nowNs, log, () -> FileSystems.getDefault().newWatchService());
  }

  /** Tells whether files have changed since it last said so; does not wait. */
  public boolean changed(long nowNs) {
    long before = noticed;
    boolean lost = takeEvents();
    if (lost || isTimeToLook(nowNs)) {
      noticed += look(nowNs);
    }
    if (noticed > before) {
      burst.note(nowNs);
    }
    return burst.isOver(nowNs);
  }

  /** Also when the clock was set back. */
  private boolean isTimeToLook(long nowNs) {
    long sinceNs = nowNs - lookedAtNs;
    return sinceNs >= LOOK_NS || sinceNs < 0;
  }

  /** Returns how many events there were that mattered. */
  long noticed() {
    return noticed;
  }

  /** Takes what happened in the folders; tells whether one of them is gone. */
  private boolean takeEvents() {
    boolean lost = false;
    for (int i = 0; service != null && i <= folders.size(); i++) {
      WatchKey key = service.poll();
      if (key == null) {
        break;
      }
      noticed += key.pollEvents().stream().filter(FolderWatch::matters).count();
      lost |= !key.reset();
    }
    return lost;
  }

  /** An event without a name says that there were too many to tell. */
  private static boolean matters(WatchEvent<?> event) {
    return !(event.context() instanceof Path name) || !isBesideAFile(name.toString());
  }

  private static boolean isBesideAFile(String name) {
    // two dots: folders that are exchanged as a whole through a link have such names
    boolean hidden = name.startsWith(".") && !name.startsWith("..");
    return hidden || name.endsWith("~") || name.endsWith(".swp") || name.endsWith(".tmp");
  }

  /** Watches the folders that are there; returns how many came, went or were replaced. */
  private int look(long nowNs) {
    lookedAtNs = nowNs;
    int changes = 0;
    for (Folder folder : folders) {
      Object identity = identityOf(folder.path);
      if (folder.isWatched(identity) || (folder.key == null && identity == null)) {
        continue;
      }
      boolean wasWatched = folder.key != null;
      forget(folder);
      if (identity != null) {
        watch(folder, identity);
      }
      changes += wasWatched || folder.key != null ? 1 : 0;
    }
    return changes;
  }

  /** Returns what tells a folder from another one of the same name; null if there is none. */
  private static @Nullable Object identityOf(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isDirectory() ? attributes.fileKey() : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static void forget(Folder folder) {
    if (folder.key != null) {
      folder.key.cancel();
    }
    folder.key = null;
    folder.identity = null;
  }

  private void watch(Folder folder, Object identity) {
    try {
      WatchService current = service == null ? source.open() : service;
      service = current;
      folder.key = folder.path.register(current, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
      folder.identity = identity;
    } catch (NoSuchFileException | NotDirectoryException e) {
      forget(folder); // gone this very moment
    } catch (AccessDeniedException e) {
      warn(folder, "permission denied: let the agent's user read the folder");
    } catch (IOException e) {
      String sysctls = "raise the sysctls fs.inotify.max_user_instances and max_user_watches";
      warn(folder, e.getMessage() + ": " + sysctls);
    }
  }

  private void warn(Folder folder, String reason) {
    log.warning(
        EventKind.FOLDER_WATCH,
        folder.path
            + ": changes are not noticed: "
            + reason
            + "; until then 'systemctl reload flowlog-agent' has them read");
  }

  @Override
  public void close() throws IOException {
    if (service != null) {
      service.close();
      service = null;
    }
  }
}
