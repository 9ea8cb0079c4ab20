package io.flowlog.agent.spool;

import io.flowlog.agent.logger.FlowLogger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * Names the objects of one host: folder and name from the interval's start and the logger, so that
 * no two files of any host have the same. Immutable.
 */
public final class ObjectNames {
  /** The part number of a file that is its interval's only one. */
  public static final int ONLY_PART = 0;

  private static final String DAY = "#{year}/#{month}/#{day}";
  private static final String HOUR = DAY + "/#{hour}";
  private static final String NAME =
      "#{logger_id}_#{year}-#{month}-#{day}T#{hour}:#{minute}:#{second}";

  private final ZoneOffset zone;
  private final String host;

  /** Makes the names of a host; the zone has no daylight saving, so that no hour comes twice. */
  public ObjectNames(ZoneOffset zone, String host) {
    this.zone = zone;
    this.host = host;
  }

  /**
   * Returns the key of a file.
   *
   * @param part from 1, or {@link #ONLY_PART}
   * @param extension dot included
   */
  public ObjectKey keyOf(FlowLogger logger, long intervalStartNs, int part, String extension) {
    Instant start =
        Instant.ofEpochSecond(
            Math.floorDiv(intervalStartNs, 1_000_000_000L),
            Math.floorMod(intervalStartNs, 1_000_000_000L));
    OffsetDateTime time = start.atOffset(zone);
    String name = Objects.requireNonNullElse(logger.customizedFileName(), NAME);
    String partSuffix = part == ONLY_PART ? "" : "_part" + part;
    return new ObjectKey(
        fill(folderTemplate(logger), logger, time)
            + "/"
            + fill(name, logger, time)
            + "_"
            + host
            + partSuffix
            + extension);
  }

  private static String folderTemplate(FlowLogger logger) {
    return switch (logger.partitionPeriod()) {
      case "DAY" -> DAY;
      case "HOUR" -> HOUR;
      default -> logger.partitionPeriod();
    };
  }

  private static String fill(String template, FlowLogger logger, OffsetDateTime time) {
    return template
        .replace("#{logger_id}", logger.id().toString())
        .replace("#{year}", Digits.padded(4, time.getYear()))
        .replace("#{month}", Digits.padded(2, time.getMonthValue()))
        .replace("#{day}", Digits.padded(2, time.getDayOfMonth()))
        .replace("#{hour}", Digits.padded(2, time.getHour()))
        .replace("#{minute}", Digits.padded(2, time.getMinute()))
        .replace("#{second}", Digits.padded(2, time.getSecond()));
  }
}
