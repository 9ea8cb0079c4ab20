package io.flowlog.agent.spool;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final long NOT_TOLD = Long.MIN_VALUE;

  private final Path path;
  private final DiskFiles disk;
  private final CounterSet counters;
  private final TreeMap<String, SealManifest> manifests = new TreeMap<>();
  private final WaitingFiles waiting = new WaitingFiles();
  private @Nullable SealedFiles watcher;

  /** By base name of a manifest that has no file left, when the last one went. */
  private final Map<String, Long> emptySinceNs = new HashMap<>();

  private long nowNs = NOT_TOLD;

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
          waiting.add(file);
        }
      }
      if (waitingOf(manifest).isEmpty()) {
        emptySinceNs.put(manifest.baseName(), disk.changedNs(pathOf(manifest)));
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
    Path named = pathOf(manifest);
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
      waiting.add(file);
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

  void watch(SealedFiles newWatcher) {
    watcher = newWatcher;
    waiting.list().forEach(newWatcher::onSealed);
  }

  WaitingFiles waiting() {
    return waiting;
  }

  List<SealedFile> waitingOf(SealManifest manifest) {
    return filesOf(manifest).stream().filter(waiting::contains).toList();
  }

  /** Deletes a file; harmless when it is gone already. */
  void release(SealedFile file) throws SpoolException {
    SealManifest manifest = manifests.get(SealManifest.baseNameOf(file));
    if (manifest != null && waitingOf(manifest).equals(List.of(file))) {
      // first, so that a failure leaves the file where it was, too
      noteEmpty(manifest);
    }
    disk.delete(file.path());
    waiting.remove(file);
    if (watcher != null) {
      watcher.onGone(file);
    }
  }

  /** Remembers it over restarts, too: part numbers are kept for a while from now on. */
  private void noteEmpty(SealManifest manifest) throws SpoolException {
    emptySinceNs.put(manifest.baseName(), nowNs);
    if (nowNs != NOT_TOLD) {
      disk.changedNs(pathOf(manifest), nowNs);
    }
  }

  /** Tells the time of day. */
  void tellTime(long timeNs) {
    nowNs = timeNs;
  }

  private Path pathOf(SealManifest manifest) {
    return path.resolve(manifest.baseName() + SealManifest.SUFFIX);
  }

  /** A manifest also keeps slices from being sealed twice, of which it names only the last. */
  void forget(long emptyBeforeNs, JournalFolder journals) throws SpoolException {
    Iterator<SealManifest> all = manifests.values().iterator();
    while (all.hasNext()) {
      SealManifest manifest = all.next();
      Long emptyNs = emptySinceNs.get(manifest.baseName());
      if (emptyNs != null
          && emptyNs < emptyBeforeNs
          && manifest.endNs() < emptyBeforeNs
          && waitingOf(manifest).isEmpty()
          && !journals.hasAnyUpTo(manifest.sequence(), manifest.endNs())) {
        disk.delete(pathOf(manifest));
        emptySinceNs.remove(manifest.baseName());
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
    emptySinceNs.clear();
    waiting.clear();
  }

  DiskFiles disk() {
    return disk;
  }
}
