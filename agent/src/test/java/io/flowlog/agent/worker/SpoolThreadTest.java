package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.store.DirectoryStore;
import io.flowlog.agent.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpoolThreadTest extends SliceSinkContract {
  private static final int BATCHES = 200;

  /** As many as may be on the way. */
  private static final int SOME = 32;

  private @Nullable SpoolThread thread;

  /** Writes down what it is told, and waits or fails at the first batch if it is to. */
  private static final class Scribe implements SliceSink {
    private final List<String> told = new ArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private int failures;

    @Override
    public void onPlan(NumberedPlan plan) {
      told.add("plan");
    }

    @Override
    public void onDropPoint(String name) {
      told.add(name);
    }

    @Override
    public void onSliceStart(long startNs, long endNs) {
      told.add("slice " + startNs);
    }

    @Override
    public void onBatch(RecordBatch batch) throws IOException {
      if (failures-- > 0) {
        throw new IOException("not now");
      }
      told.add("row " + new FlowRecord().at(batch.data(), 0).sourcePort());
    }

    @Override
    public void onSliceComplete(long packets) {
      told.add("complete " + packets);
    }
  }

  @Override
  SliceSink open(SpoolWorker worker, Spool filled, ObjectStore store) throws IOException {
    SpoolQueue queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
    StateFolder state = new StateFolder(folder.resolve("state"));
    Uploads uploads = TestUploads.of(filled, folder.resolve("loggers"), store, counters, logger());
    SpoolThread.Parts parts = new SpoolThread.Parts(queue, worker, uploads, bounds(state), state);
    thread = SpoolThread.start(parts, new Heartbeat("spool", 0));
    return queue;
  }

  @Override
  void finish() throws IOException {
    Objects.requireNonNull(thread).close();
  }

  /** It must not write into a folder that is being deleted. */
  @AfterEach
  void end() {
    try {
      finish();
    } catch (IOException e) {
      // that is what the test was about
    }
  }

  private static RecordBatch row(int number) {
    RecordBatch batch = new RecordBatch(FlowRecord.BYTES_MAX);
    FlowRecord row = new FlowRecord().at(batch.data(), 0).kind(4, 0, 0, 0).ports(number, 0);
    batch.append(row.rowBytes());
    return batch;
  }

  @Test
  void shouldLoseNothingWhenTheSpoolIsSlow() throws Exception {
    SpoolQueue queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
    Scribe scribe = new Scribe();
    Thread slow =
        new Thread(
            () -> {
              try {
                scribe.go.await();
                while (scribe.told.size() < BATCHES) {
                  queue.drainTo(scribe);
                }
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    slow.start();
    for (int i = 0; i < BATCHES; i++) {
      if (i == SOME) {
        assertEquals(List.of(), scribe.told);
        scribe.go.countDown();
      }
      queue.onBatch(row(i));
    }
    slow.join();
    assertEquals(BATCHES, scribe.told.size());
    for (int i = 0; i < BATCHES; i++) {
      assertEquals("row " + i, scribe.told.get(i));
    }
  }

  @Test
  void shouldShowThatTheCaptureThreadGetsOnWithEachThingThatItPutsIn() throws IOException {
    Heartbeat heartbeat = new Heartbeat("capture", 0);
    SpoolQueue queue = new SpoolQueue(counters, heartbeat);
    assertEquals(5, heartbeat.silenceNs(5));
    queue.onSliceStart(5, 6);
    assertEquals(0, heartbeat.silenceNs(10));
    assertEquals(5, heartbeat.silenceNs(15));
  }

  @Test
  void shouldDoFirstWhatFailedLast() throws IOException {
    SpoolQueue queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
    Scribe scribe = new Scribe();
    scribe.failures = 2;
    queue.onSliceStart(5, 6);
    queue.onBatch(row(1));
    queue.onSliceComplete(7);
    assertThrows(IOException.class, () -> queue.drainTo(scribe));
    assertThrows(IOException.class, () -> queue.drainTo(scribe));
    assertEquals(2, queue.drainTo(scribe));
    assertEquals(List.of("slice 5", "row 1", "complete 7"), scribe.told);
  }

  @Test
  void shouldSayWhenItIsClosedThatRowsAreNotInFiles() throws IOException {
    sink().onBatch(row(1));
    IOException e = assertThrows(IOException.class, this::finish);
    assertTrue(
        String.valueOf(e.getMessage()).contains("rows came outside a slice"), e.getMessage());
  }

  @Test
  void shouldGoOnWhenItCannotNoteUntilWhenItWasAlive() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("state"), "");
    sink().onPlan(plan(logger()));
    putSlice(0);
    putSlice(1);
    finish();
    assertEquals(2, ReplayFixture.files(out()).size());
    String problem = Objects.requireNonNull(thread).diskProblems().get(0);
    assertTrue(problem.contains(inTheWay + ": make room on the disk of state_dir"), problem);
  }

  @Test
  void shouldLetNobodyWaitForAThreadWithoutMemory() throws IOException {
    storeBy(
        file -> {
          throw new OutOfMemoryError("heap");
        });
    sink().onPlan(plan(logger()));
    sink().onSliceStart(0, UNIT_NS);
    sink().onSliceComplete(0);
    IOException e = assertThrows(IOException.class, this::putForEver);
    assertTrue(String.valueOf(e.getMessage()).contains("heap"), e.getMessage());
    assertThrows(IOException.class, this::finish);
  }

  @Test
  void shouldDoWhatIsPutInJustBeforeItIsClosed() throws Exception {
    Thread closer = new Thread(this::closeQuietly);
    CountDownLatch closing = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    DirectoryStore store = new DirectoryStore(out());
    storeBy(
        file -> {
          if (asked.incrementAndGet() == 1) {
            putSlice(1);
            closer.start();
            while (closer.getState() != Thread.State.WAITING) {
              Thread.onSpinWait();
            }
            closing.countDown();
          }
          store.put(file);
        });
    sink().onPlan(plan(logger()));
    putSlice(0);
    closing.await();
    closer.join();
    assertEquals(2, ReplayFixture.files(out()).size());
  }

  private void putSlice(int number) {
    try {
      sink().onSliceStart(number * UNIT_NS, (number + 1) * UNIT_NS);
      sink().onSliceComplete(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeQuietly() {
    try {
      finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void putForEver() throws IOException {
    for (long i = 1; i > 0; i++) {
      sink().onPlan(NumberedPlan.NOTHING);
    }
  }

  @Test
  void shouldNotWaitForASpoolThatHasEnded() throws IOException {
    SpoolQueue queue = new SpoolQueue(counters, new Heartbeat("capture", 0));
    for (int i = 0; i < SOME; i++) {
      queue.onBatch(row(i));
    }
    queue.fail(new IOException("the disk is gone"));
    IOException e = assertThrows(IOException.class, () -> queue.onBatch(row(33)));
    assertTrue(String.valueOf(e.getMessage()).contains("the disk is gone"), e.getMessage());
    assertEquals(1, counters.get(AgentCounter.SPOOL_QUEUE_FULL));
  }
}
