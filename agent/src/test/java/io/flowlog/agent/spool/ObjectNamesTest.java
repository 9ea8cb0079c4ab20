package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ObjectNamesTest {
  private static final String ID = "00000000-0000-4000-8000-000000000007";
  private static final long START_NS =
      Instant.parse("2026-01-02T23:04:05.999999999Z").getEpochSecond() * TestRows.SECOND_NS;

  private final ObjectNames names = new ObjectNames(ZoneOffset.UTC, "host-1");

  @Test
  void shouldPutADaysFilesIntoOneFolder() {
    assertEquals(
        "2026/01/02/" + ID + "_2026-01-02T23:04:05_host-1.csv", key(names, "DAY", 0, ".csv"));
  }

  @Test
  void shouldPutAnHoursFilesIntoOneFolder() {
    assertEquals(
        "2026/01/02/23/" + ID + "_2026-01-02T23:04:05_host-1.csv.gz",
        key(names, "HOUR", 0, ".csv.gz"));
  }

  @Test
  void shouldNumberPartsAfterTheHost() {
    assertEquals(
        "2026/01/02/" + ID + "_2026-01-02T23:04:05_host-1_part12.csv",
        key(names, "DAY", 12, ".csv"));
  }

  @Test
  void shouldNameByTheConfiguredZone() {
    ObjectNames seoul = new ObjectNames(ZoneOffset.ofHours(9), "h");
    assertEquals(
        "2026/01/03/08/" + ID + "_2026-01-03T08:04:05_h.csv", key(seoul, "HOUR", 0, ".csv"));
  }

  @Test
  void shouldFillFolderTemplates() {
    assertEquals(
        "y=2026/m=01/" + ID + "_2026-01-02T23:04:05_host-1.csv",
        key(names, "y=#{year}/m=#{month}", 0, ".csv"));
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
