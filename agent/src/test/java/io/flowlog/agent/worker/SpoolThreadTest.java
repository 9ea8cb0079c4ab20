package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.store.Uploader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
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
  SliceSink open(SpoolWorker worker, Uploader uploader) {
    SpoolQueue queue = new SpoolQueue(counters);
    thread = SpoolThread.start(queue, worker, uploader);
    return queue;
  }

  @Override
  void finish() throws IOException {
    Objects.requireNonNull(thread).close();
  }

  private static RecordBatch row(int number) {
    RecordBatch batch = new RecordBatch(FlowRecord.BYTES_MAX);
    FlowRecord row = new FlowRecord().at(batch.data(), 0).kind(4, 0, 0, 0).ports(number, 0);
    batch.append(row.rowBytes());
    return batch;
  }

  @Test
  void shouldLoseNothingWhenTheSpoolIsSlow() throws Exception {
    SpoolQueue queue = new SpoolQueue(counters);
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
  void shouldDoFirstWhatFailedLast() throws IOException {
    SpoolQueue queue = new SpoolQueue(counters);
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
  void shouldNotWaitForASpoolThatHasEnded() throws IOException {
    SpoolQueue queue = new SpoolQueue(counters);
    for (int i = 0; i < SOME; i++) {
      queue.onBatch(row(i));
    }
    queue.fail(new IOException("the disk is gone"));
    IOException e = assertThrows(IOException.class, () -> queue.onBatch(row(33)));
    assertTrue(String.valueOf(e.getMessage()).contains("the disk is gone"), e.getMessage());
    assertEquals(1, counters.get(AgentCounter.SPOOL_QUEUE_FULL));
  }
}
