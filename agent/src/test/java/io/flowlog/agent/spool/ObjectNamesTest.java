package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectNamesTest {
  private static final String ID = "00000000-0000-4000-8000-000000000007";
  private static final long START_NS =
      Instant.parse("2026-01-02T23:04:05.999999999Z").getEpochSecond() * TestRows.SECOND_NS;

  private final ObjectNames names = new ObjectNames(ZoneOffset.UTC, "host-1");

  @ParameterizedTest
  @CsvSource({
    "DAY, 2026/01/02",
    "HOUR, 2026/01/02/23",
    "#{year}, 2026",
    "year=#{year}/month=#{month}/day=#{day}, year=2026/month=01/day=02",
    "year=#{year}/month=#{month}/day=#{day}/hour=#{hour}, year=2026/month=01/day=02/hour=23",
    "a_b:c-#{hour}#{hour}/#{day}, a_b:c-2323/02",
  })
  void shouldPutFilesIntoTheFolderOfTheirPeriod(String period, String folder) {
    assertEquals(
        folder + "/" + ID + "_2026-01-02T23:04:05_host-1.csv", key(names, period, 0, ".csv"));
  }

  @ParameterizedTest
  @ValueSource(strings = {".csv", ".csv.gz", ".csv.zst", ".parquet", ".log", ".log.gz", ".log.zst"})
  void shouldEndWithTheExtensionWhateverStandsBefore(String extension) {
    String name = "2026/01/02/" + ID + "_2026-01-02T23:04:05_host-1";
    assertEquals(name + extension, key(names, "DAY", 0, extension));
    assertEquals(name + "_part1" + extension, key(names, "DAY", 1, extension));
    assertEquals(name + "_part100" + extension, key(names, "DAY", 100, extension));
    ObjectNames fresh = new ObjectNames(ZoneOffset.UTC, "host-1", START_NS + 1);
    long second = START_NS / TestRows.SECOND_NS;
    assertEquals(name + "_r" + second + extension, key(fresh, "DAY", 0, extension));
    assertEquals(name + "_r" + second + "_part2" + extension, key(fresh, "DAY", 2, extension));
  }

  @ParameterizedTest
  @CsvSource({
    "-12:00, 2026-01-02T11:04:05, 2026/01/02/11",
    "-03:30, 2026-01-02T19:34:05, 2026/01/02/19",
    "Z, 2026-01-02T23:04:05, 2026/01/02/23",
    "+05:45, 2026-01-03T04:49:05, 2026/01/03/04",
    "+09:00, 2026-01-03T08:04:05, 2026/01/03/08",
  })
  void shouldNameByTheConfiguredZone(String zone, String time, String folder) {
    ObjectNames there = new ObjectNames(ZoneOffset.of(zone), "h");
    assertEquals(folder + "/" + ID + "_" + time + "_h.csv", key(there, "HOUR", 0, ".csv"));
  }

  @ParameterizedTest
  @CsvSource({
    "#{logger_id}#{year}#{month}#{day}#{hour}#{minute}#{second}, ID20260102230405",
    "#{second}.#{minute}.#{hour} #{day}.#{month}.#{year} (#{logger_id}),"
        + " 05.04.23 02.01.2026 (ID)",
    "로그 #{year}#{month}#{day}-#{hour}#{minute}#{second} #{logger_id}, 로그 20260102-230405 ID",
  })
  void shouldFillCustomizedFileNames(String template, String name) {
    FlowLogger logger = TestRows.logger(7, TrafficFilter.ALL, "DAY", template);
    String expected = "2026/01/02/" + name.replace("ID", ID) + "_host-1";
    assertEquals(expected + ".csv", names.keyOf(logger, START_NS, 0, ".csv").text());
    assertEquals(expected + "_part3.csv", names.keyOf(logger, START_NS, 3, ".csv").text());
    ObjectNames fresh = new ObjectNames(ZoneOffset.UTC, "host-1", 1_800_000_000_999_999_999L);
    assertEquals(
        expected + "_r1800000000_part3.csv", fresh.keyOf(logger, START_NS, 3, ".csv").text());
  }

  @Test
  void shouldTellItsLifeOnlyInNamesOfIntervalsThatItHasNotSeenBegin() {
    String plain = key(names, "DAY", 0, ".csv");
    assertEquals(plain, key(new ObjectNames(ZoneOffset.UTC, "host-1", START_NS), "DAY", 0, ".csv"));
    assertEquals(
        plain.replace("host-1", "host-1_r1767395046"),
        key(
            new ObjectNames(ZoneOffset.UTC, "host-1", START_NS + TestRows.SECOND_NS),
            "DAY",
            0,
            ".csv"));
  }

  @Test
  void shouldFitTheLongestNameIntoAFileSystem() {
    String template =
        "x".repeat(100) + "#{logger_id}#{year}#{month}#{day}#{hour}#{minute}#{second}";
    FlowLogger logger = TestRows.logger(7, TrafficFilter.ALL, "DAY", template);
    ObjectNames longest = new ObjectNames(ZoneOffset.UTC, "h".repeat(64), Long.MAX_VALUE);
    String key = longest.keyOf(logger, START_NS, Integer.MAX_VALUE, ".parquet").text();
    assertTrue(key.substring(key.lastIndexOf('/') + 1).length() <= 255, key);
  }

  @Test
  void shouldNameIntervalsBefore1970() {
    FlowLogger logger = TestRows.logger(7, TrafficFilter.ALL);
    assertEquals(
        "1969/12/31/" + ID + "_1969-12-31T23:59:59_host-1.x",
        names.keyOf(logger, -1, 0, ".x").text());
  }

  @Test
  void shouldRefuseKeysWithControlCharacters() {
    for (String text : new String[] {"", "a\nb", "a\0b", "x".repeat(1025)}) {
      assertThrows(IllegalArgumentException.class, () -> new ObjectKey(text));
    }
  }

  private static String key(ObjectNames names, String period, int part, String extension) {
    FlowLogger logger = TestRows.logger(7, TrafficFilter.ALL, period);
    return names.keyOf(logger, START_NS, part, extension).text();
  }
}
