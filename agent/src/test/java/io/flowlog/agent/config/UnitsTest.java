package io.flowlog.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.ValueParser;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  private static final ValueParser<Duration> DURATION =
      Units.duration(Duration.ofMillis(100), Duration.ofDays(30));
  private static final ValueParser<Long> SIZE = Units.sizeBytes(1024, 1L << 40);

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "90s, PT90S", "10m, PT10M", "2h, PT2H", "5d, PT120H"})
  void shouldReadDurations(String text, Duration duration) throws FieldException {
    assertEquals(duration, DURATION.parse(text));
  }

  @ParameterizedTest
  @CsvSource({"1024B, 1024", "64KiB, 65536", "64MiB, 67108864", "1GiB, 1073741824"})
  void shouldReadSizes(String text, long sizeBytes) throws FieldException {
    assertEquals(sizeBytes, SIZE.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10, '\"10\" has no unit: write a number with ms, s, m, h or d, e.g. 10m'",
    "10 m, '\"10 m\" is no amount: write a number with ms, s, m, h or d, e.g. 10m'",
    "-1s, '\"-1s\" is no amount: write a number with ms, s, m, h or d, e.g. 10m'",
    "1.5s, '\"1.5s\" is no amount: write a number with ms, s, m, h or d, e.g. 10m'",
    "10M, '\"10M\" has an unknown unit: write a number with ms, s, m, h or d, e.g. 10m'",
    "99ms, '\"99ms\" is out of range: write 100ms to 30d'",
    "31d, '\"31d\" is out of range: write 100ms to 30d'",
    "999999999999999999d, '\"999999999999999999d\" is absurdly large:"
        + " write a number with ms, s, m, h or d, e.g. 10m'",
  })
  void shouldRefuseDurations(String text, String message) {
    assertEquals(
        message, assertThrows(FieldException.class, () -> DURATION.parse(text)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "64, '\"64\" has no unit: write a number with B, KiB, MiB, GiB or TiB, e.g. 64MiB'",
    "64MB, '\"64MB\" has an unknown unit: write a number with B, KiB, MiB, GiB or TiB, e.g. 64MiB'",
    "1023B, '\"1023B\" is out of range: write 1KiB to 1TiB'",
    "2TiB, '\"2TiB\" is out of range: write 1KiB to 1TiB'",
  })
  void shouldRefuseSizes(String text, String message) {
    assertEquals(message, assertThrows(FieldException.class, () -> SIZE.parse(text)).getMessage());
  }
}
