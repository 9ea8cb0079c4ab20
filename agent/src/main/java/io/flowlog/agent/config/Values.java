package io.flowlog.agent.config;

import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.NearestName;
import io.flowlog.agent.record.RecordConfig;
import io.flowlog.agent.store.EndpointConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads the kinds of value that the configuration file has besides amounts. */
final class Values {
  static final TimestampUnit TIMESTAMP_UNIT = TimestampUnit.SECONDS;

  private static final int REGION_CHARACTERS_MAX = 64;

  private Values() {}

  /** Reads the text of the region field. */
  static String region(String text) throws FieldException {
    if (text.length() > REGION_CHARACTERS_MAX || text.chars().anyMatch(Character::isISOControl)) {
      throw new FieldException(
          FieldProblem.quote(text) + " is no name of a region",
          "use at most " + REGION_CHARACTERS_MAX + " characters on one line");
    }
    return text;
  }

  /**
   * Reads a zone whose clocks are never turned: else two intervals would share a file name. What
   * counts is its time of today, also for packets of the past.
   */
  static ZoneOffset timeZone(String text) throws FieldException {
    ZoneId zone;
    try {
      zone = ZoneId.of(text);
    } catch (DateTimeException e) {
      String nearest = NearestName.of(text, ZoneId.getAvailableZoneIds());
      throw new FieldException(
          FieldProblem.quote(text) + " is not a time zone",
          nearest == null ? "write e.g. UTC, Asia/Seoul, +09:00" : "did you mean " + nearest + "?");
    }
    Instant now = Instant.now();
    if (zone.getRules().isFixedOffset() || zone.getRules().nextTransition(now) == null) {
      return zone.getRules().getOffset(now);
    }
    throw new FieldException(
        FieldProblem.quote(text) + " has daylight saving or another change ahead",
        "use UTC or a fixed offset such as +09:00, else file names would repeat");
  }

  /** Reads whether the kernel is asked what it drops. */
  static DropConfig.Mode dropMode(String text) throws FieldException {
    for (DropConfig.Mode mode : DropConfig.Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return mode;
      }
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not a known value", "use auto, off, required");
  }

  /** Reads the name of one of the kernel's reasons; which there are is known where it runs. */
  static String dropReason(String text) throws FieldException {
    if (!text.matches("[A-Z][A-Z0-9_]{0,63}")) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not the name of a drop reason",
          "write it as the kernel does, without SKB_DROP_REASON_, like NETFILTER_DROP");
    }
    return text;
  }

  /** Reads the unit of points in time by its symbol. */
  static TimestampUnit timestampUnit(String text) throws FieldException {
    for (TimestampUnit unit : TimestampUnit.values()) {
      if (unit.symbol().equals(text)) {
        return unit;
      }
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not a unit of points in time",
        Arrays.stream(TimestampUnit.values())
            .map(TimestampUnit::symbol)
            .collect(Collectors.joining(", ", "use one of ", "")));
  }

  /** Reads the length of one unit of a logger's interval. */
  static Duration intervalUnit(String text) throws FieldException {
    Duration unit =
        Units.duration(RecordConfig.INTERVAL_UNIT_MIN, RecordConfig.INTERVAL_UNIT_MAX).parse(text);
    if (unit.toMillis() % 1000 != 0) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not whole seconds", "file names end in seconds");
    }
    return unit;
  }

  /** Reads how an object store is spoken to. */
  static EndpointConfig.Protocol protocol(String text) throws FieldException {
    return switch (text) {
      case "swift" -> EndpointConfig.Protocol.SWIFT;
      case "s3" -> EndpointConfig.Protocol.S3;
      default ->
          throw new FieldException(
              FieldProblem.quote(text) + " is not a known protocol", "use swift or s3");
    };
  }

  /** Reads the path of a file, which may not exist yet. */
  static Path file(String text) throws FieldException {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute() && path.getNameCount() > 0) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new FieldException(
          FieldProblem.quote(text) + " cannot be a path on this host", "write e.g. /etc/x/y");
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not an absolute path to a file", "start with /");
  }

  /** Reads the path of a directory, which may not exist yet. */
  static Path directory(String text) throws FieldException {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute() && path.getNameCount() > 0) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw new FieldException(
          FieldProblem.quote(text) + " cannot be a path on this host", "write e.g. /srv/flow-logs");
    }
    throw new FieldException(
        FieldProblem.quote(text) + " is not an absolute path to a directory",
        "start with / and name a directory below it");
  }
}
