package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisabledLoggersTest {
  private static final UUID ONE = new UUID(0x4000L, 1);
  private static final UUID TWO = new UUID(0x4000L, 2);
  private static final long HOUR_NS = 3_600_000_000_000L;
  private static final long NOW_NS = 1_767_323_045_000_000_000L;

  @TempDir Path folder;

  private DisabledLoggers open(long tickNs, long nowNs) throws IOException {
    return new DisabledLoggers(new StateFolder(folder), tickNs, nowNs);
  }

  private static List<UUID> look(DisabledLoggers loggers, long tickNs, long nowNs)
      throws IOException {
    return loggers.look(Set.of(ONE, TWO), Set.of(TWO), tickNs, nowNs);
  }

  @Test
  void shouldGiveALoggerADayHoweverTheTimeOfDayLeaps() throws IOException {
    DisabledLoggers loggers = open(0, NOW_NS);
    assertEquals(List.of(), look(loggers, 0, NOW_NS));
    assertEquals(List.of(), look(loggers, 5, NOW_NS + 1000 * HOUR_NS));
    assertEquals(List.of(), look(loggers, 24 * HOUR_NS - 1, NOW_NS));
    assertEquals(List.of(ONE), look(loggers, 24 * HOUR_NS, NOW_NS));
  }

  @Test
  void shouldCountTheTimeBetweenTwoLives() throws IOException {
    look(open(0, NOW_NS), 0, NOW_NS);
    DisabledLoggers next = open(7, NOW_NS + 20 * HOUR_NS);
    assertEquals(List.of(), look(next, 7 + 4 * HOUR_NS - 1, NOW_NS));
    assertEquals(List.of(ONE), look(next, 7 + 4 * HOUR_NS, NOW_NS));
    DisabledLoggers late = open(0, NOW_NS + 2000 * HOUR_NS);
    assertEquals(List.of(ONE), look(late, 0, NOW_NS));
  }

  @Test
  void shouldGiveNoMoreThanADayWhenTheClockWasSetBackBetweenTwoLives() throws IOException {
    look(open(0, NOW_NS), 0, NOW_NS);
    DisabledLoggers next = open(0, NOW_NS - 2000 * HOUR_NS);
    assertEquals(List.of(ONE), look(next, 24 * HOUR_NS, NOW_NS));
  }

  @Test
  void shouldBeginAnewOnceTheLoggerWasSwitchedOnOrHadNoFiles() throws IOException {
    DisabledLoggers loggers = open(0, NOW_NS);
    look(loggers, 0, NOW_NS);
    loggers.look(Set.of(ONE), Set.of(ONE), 20 * HOUR_NS, NOW_NS);
    assertEquals(List.of(), look(loggers, 24 * HOUR_NS, NOW_NS));
    loggers.look(Set.of(), Set.of(), 40 * HOUR_NS, NOW_NS);
    assertEquals(List.of(), look(loggers, 60 * HOUR_NS, NOW_NS));
    assertEquals(List.of(), look(loggers, 84 * HOUR_NS - 1, NOW_NS));
    assertEquals(List.of(ONE), look(loggers, 84 * HOUR_NS, NOW_NS));
  }

  @Test
  void shouldGiveEverybodyADayWhenTheNotesAreNone() throws IOException {
    for (String text : new String[] {"", "x\n", ONE + "\n", ONE + " soon\n", "\u0000"}) {
      Files.writeString(folder.resolve("disabled-since"), text);
      assertEquals(List.of(), look(open(0, NOW_NS), 24 * HOUR_NS - 1, NOW_NS), text);
    }
  }

  @Test
  void shouldNoteItWithTheNextLookIfItCannotBeNotedNow() throws IOException {
    Path inTheWay = Files.createDirectories(folder.resolve("disabled-since.tmp"));
    DisabledLoggers loggers = open(0, NOW_NS);
    assertThrows(IOException.class, () -> look(loggers, 0, NOW_NS));
    Files.delete(inTheWay);
    look(loggers, 1, NOW_NS + 1);
    assertEquals(ONE + " " + NOW_NS + "\n", Files.readString(folder.resolve("disabled-since")));
  }
}
