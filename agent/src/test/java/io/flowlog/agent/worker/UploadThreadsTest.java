package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.spool.ObjectKey;
import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.LoggerRecord;
import io.flowlog.agent.store.LoggerStanding;
import io.flowlog.agent.store.ObjectStore;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreException;
import io.flowlog.agent.store.StoreException.Code;
import io.flowlog.agent.store.StorePlace;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads, with stores that hang. */
@Timeout(60)
class UploadThreadsTest {
  private static final String GOOD = "https://good/v1/a/b/c";
  private static final String HANGING = "https://hanging/v1/a/b/c";
  private static final int FILES = 20;
  private static final int SHORT_MS = 100;
  private static final int LONG_MS = 30_000;

  private final LinkedBlockingQueue<SealedFile> stored = new LinkedBlockingQueue<>();
  private final Semaphore hanging = new Semaphore(0);
  private final CountDownLatch recovery = new CountDownLatch(1);
  private volatile boolean breaksOff;
  private final UploadBoard board =
      new UploadBoard(
          to -> new StorePlace(to.url(), to.url().equals(GOOD) ? good() : hanging()),
          new UploadSlots(Map.of(GOOD, 2, HANGING, 4), 4),
          3,
          new Random(20_261_120));
  private final UploadThreads threads =
      new UploadThreads(board, new StorageProbe("host-1"), () -> {});

  private ObjectStore good() {
    return TestUploads.store(stored::add);
  }

  private ObjectStore hanging() {
    return TestUploads.store(file -> hang());
  }

  private void hang() throws StoreException {
    hanging.release();
    boolean recovered = false;
    while (!recovered) {
      try {
        recovery.await();
        recovered = true;
      } catch (InterruptedException e) {
        if (breaksOff) {
          throw new StoreException(Code.UNAVAILABLE, "interrupted", e);
        }
      }
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    recovery.countDown();
    assertTrue(threads.close(LONG_MS));
    assertNull(threads.failure());
  }

  private static SealedFile file(UUID loggerId, int number) {
    Path path = Path.of("/" + loggerId + number);
    return new SealedFile(loggerId, number, 0, 1, 1, path, new ObjectKey("k"));
  }

  private static UUID id(int number) {
    return new UUID(0x4000, number);
  }

  /** Declares loggers, the first good ones, whose probes succeed, and gives each a file. */
  private void begin(int good, int bad) throws InterruptedException {
    List<FlowLogger> loggers = new ArrayList<>();
    for (int i = 0; i < good + bad; i++) {
      loggers.add(TestUploads.logger(id(i), i < good ? GOOD : HANGING, true));
    }
    board.declare(loggers, Instant.EPOCH);
    for (int i = good; i < good + bad; i++) {
      board.onSealed(file(id(i), 0));
    }
    growUntil(bad);
  }

  /** Has threads made until so many hang. */
  private void growUntil(int hang) throws InterruptedException {
    while (hanging.availablePermits() < hang) {
      threads.grow();
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void shouldGoOnWhileAnotherStoreHangs() throws InterruptedException {
    begin(1, 3);
    for (int i = 0; i < FILES; i++) {
      board.onSealed(file(id(0), i));
    }
    for (int i = 0; i < FILES; i++) {
      threads.grow();
      SealedFile next = stored.poll(LONG_MS, TimeUnit.MILLISECONDS);
      assertEquals(file(id(0), i), next, "in the order of the intervals");
    }
    recovery.countDown();
  }

  @Test
  void shouldNotWaitForAStoreThatHangsForGood() throws InterruptedException {
    begin(1, 2);
    assertFalse(threads.close(SHORT_MS));
  }

  @Test
  void shouldNotTakeForAFailureWhatItBrokeOffItself() throws InterruptedException {
    breaksOff = true;
    begin(1, 1);
    board.takeOutcomes();
    assertTrue(threads.close(LONG_MS));
    assertEquals(List.of(), board.takeOutcomes());
    LoggerRecord record = Objects.requireNonNull(board.recordOf(id(1)));
    assertEquals(LoggerStanding.ACTIVE, record.standing());
    assertEquals(List.of(), board.problems());
    UploadTask again = Objects.requireNonNull(board.poll(System.nanoTime()));
    assertEquals(file(id(1), 0), again.file());
  }
}
