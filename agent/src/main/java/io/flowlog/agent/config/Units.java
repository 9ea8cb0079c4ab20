package io.flowlog.agent.config;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.ValueParser;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them: a whole number and its unit, without a space. */
final class Units {
  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,18})([A-Za-z]*)");
  private static final Map<String, Long> DURATION_MS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final Map<String, Long> SIZE_BYTES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final String DURATION_REMEDY = "write a number with ms, s, m, h or d, e.g. 10m";
  private static final String SIZE_REMEDY =
      "write a number with B, KiB, MiB, GiB or TiB, e.g. 64MiB";

  private Units() {}

  /** Reads durations within bounds. */
  static ValueParser<Duration> duration(Duration min, Duration max) {
    return text -> {
      Duration duration = Duration.ofMillis(amount(text, DURATION_MS, DURATION_REMEDY));
      if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
        throw outOfRange(text, format(min), format(max));
      }
      return duration;
    };
  }

  /** Reads sizes within bounds, as bytes. */
  static ValueParser<Long> sizeBytes(long min, long max) {
    return text -> {
      long sizeBytes = amount(text, SIZE_BYTES, SIZE_REMEDY);
      if (sizeBytes < min || sizeBytes > max) {
        throw outOfRange(text, formatBytes(min), formatBytes(max));
      }
      return sizeBytes;
    };
  }

  /** Reads sizes within bounds that are powers of two, as bytes. */
  static ValueParser<Long> powerOfTwo(long min, long max) {
    ValueParser<Long> within = sizeBytes(min, max);
    return text -> {
      long sizeBytes = within.parse(text);
      if (Long.bitCount(sizeBytes) != 1) {
        throw new FieldException(
            FieldProblem.quote(text) + " is no power of two",
            "write " + formatBytes(Long.highestOneBit(sizeBytes)));
      }
      return sizeBytes;
    };
  }

  /** Returns a duration in the largest unit that divides it. */
  static String format(Duration duration) {
    return format(duration.toMillis(), DURATION_MS);
  }

  /** Returns a size in the largest unit that divides it. */
  static String formatBytes(long sizeBytes) {
    return format(sizeBytes, SIZE_BYTES);
  }

  private static String format(long amount, Map<String, Long> units) {
    return units.entrySet().stream()
        .filter(unit -> amount % unit.getValue() == 0)
        .max(Map.Entry.comparingByValue())
        .map(unit -> amount / unit.getValue() + unit.getKey())
        .orElseThrow();
  }

  private static long amount(String text, Map<String, Long> units, String remedy)
      throws FieldException {
    Matcher matcher = AMOUNT.matcher(text);
    if (!matcher.matches()) {
      throw new FieldException(FieldProblem.quote(text) + " is no amount", remedy);
    }
    Long unit = units.get(matcher.group(2));
    if (unit == null) {
      String what = matcher.group(2).isEmpty() ? " has no unit" : " has an unknown unit";
      throw new FieldException(FieldProblem.quote(text) + what, remedy);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new FieldException(FieldProblem.quote(text) + " is absurdly large", remedy);
    }
  }

  private static FieldException outOfRange(String text, String min, String max) {
    return new FieldException(
        FieldProblem.quote(text) + " is out of range", "write " + min + " to " + max);
  }
}
