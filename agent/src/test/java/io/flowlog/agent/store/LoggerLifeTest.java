package io.flowlog.agent.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.store.LoggerLife.Turn;
import io.flowlog.agent.store.StoreException.Code;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LoggerLifeTest {
  private static final int FAILURES = 3;
  private final StoreException broken =
      new StoreException(Code.UNAVAILABLE, "503: it is out of order", null);
  private final StoreException refused =
      new StoreException(Code.FORBIDDEN, "403: grant it the container", null);

  private final ManualTicks clock = new ManualTicks();
  private LoggerLife life = life(LoggerStanding.BUILD);

  private static LoggerLife life(LoggerStanding standing) {
    return new LoggerLife(standing, FAILURES, new Random(20_261_120));
  }

  private Turn turn() {
    return life.turn(clock.getAsLong());
  }

  private void failProbe(StoreException failure) {
    assertEquals(Turn.PROBE, turn());
    life.onProbeFailed(failure, clock.getAsLong());
  }

  private void failFile(StoreException failure) {
    assertEquals(Turn.FILE, turn());
    life.onFileFailed(failure, clock.getAsLong());
  }

  /** Lets the delay pass and returns it. */
  private long passDelay() {
    long delayNs = life.waitNs(clock.getAsLong());
    clock.pass(Duration.ofNanos(delayNs - 1));
    assertEquals(Turn.WAIT, turn(), "not before the delay is over");
    clock.pass(Duration.ofNanos(1));
    assertEquals(0, life.waitNs(clock.getAsLong()));
    return delayNs;
  }

  private static void assertAbout(long meanNs, long delayNs) {
    assertTrue(delayNs >= 3 * meanNs / 4 && delayNs <= 5 * meanNs / 4, meanNs + ": " + delayNs);
  }

  @Test
  void shouldLetFilesGoOnceTheProbeSucceeded() {
    assertEquals(LoggerStanding.BUILD, life.standing());
    assertEquals(Turn.PROBE, turn());
    assertFalse(life.isTrusted());
    life.onProbeSucceeded();
    assertEquals(LoggerStanding.ACTIVE, life.standing());
    assertEquals(Turn.FILE, turn());
    assertTrue(life.isTrusted());
  }

  @Test
  void shouldBeInErrorAfterOneFailedProbe() {
    failProbe(refused);
    assertEquals(
        new LoggerStanding(
            LoggerStanding.Status.ERROR, "OBSConfigurationError", "403: grant it the container"),
        life.standing());
    assertEquals(Turn.WAIT, turn());
    passDelay();
    failProbe(broken);
    assertEquals("OBSServiceNotAvailableError", life.standing().errorType());
    passDelay();
    assertEquals(Turn.PROBE, turn());
    life.onProbeSucceeded();
    assertEquals(LoggerStanding.ACTIVE, life.standing());
    assertEquals(Turn.FILE, turn());
  }

  @Test
  void shouldProbeLaterAndLaterUpToABound() {
    long meanNs = LoggerLife.DELAY_MIN_NS;
    long first = 0;
    for (int i = 0; i < 15; i++) {
      failProbe(broken);
      long delayNs = passDelay();
      assertAbout(meanNs, delayNs);
      first = i == 0 ? delayNs : first;
      meanNs = Math.min(2 * meanNs, LoggerLife.DELAY_MAX_NS);
    }
    assertEquals(LoggerLife.DELAY_MAX_NS, meanNs);
    LoggerLife other =
        new LoggerLife(LoggerStanding.BUILD, FAILURES, new Random(7)); // another one's dice
    other.onProbeFailed(broken, 0);
    assertTrue(first != other.waitNs(0), "loggers must not come back all at once");
  }

  @Test
  void shouldBeInErrorOnlyWhenSoManyFilesFailInARow() {
    life.onProbeSucceeded();
    for (int round = 0; round < 3; round++) {
      for (int i = 1; i < FAILURES; i++) {
        failFile(broken);
        assertSame(broken, life.lastFailure());
        assertFalse(life.isTrusted());
        assertEquals(LoggerStanding.ACTIVE, life.standing());
        assertAbout(i * LoggerLife.DELAY_MIN_NS, passDelay());
      }
      life.onFileStored();
      assertNull(life.lastFailure());
      assertTrue(life.isTrusted());
    }
    for (int i = 0; i < FAILURES; i++) {
      failFile(broken);
      passDelay();
    }
    assertEquals("OBSServiceNotAvailableError", life.standing().errorType());
    assertEquals(Turn.PROBE, turn());
  }

  @Test
  void shouldComeBackAsLateAsTheStoreAsks() {
    life.onProbeSucceeded();
    Duration asked = Duration.ofMinutes(20);
    failFile(new StoreException(Code.BUSY, "429", null, asked));
    assertEquals(asked.toNanos(), passDelay());
    failFile(new StoreException(Code.BUSY, "429", null, Duration.ZERO));
    assertAbout(2 * LoggerLife.DELAY_MIN_NS, passDelay());
  }

  @Test
  void shouldNotAskMoreOftenAStoreThatTakesProbesButNoFiles() {
    life.onProbeSucceeded();
    for (int i = 0; i < FAILURES; i++) {
      failFile(broken);
      passDelay();
    }
    life.onProbeSucceeded();
    failFile(broken);
    assertAbout(8 * LoggerLife.DELAY_MIN_NS, passDelay());
    life.onFileStored();
    failFile(broken);
    assertAbout(LoggerLife.DELAY_MIN_NS, passDelay());
  }

  @Test
  void shouldStoreWhatIsLeftOfALoggerThatEnded() {
    failProbe(refused);
    life.end();
    assertEquals(LoggerStanding.INACTIVE, life.standing());
    assertEquals(Turn.FILE, turn());
    for (int i = 0; i < 2 * FAILURES; i++) {
      failFile(broken);
      passDelay();
    }
    assertEquals(LoggerStanding.INACTIVE, life.standing());
    life.begin();
    assertEquals(LoggerStanding.BUILD, life.standing());
    assertEquals(Turn.PROBE, turn());
  }

  @Test
  void shouldGoOnAsItStood() {
    life = life(LoggerStanding.ACTIVE);
    assertEquals(Turn.FILE, turn());
    assertTrue(life.isTrusted());
    life = life(LoggerStanding.error(refused));
    assertEquals(Turn.PROBE, turn());
    assertFalse(life.isTrusted());
  }
}
