package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.spool.Discard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Tells people of rows that will never be stored: the log at once and then once a minute, /health
 * for a day. Owned by the spool thread; any thread may ask for problems.
 */
final class LossReport implements Discard.Listener {
  /** A little more than the log's own patience, so that no line of it is held back. */
  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(61);

  private static final long REMEMBERED_NS = TimeUnit.DAYS.toNanos(1);
  private static final int LOGGERS_IN_A_LINE = 5;
  private static final int LINES_MAX = 100;
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final EventLog log;
  private final Map<Key, Loss> untold = new LinkedHashMap<>();
  private final Map<Key, Loss> remembered = new LinkedHashMap<>();
  private boolean spoke;
  private long spokeNs;
  private long tickNs;
  private volatile List<String> problems = List.of();

  private record Key(UUID loggerId, Discard.Reason reason) {}

  /** What a logger lost for one reason, last at some tick. */
  private record Loss(long firstStartNs, long lastStartNs, long files, long rows, long atNs) {
    Loss and(Loss other) {
      return new Loss(
          Math.min(firstStartNs, other.firstStartNs),
          Math.max(lastStartNs, other.lastStartNs),
          files + other.files,
          rows + other.rows,
          Math.max(atNs, other.atNs));
    }

    String words() {
      String intervals =
          firstStartNs == lastStartNs
              ? "the interval from " + timeOf(firstStartNs)
              : "intervals that began from " + timeOf(firstStartNs) + " to " + timeOf(lastStartNs);
      return files + (files == 1 ? " file" : " files") + " with " + rows + " rows of " + intervals;
    }

    private static String timeOf(long ns) {
      return Instant.ofEpochSecond(Math.floorDiv(ns, SECOND_NS)).toString();
    }
  }

  LossReport(EventLog log) {
    this.log = log;
  }

  /** Lets time pass; comes before what is discarded then. */
  void tick(long nowTickNs) {
    tickNs = nowTickNs;
    if (!untold.isEmpty() && isDue()) {
      tell();
    }
    if (remembered.values().removeIf(loss -> tickNs - loss.atNs() > REMEMBERED_NS)) {
      publish();
    }
  }

  @Override
  public void onDiscard(Discard discard) {
    Key key = new Key(discard.loggerId(), discard.reason());
    long startNs = discard.intervalStartNs();
    Loss loss = new Loss(startNs, startNs, 1, discard.rows(), tickNs);
    untold.merge(key, loss, Loss::and);
    remembered.merge(key, loss, Loss::and);
    if (isDue()) {
      tell();
    }
  }

  private boolean isDue() {
    return !spoke || tickNs - spokeNs >= QUIET_NS;
  }

  private void tell() {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<Key, Loss> entry : untold.entrySet()) {
      if (parts.size() == LOGGERS_IN_A_LINE) {
        parts.add("and " + (untold.size() - LOGGERS_IN_A_LINE) + " more loggers");
        break;
      }
      parts.add(line(entry.getKey(), entry.getValue()));
    }
    log.warning(EventKind.DISCARDED, "discarded and never stored: " + String.join("; ", parts));
    spoke = true;
    spokeNs = tickNs;
    untold.clear();
  }

  private static String line(Key key, Loss loss) {
    return "logger " + key.loggerId() + ": " + loss.words() + ", because " + reason(key.reason());
  }

  private static String reason(Discard.Reason reason) {
    return switch (reason) {
      case QUOTA -> "spool.bytes_max is reached: see why files wait, or raise it";
      case DISK_FULL -> "the disk of state_dir is full: make room there";
      case AGE -> "they had waited for spool.age_max: see why files wait";
      case DISABLED -> "the logger was switched off or removed a day before";
    };
  }

  /** Has what was discarded until now told to those who ask. */
  void publish() {
    problems =
        remembered.entrySet().stream()
            .map(entry -> "rows are lost: " + line(entry.getKey(), entry.getValue()))
            .sorted()
            .limit(LINES_MAX)
            .toList();
  }

  /** Tells what was not told yet: nobody comes later. */
  void end() {
    if (!untold.isEmpty()) {
      tell();
    }
  }

  /** Returns what was lost within the last day, in words, one line for each logger and reason. */
  List<String> problems() {
    return problems;
  }
}
