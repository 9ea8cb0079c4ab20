package io.flowlog.agent.spool;

import io.flowlog.agent.record.Interval;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A row journal that is complete and waits to be encoded.
 *
 * @param sequence grows from journal to journal of a spool, also when their spans are the same
 */
public record JournalFile(long sequence, long startNs, long endNs, Path path) {
  static final String OPEN = ".open";
  static final String COMPLETE = ".rows";

  /** Wide enough for names to sort in the order of their making for as long as hosts last. */
  static final int SEQUENCE_DIGITS = 12;

  private static final Pattern NAME = Pattern.compile("(\\d{1,18})_(-?\\d{1,19})_(-?\\d{1,19})");

  static JournalFile in(Path folder, long sequence, long startNs, long endNs) {
    String name = Digits.padded(SEQUENCE_DIGITS, sequence) + "_" + startNs + "_" + endNs + COMPLETE;
    return new JournalFile(sequence, startNs, endNs, folder.resolve(name));
  }

  /** Reads the name of a journal, open or complete; null if it is another file's. */
  static @Nullable JournalFile ofName(Path path) {
    String name = DiskFiles.nameOf(path);
    if (!name.endsWith(OPEN) && !name.endsWith(COMPLETE)) {
      return null;
    }
    String stem = name.substring(0, name.length() - OPEN.length());
    Matcher matcher = NAME.matcher(stem);
    if (!matcher.matches()) {
      return null;
    }
    try {
      return new JournalFile(
          Long.parseLong(matcher.group(1)),
          Long.parseLong(matcher.group(2)),
          Long.parseLong(matcher.group(3)),
          path.resolveSibling(stem + COMPLETE));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Returns the span that the journal's rows are of. */
  public Interval interval() {
    return new Interval(startNs, endNs);
  }

  /** Returns the journal's name while it is written. */
  Path openPath() {
    String name = DiskFiles.nameOf(path);
    return path.resolveSibling(name.substring(0, name.length() - COMPLETE.length()) + OPEN);
  }
}
