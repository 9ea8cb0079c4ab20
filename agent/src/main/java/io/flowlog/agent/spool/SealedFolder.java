package io.flowlog.agent.spool;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The sealed files of a spool and the manifests that say so. Owned by the {@link Spool}. */
final class SealedFolder {
  static final String TEMPORARY_SUFFIX = ".tmp";

  private final Path path;
  private final DiskFiles disk;
  private final CounterSet counters;
  private final TreeMap<String, SealManifest> manifests = new TreeMap<>();
  private final Map<Path, SealedFile> waiting = new HashMap<>();
  private @Nullable SealedFiles watcher;

  SealedFolder(Path path, DiskFiles disk, CounterSet counters) {
    this.path = path;
    this.disk = disk;
    this.counters = counters;
  }

  /** Finds what an earlier process left, and deletes what it had not finished. */
  void recover() throws SpoolException {
    disk.makeFolder(path);
    Set<Path> data = new HashSet<>();
    for (Path file : disk.list(path)) {
      String name = DiskFiles.nameOf(file);
      if (name.endsWith(TEMPORARY_SUFFIX)) {
        disk.delete(file);
      } else if (name.endsWith(SealManifest.DATA_SUFFIX)) {
        data.add(file);
      } else if (name.endsWith(SealManifest.SUFFIX)) {
        SealManifest manifest = readManifest(file);
        manifests.put(manifest.baseName(), manifest);
      }
    }
    for (SealManifest manifest : manifests.values()) {
      for (SealedFile file : filesOf(manifest)) {
        if (data.remove(file.path())) {
          waiting.put(file.path(), file);
        }
      }
    }
    for (Path unnamed : data) {
      disk.delete(unnamed);
    }
  }

  private static SealManifest readManifest(Path file) throws SpoolException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw SpoolException.of("read", file, e);
    }
    return SealManifest.decode(file, bytes);
  }

  private List<SealedFile> filesOf(SealManifest manifest) {
    return manifest.parts().stream().map(part -> manifest.sealedFile(part, path)).toList();
  }

  @Nullable SealManifest find(UUID loggerId, JournalFile journal) {
    return manifests.get(SealManifest.baseName(loggerId, journal));
  }

  /** Returns the highest part that the logger has of this interval, made of other journals. */
  OptionalInt lastPartOfOthers(UUID loggerId, JournalFile journal) {
    return manifests.values().stream()
        .filter(m -> m.loggerId().equals(loggerId) && m.startNs() == journal.startNs())
        .filter(m -> m.sequence() != journal.sequence())
        .flatMap(m -> m.parts().stream())
        .mapToInt(SealManifest.Part::part)
        .max();
  }

  /** Returns by logger the last journal whose rows are in its files, as far as remembered. */
  Map<UUID, Long> lastSequences() {
    Map<UUID, Long> last = new HashMap<>();
    for (SealManifest manifest : manifests.values()) {
      last.merge(manifest.loggerId(), manifest.sequence(), Math::max);
    }
    return last;
  }

  /** Returns the name under which a file is encoded. */
  Path temporaryPath(UUID loggerId, JournalFile journal, int number) {
    String base = SealManifest.baseName(loggerId, journal);
    return path.resolve(base + "_" + number + TEMPORARY_SUFFIX);
  }

  /** Makes the encoded files count, all at once: that happens when the manifest has its name. */
  List<SealedFile> commit(SealManifest manifest, List<Path> encoded) throws SpoolException {
    Path named = path.resolve(manifest.baseName() + SealManifest.SUFFIX);
    Path temporary = path.resolve(manifest.baseName() + TEMPORARY_SUFFIX);
    List<SealedFile> files = filesOf(manifest);
    try {
      disk.write(temporary, manifest.encode());
      for (int i = 0; i < files.size(); i++) {
        disk.rename(encoded.get(i), files.get(i).path());
      }
      disk.forceFolder(path);
      disk.rename(temporary, named);
    } catch (SpoolException e) {
      removeUncommitted(files, temporary, e);
      throw e;
    }
    disk.forceFolder(path);
    manifests.put(manifest.baseName(), manifest);
    for (SealedFile file : files) {
      waiting.put(file.path(), file);
      if (watcher != null) {
        watcher.onSealed(file);
      }
    }
    counters.add(AgentCounter.FILES_SEALED, files.size());
    return files;
  }

  private void removeUncommitted(List<SealedFile> files, Path temporary, SpoolException failure) {
    try {
      disk.delete(temporary);
      for (SealedFile file : files) {
        disk.delete(file.path());
      }
    } catch (SpoolException e) {
      // found and deleted at the next start, or overwritten by the next attempt
      failure.addSuppressed(e);
    }
  }

  List<SealedFile> waiting() {
    List<SealedFile> files = new ArrayList<>(waiting.values());
    files.sort(SealedFolder::compareAge);
    return files;
  }

  void watch(SealedFiles newWatcher) {
    watcher = newWatcher;
    waiting().forEach(newWatcher::onSealed);
  }

  int filesWaiting() {
    return waiting.size();
  }

  /** Oldest first. */
  private static int compareAge(SealedFile one, SealedFile other) {
    int byStart = Long.compare(one.intervalStartNs(), other.intervalStartNs());
    int byLogger = byStart == 0 ? one.loggerId().compareTo(other.loggerId()) : byStart;
    return byLogger == 0 ? Integer.compare(one.part(), other.part()) : byLogger;
  }

  List<SealedFile> waitingOf(SealManifest manifest) {
    return filesOf(manifest).stream().filter(file -> waiting.containsKey(file.path())).toList();
  }

  void release(SealedFile file) throws SpoolException {
    disk.delete(file.path());
    waiting.remove(file.path());
    if (watcher != null) {
      watcher.onGone(file);
    }
  }

  /** A manifest also keeps slices from being sealed twice, of which it names only the last. */
  void forget(long endedBeforeNs, JournalFolder journals) throws SpoolException {
    Iterator<SealManifest> all = manifests.values().iterator();
    while (all.hasNext()) {
      SealManifest manifest = all.next();
      if (manifest.endNs() < endedBeforeNs
          && waitingOf(manifest).isEmpty()
          && !journals.hasAnyUpTo(manifest.sequence(), manifest.endNs())) {
        disk.delete(path.resolve(manifest.baseName() + SealManifest.SUFFIX));
        all.remove();
      }
    }
  }

  long sequenceMax() {
    return manifests.values().stream().mapToLong(SealManifest::sequence).max().orElse(0);
  }

  void discardAll() throws SpoolException {
    for (Path file : disk.list(path)) {
      String name = DiskFiles.nameOf(file);
      if (name.endsWith(TEMPORARY_SUFFIX)
          || name.endsWith(SealManifest.DATA_SUFFIX)
          || name.endsWith(SealManifest.SUFFIX)) {
        disk.delete(file);
      }
    }
    manifests.clear();
    waiting.clear();
  }

  DiskFiles disk() {
    return disk;
  }
}
