package io.flowlog.agent.spool;

import java.time.Duration;

/**
 * Settings of the spool.
 *
 * @param syncToDisk whether confirmed rows and files survive a power cut; without it they survive
 *     only the end of the process, which is enough for work that can be done again
 * @param bytesMax what may wait: sealed files and row journals. What exists only while a file is
 *     made comes on top, at most once more the rows of one interval.
 * @param ageMax how long a file may wait to be stored
 */
public record SpoolConfig(boolean syncToDisk, long bytesMax, Duration ageMax) {
  /** The least and the most that {@code bytes_max} may be. */
  public static final long BYTES_MAX_MIN = 64L << 20;

  public static final long BYTES_MAX_MAX = 64L << 40;

  /** The shortest and the longest {@code age_max}. */
  public static final Duration AGE_MAX_MIN = Duration.ofHours(1);

  public static final Duration AGE_MAX_MAX = Duration.ofDays(365);

  /**
   * What a small file counts for: how many there are is bounded, too, and with that the memory for
   * them.
   */
  static final long FILE_BYTES_COUNTED_MIN = 32 << 10;

  /** Keeps the bounds of a host that says nothing. */
  public SpoolConfig(boolean syncToDisk) {
    this(syncToDisk, 8L << 30, Duration.ofDays(3));
  }

  /** Returns the settings of a host that says nothing. */
  public static SpoolConfig defaults() {
    return new SpoolConfig(true);
  }
}
