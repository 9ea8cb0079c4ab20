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

  private static final long SECOND_NS = 1_000_000_000L;
  private static final long ALWAYS = Long.MIN_VALUE;

  private final ZoneOffset zone;
  private final String host;
  private final long rememberedSinceNs;

  /** Makes the names of a host; the zone has no daylight saving, so that no hour comes twice. */
  public ObjectNames(ZoneOffset zone, String host) {
    this(zone, host, ALWAYS);
  }

  /**
   * Makes the names of a host that does not know which files it stored before some moment.
   *
   * @param rememberedSinceNs when the directory that remembers was made; it stays the same from one
   *     start to the next, because an interval's names must
   */
  public ObjectNames(ZoneOffset zone, String host, long rememberedSinceNs) {
    this.zone = zone;
    this.host = host;
    this.rememberedSinceNs = rememberedSinceNs;
  }

  /**
   * Returns the key of a file.
   *
   * @param part from 1, or {@link #ONLY_PART}
   * @param extension dot included
   */
  public ObjectKey keyOf(FlowLogger logger, long intervalStartNs, int part, String extension) {
    long startSecond = Math.floorDiv(intervalStartNs, SECOND_NS);
    OffsetDateTime time = Instant.ofEpochSecond(startSecond).atOffset(zone);
    String name = Objects.requireNonNullElse(logger.customizedFileName(), NAME);
    String partSuffix = part == ONLY_PART ? "" : "_part" + part;
    return new ObjectKey(
        fill(folderTemplate(logger), logger, time)
            + "/"
            + fill(name, logger, time)
            + "_"
            + host
            + lifeSuffix(intervalStartNs)
            + partSuffix
            + extension);
  }

  /** An earlier life may have stored files of an interval that this one has not seen begin. */
  private String lifeSuffix(long intervalStartNs) {
    return intervalStartNs < rememberedSinceNs
        ? "_r" + Math.floorDiv(rememberedSinceNs, SECOND_NS)
        : "";
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
