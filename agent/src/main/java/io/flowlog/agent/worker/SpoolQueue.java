package io.flowlog.agent.worker;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.RecordBatch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries rows and plans from a capture thread to the spool thread, in order. The capture thread
 * puts in, the spool thread takes out; batches go there full and come back empty.
 *
 * <p>Bounded: when nothing is empty the capture thread waits, which is counted, and its sources
 * keep what they can.
 */
final class SpoolQueue implements SliceSink {
  private static final int BATCHES = 32;
  private static final int COMMANDS_MAX = 4 * BATCHES;
  private static final long PATIENCE_MS = 50;

  /** What nobody puts in, such as another try to store a file, is begun so late. */
  private static final long IDLE_MS = 500;

  private final ArrayBlockingQueue<Command> commands = new ArrayBlockingQueue<>(COMMANDS_MAX);
  private final ArrayBlockingQueue<RecordBatch> empty = new ArrayBlockingQueue<>(BATCHES);
  private final CounterSet counters;
  private final Heartbeat heartbeat;

  /** Of the capture thread: how many batches exist. */
  private int batches;

  /** Of the spool thread: taken out, but not done yet. */
  private @Nullable Command pending;

  private volatile @Nullable Throwable failure;

  /** Something that the spool thread does with its sink. */
  @FunctionalInterface
  private interface Command {
    void runOn(SliceSink sink) throws IOException;
  }

  /** Makes an empty queue; the heartbeat is the capture thread's, which beats here, too. */
  SpoolQueue(CounterSet counters, Heartbeat heartbeat) {
    this.counters = counters;
    this.heartbeat = heartbeat;
  }

  @Override
  public void onPlan(NumberedPlan plan) throws IOException {
    put(sink -> sink.onPlan(plan));
  }

  @Override
  public void onDropPoint(String name) throws IOException {
    put(sink -> sink.onDropPoint(name));
  }

  @Override
  public void onSliceStart(long startNs, long endNs) throws IOException {
    put(sink -> sink.onSliceStart(startNs, endNs));
  }

  @Override
  public void onBatch(RecordBatch batch) throws IOException {
    RecordBatch full = takeEmpty();
    full.copyOf(batch);
    put(
        sink -> {
          sink.onBatch(full);
          full.clear();
          empty.add(full);
        });
  }

  @Override
  public void onSliceComplete(long packets) throws IOException {
    put(sink -> sink.onSliceComplete(packets));
  }

  private RecordBatch takeEmpty() throws IOException {
    RecordBatch found = empty.poll();
    if (found == null && batches < BATCHES) {
      batches++;
      return new RecordBatch();
    }
    if (found == null) {
      counters.increment(AgentCounter.SPOOL_QUEUE_FULL);
    }
    try {
      while (found == null) {
        heartbeat.beat();
        checkSpool();
        found = empty.poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    return found;
  }

  private void put(Command command) throws IOException {
    // A leap of the clock ends a thousand slices in one go.
    heartbeat.beat();
    checkSpool();
    try {
      while (!commands.offer(command, PATIENCE_MS, TimeUnit.MILLISECONDS)) {
        heartbeat.beat();
        checkSpool();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    IOException failure = new InterruptedIOException("interrupted while the spool was busy");
    failure.initCause(e);
    return failure;
  }

  /** Says if nobody takes anything out any more. */
  void checkSpool() throws IOException {
    Throwable cause = failure;
    if (cause != null) {
      throw new IOException("the spool thread has ended: " + cause.getMessage(), cause);
    }
  }

  /** Returns how much was put in and not taken out yet; any thread may ask. */
  int size() {
    return commands.size();
  }

  /** Says to the capture thread that nobody takes anything out any more. Of the spool thread. */
  void fail(Throwable cause) {
    failure = cause;
  }

  /**
   * Does everything that was put in. Of the spool thread.
   *
   * @return how many commands were done
   * @throws IOException when one failed; it is the first to be done at the next call
   */
  int drainTo(SliceSink sink) throws IOException {
    int done = 0;
    Command next = pending == null ? commands.poll() : pending;
    while (next != null) {
      pending = next;
      next.runOn(sink);
      pending = null;
      done++;
      next = commands.poll();
    }
    return done;
  }

  /** Waits a moment for something to be put in, or for a call. Of the spool thread. */
  void await() throws InterruptedException {
    if (pending == null) {
      pending = commands.poll(IDLE_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the spool thread's wait; any thread may call. */
  void wake() {
    // no room: then it does not wait
    commands.offer(sink -> {});
  }
}
