package io.flowlog.agent.spool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The sealed files that wait to be stored: in order, by logger, since when, and which are being
 * stored right now. Owned by the {@link SealedFolder}.
 *
 * <p>Age is told by a clock that nobody sets: when the time of day leaps, no file grows old.
 */
final class WaitingFiles {
  private static final Comparator<SealedFile> OLDEST_FIRST =
      Comparator.comparingLong(SealedFile::intervalStartNs)
          .thenComparing(SealedFile::loggerId)
          .thenComparingInt(SealedFile::part)
          .thenComparing(SealedFile::path);

  /** In the order in which they have waited: who waits longest comes first. */
  private final Map<Path, Waiting> byPath = new LinkedHashMap<>();

  private final TreeSet<SealedFile> all = new TreeSet<>(OLDEST_FIRST);
  private final Map<UUID, OfLogger> byLogger = new HashMap<>();
  private long bytes;
  private long tickNs;

  private static final class Waiting {
    private final SealedFile file;
    private final long sinceNs;
    private boolean inHand;

    Waiting(SealedFile file, long sinceNs) {
      this.file = file;
      this.sinceNs = sinceNs;
    }
  }

  private static final class OfLogger {
    private final TreeSet<SealedFile> files = new TreeSet<>(OLDEST_FIRST);
    private long bytes;
  }

  /** Returns what a file counts for: small ones take memory and names, not only bytes. */
  static long countedBytes(SealedFile file) {
    return Math.max(file.bytes(), SpoolConfig.FILE_BYTES_COUNTED_MIN);
  }

  void add(SealedFile file) {
    enter(new Waiting(file, tickNs));
  }

  private void enter(Waiting waiting) {
    SealedFile file = waiting.file;
    byPath.put(file.path(), waiting);
    all.add(file);
    OfLogger its = byLogger.computeIfAbsent(file.loggerId(), id -> new OfLogger());
    its.files.add(file);
    its.bytes += countedBytes(file);
    bytes += countedBytes(file);
  }

  /** Forgets a file, if it is there. */
  void remove(SealedFile file) {
    if (byPath.remove(file.path()) == null) {
      return;
    }
    all.remove(file);
    bytes -= countedBytes(file);
    OfLogger its = byLogger.get(file.loggerId());
    if (its != null) {
      its.bytes -= countedBytes(file);
      its.files.remove(file);
      if (its.files.isEmpty()) {
        byLogger.remove(file.loggerId());
      }
    }
  }

  void clear() {
    byPath.clear();
    all.clear();
    byLogger.clear();
    bytes = 0;
  }

  boolean contains(SealedFile file) {
    return byPath.containsKey(file.path());
  }

  /** Returns all of them, oldest interval first. */
  List<SealedFile> list() {
    return List.copyOf(all);
  }

  int size() {
    return byPath.size();
  }

  long bytes() {
    return bytes;
  }

  /** Returns whose files wait. */
  Set<UUID> loggers() {
    return Set.copyOf(byLogger.keySet());
  }

  /** Claims a file for storing; false if it is not there any more, or claimed already. */
  boolean take(SealedFile file) {
    Waiting waiting = byPath.get(file.path());
    if (waiting == null || waiting.inHand) {
      return false;
    }
    waiting.inHand = true;
    return true;
  }

  /** Gives a claim up; harmless without one. */
  void giveBack(SealedFile file) {
    Waiting waiting = byPath.get(file.path());
    if (waiting != null) {
      waiting.inHand = false;
    }
  }

  /** Begins to tell age: what is here was left by an earlier life, and has waited since then. */
  void beginAges(long nowTickNs, long nowNs) {
    tickNs = nowTickNs;
    List<SealedFile> left = new ArrayList<>(all);
    clear();
    for (SealedFile file : left) {
      long ageNs = Math.max(0, nowNs - file.intervalStartNs());
      enter(new Waiting(file, nowTickNs - ageNs));
    }
  }

  /** Lets time pass. */
  void tick(long nowTickNs) {
    tickNs = nowTickNs;
  }

  /** Returns those that have waited for longer than that and that nobody stores right now. */
  List<SealedFile> waitingOver(long ageNs) {
    List<SealedFile> found = new ArrayList<>();
    for (Waiting waiting : byPath.values()) {
      if (tickNs - waiting.sinceNs <= ageNs) {
        break;
      }
      if (!waiting.inHand) {
        found.add(waiting.file);
      }
    }
    return found;
  }

  /** Returns the files of a logger that nobody stores right now. */
  List<SealedFile> idleOf(UUID loggerId) {
    OfLogger its = byLogger.get(loggerId);
    return its == null ? List.of() : its.files.stream().filter(this::isIdle).toList();
  }

  /**
   * Returns the oldest file of the logger that is furthest above its equal share, or null if all
   * are being stored. Shares being equal, that is the logger that has most.
   */
  @Nullable SealedFile nextToGo() {
    SealedFile chosen = null;
    long most = -1;
    for (OfLogger its : byLogger.values()) {
      if (its.bytes < most) {
        continue;
      }
      SealedFile oldest = oldestIdle(its);
      boolean more = its.bytes > most;
      if (oldest != null && (more || chosen == null || OLDEST_FIRST.compare(oldest, chosen) < 0)) {
        chosen = oldest;
        most = its.bytes;
      }
    }
    return chosen;
  }

  private @Nullable SealedFile oldestIdle(OfLogger its) {
    for (SealedFile file : its.files) {
      if (isIdle(file)) {
        return file;
      }
    }
    return null;
  }

  private boolean isIdle(SealedFile file) {
    Waiting waiting = byPath.get(file.path());
    return waiting != null && !waiting.inHand;
  }
}
