package io.flowlog.agent.spool;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The row journals of a spool. Owned by the {@link Spool}. */
final class JournalFolder {
  private final Path path;
  private final DiskFiles disk;
  private final CounterSet counters;
  private final JournalRecovery recovery;
  private final TreeMap<Long, JournalFile> complete = new TreeMap<>();

  /** By number, of all that are complete. */
  private final Map<Long, Long> completeBytes = new HashMap<>();

  private final List<JournalFile> unrecovered = new ArrayList<>();
  private @Nullable RowJournal writing;
  private long bytes;
  private long sequenceMax;

  JournalFolder(Path path, DiskFiles disk, CounterSet counters) {
    this.path = path;
    this.disk = disk;
    this.counters = counters;
    recovery = new JournalRecovery(disk);
  }

  /** Finds what an earlier process left. A full disk only defers the recovery of a journal. */
  void recover() throws SpoolException {
    disk.makeFolder(path);
    for (Path file : disk.list(path)) {
      JournalFile journal = JournalFile.ofName(file);
      if (journal == null) {
        continue;
      }
      sequenceMax = Math.max(sequenceMax, journal.sequence());
      if (file.equals(journal.path())) {
        completed(journal);
      } else {
        unrecovered.add(journal);
      }
    }
    try {
      recoverOpen();
    } catch (SpoolException e) {
      // sealed files can be stored all the same, and that makes room
      if (e.code() != SpoolException.Code.DISK_FULL) {
        throw e;
      }
    }
  }

  private void recoverOpen() throws SpoolException {
    if (unrecovered.isEmpty()) {
      return;
    }
    while (!unrecovered.isEmpty()) {
      JournalFile journal = unrecovered.get(0);
      repair(journal.openPath(), journal);
      unrecovered.remove(0);
    }
    disk.forceFolder(path);
  }

  /** Makes a journal end where its last good frame ends; one without any is deleted. */
  void repair(Path found, JournalFile journal) throws SpoolException {
    JournalRecovery.Outcome outcome = recovery.repair(found, journal);
    counters.add(AgentCounter.JOURNAL_TORN_BYTES, outcome.tornBytes());
    if (outcome.usable()) {
      completed(journal);
    } else {
      forget(journal);
    }
  }

  RowJournal begin(long sequenceMin, long startNs, long endNs) throws SpoolException {
    sequenceMax = Math.max(sequenceMax + 1, sequenceMin);
    RowJournal begun =
        new RowJournal(this, disk, JournalFile.in(path, sequenceMax, startNs, endNs));
    writing = begun;
    return begun;
  }

  void completed(JournalFile journal) throws SpoolException {
    forget(journal);
    long sizeBytes = DiskFiles.sizeBytes(journal.path());
    complete.put(journal.sequence(), journal);
    completeBytes.put(journal.sequence(), sizeBytes);
    bytes += sizeBytes;
  }

  private void forget(JournalFile journal) {
    complete.remove(journal.sequence());
    Long sizeBytes = completeBytes.remove(journal.sequence());
    bytes -= sizeBytes == null ? 0 : sizeBytes;
  }

  /** Lets go of a journal that is not written any more. */
  void ended(RowJournal journal) {
    if (writing != null && writing.equals(journal)) {
      writing = null;
    }
  }

  /** Returns the size of all journals, that included which is being written. */
  long bytes() {
    return bytes + (writing == null ? 0 : writing.bytes());
  }

  /** Returns the size of a complete journal. */
  long bytesOf(JournalFile journal) {
    return completeBytes.getOrDefault(journal.sequence(), 0L);
  }

  List<JournalFile> journals() throws SpoolException {
    recoverOpen();
    return List.copyOf(complete.values());
  }

  /** Tells whether a journal is left that was made no later than another, or is of its time. */
  boolean hasAnyUpTo(long sequence, long timeNs) {
    return Stream.concat(complete.values().stream(), unrecovered.stream())
        .anyMatch(journal -> journal.sequence() <= sequence || journal.startNs() < timeNs);
  }

  void delete(JournalFile journal) throws SpoolException {
    disk.delete(journal.path());
    forget(journal);
  }

  void discardAll() throws SpoolException {
    for (Path file : disk.list(path)) {
      if (JournalFile.ofName(file) != null) {
        disk.delete(file);
      }
    }
    complete.clear();
    completeBytes.clear();
    bytes = 0;
    unrecovered.clear();
  }

  Path path() {
    return path;
  }
}
