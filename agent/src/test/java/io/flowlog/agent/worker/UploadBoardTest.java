package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.Destination;
import io.flowlog.agent.store.LoggerRecord;
import io.flowlog.agent.store.LoggerStanding;
import io.flowlog.agent.store.LoggerStanding.Status;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StoreException.Code;
import io.flowlog.agent.store.StorePlace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Loggers that come, change and go, while files wait. */
class UploadBoardTest {
  private static final Instant START = Instant.parse("2026-11-20T21:00:00Z");
  private static final UUID ID = new UUID(0x4000, 1);
  private static final FlowLogger ON = TestUploads.logger(ID, "https://a/v1/x/y/z", true);
  private static final FlowLogger OFF = TestUploads.logger(ID, "https://a/v1/x/y/z", false);
  private static final FlowLogger MOVED = TestUploads.logger(ID, "https://a/v1/x/y/new", true);
  private final StoreException refused =
      new StoreException(Code.FORBIDDEN, "403: grant it the container", null);

  private UploadBoard board = board();
  private Instant now = START;

  private static UploadBoard board() {
    return new UploadBoard(
        to -> new StorePlace("a", TestUploads.store(file -> {})),
        new UploadSlots(Map.of("a", 4), 4),
        1,
        new Random(20_261_120));
  }

  private static SealedFile file(int minute) {
    return new SealedFile(ID, minute, 0, 1, 1, Path.of("/f" + minute), new ObjectKey("k"));
  }

  private void declare(FlowLogger... loggers) {
    board.declare(List.of(loggers), now);
  }

  private UploadTask begin() {
    UploadTask task = board.poll(0);
    assertNotNull(task);
    return task;
  }

  private void finish(UploadTask task, @Nullable StoreException failure) {
    board.finish(task, new UploadOutcome(task.loggerId(), task.file(), failure, null), 0, now);
  }

  private void assertStanding(LoggerStanding standing) {
    LoggerRecord record = board.recordOf(ID);
    assertNotNull(record);
    assertEquals(standing, record.standing());
  }

  private void assertNothingToDo() {
    assertNull(board.poll(0));
  }

  /** Begins another life, which remembers what this one has. */
  private void restart() {
    List<LoggerRecord> remembered = board.takeChanges();
    assertEquals(1, remembered.size());
    board = board();
    board.remember(remembered);
  }

  @Test
  void shouldProbeANewLoggerBeforeItsFilesGo() {
    board.onSealed(file(1));
    assertNothingToDo();
    declare(ON);
    assertStanding(LoggerStanding.BUILD);
    UploadTask probe = begin();
    assertNull(probe.file());
    finish(probe, null);
    assertStanding(LoggerStanding.ACTIVE);
    assertEquals(file(1), begin().file());
    assertEquals(1, board.count(Status.ACTIVE));
  }

  @Test
  void shouldKeepTheFilesOfALoggerInErrorAndSayWhy() {
    declare(ON);
    board.onSealed(file(1));
    finish(begin(), refused);
    assertStanding(LoggerStanding.error(refused));
    assertNothingToDo();
    assertEquals(
        List.of("logger " + ID + ": ERROR OBSConfigurationError: 403: grant it the container"),
        board.problems());
    assertEquals(OptionalLong.of(1), board.oldestStartNs());
    assertEquals(1, board.count(Status.ERROR));
  }

  @Test
  void shouldGoOnAfterARestartAsItStood() {
    declare(ON);
    finish(begin(), null);
    restart();
    declare(ON);
    assertStanding(LoggerStanding.ACTIVE);
    assertNothingToDo();
    assertEquals(List.of(), board.takeChanges());
    board.onSealed(file(1));
    finish(begin(), refused);
    restart();
    declare(ON);
    assertStanding(LoggerStanding.error(refused));
    assertNull(begin().file());
  }

  @Test
  void shouldBringWhatIsLeftOfALoggerToItsOldPlaceAlsoAfterARestart() {
    declare(ON);
    finish(begin(), null);
    declare();
    assertStanding(LoggerStanding.INACTIVE);
    restart();
    declare();
    board.onSealed(file(1));
    assertEquals(file(1), begin().file());
    assertEquals(0, board.count(Status.INACTIVE));
  }

  @Test
  void shouldForgetALoggerADayAfterItsEndUnlessFilesWait() {
    declare(ON);
    finish(begin(), null);
    board.onSealed(file(1));
    declare(OFF);
    now = START.plus(UploadLane.GRACE).plusSeconds(1);
    board.onGone(file(1));
    assertEquals(List.of(), board.takeForgotten(now), "it is still declared");
    declare();
    assertEquals(List.of(), board.takeForgotten(START.plus(UploadLane.GRACE)));
    board.onSealed(file(2));
    assertEquals(List.of(), board.takeForgotten(now));
    board.onGone(file(2));
    assertEquals(List.of(ID), board.takeForgotten(now));
    assertNull(board.recordOf(ID));
  }

  @Test
  void shouldBeginNothingWhileItHoldsStill() {
    declare(ON);
    finish(begin(), null);
    board.takeOutcomes();
    board.onSealed(file(1));
    board.onSealed(file(2));
    assertEquals(List.of(), board.holdStill());
    assertNothingToDo();
    board.goOn();
    UploadTask task = begin();
    assertEquals(List.of(file(1)), board.holdStill());
    finish(task, null);
    assertEquals(List.of(file(1)), board.holdStill(), "it is stored, but not released yet");
    board.takeOutcomes();
    assertEquals(List.of(), board.holdStill());
    board.goOn();
    assertEquals(file(2), begin().file());
  }

  @Test
  void shouldProbeALoggerThatIsSwitchedOnAgain() {
    declare(OFF);
    assertStanding(LoggerStanding.INACTIVE);
    assertNothingToDo();
    declare(ON);
    assertStanding(LoggerStanding.BUILD);
    finish(begin(), null);
    declare(OFF);
    now = now.plus(Duration.ofHours(30));
    declare(ON);
    assertStanding(LoggerStanding.BUILD);
    board.onSealed(file(1));
  }

  @Test
  void shouldNotBelieveAnOutcomeOfWhatTheLoggerWasBefore() {
    declare(ON);
    UploadTask old = begin();
    declare(MOVED);
    finish(old, null);
    assertStanding(LoggerStanding.BUILD);
    UploadTask probe = begin();
    assertEquals(Destination.of(MOVED), destination());
    declare(OFF);
    finish(probe, refused);
    assertStanding(LoggerStanding.INACTIVE);
  }

  private Destination destination() {
    LoggerRecord record = board.recordOf(ID);
    assertNotNull(record);
    return record.destination();
  }

  @Test
  void shouldSayThatNobodyKnowsWhereFilesGo() {
    board.onSealed(file(1));
    declare();
    assertNothingToDo();
    assertTrue(board.problems().get(0).contains("nobody knows where its files go"));
  }

  @Test
  void shouldWaitForAsLongAsItIsTold() throws InterruptedException {
    assertNull(board.take(1));
    declare(ON);
    assertNotNull(board.take(Long.MAX_VALUE / 2));
    board.close();
    assertNull(board.take(Long.MAX_VALUE / 2));
  }
}
