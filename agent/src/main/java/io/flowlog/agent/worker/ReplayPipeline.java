package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStore;
import io.flowlog.agent.store.SpoolDelivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The whole pipeline on the caller's thread, over capture files: source, decoder, connection table,
 * records, journal, encoder, directory.
 *
 * <p>Owned by its caller. What an interrupted replay into the same directory left in the spool is
 * discarded: its captures are read again.
 */
public final class ReplayPipeline implements AutoCloseable {
  /** The name of the folder in the output directory that holds unfinished work. */
  public static final String SPOOL_FOLDER = ".flowlog-spool";

  private static final int FRAMES_PER_TURN = 1 << 15;

  private final CounterSet counters;
  private final Spool spool;
  private final DirectoryStore store;
  private final List<FlowLogger> loggers;
  private final Pipeline pipeline;
  private final SpoolWorker spoolWorker;
  private final Path spoolFolder;

  private ReplayPipeline(ReplayPlan plan, Spool spool, CounterSet counters) throws IOException {
    this.spool = spool;
    this.counters = counters;
    spoolFolder = plan.out().resolve(SPOOL_FOLDER);
    loggers = plan.loggers();
    boolean assumed = plan.ports().isAssumed();
    Coverage coverage = assumed ? Coverage.ofEverything() : new Coverage(plan.loggerConfig());
    ObjectNames names = new ObjectNames(plan.zone(), plan.encoding().host());
    FileSettings files = new FileSettings(plan.encoding(), names, plan.rowsPerFile());
    spoolWorker = SpoolWorker.of(spool, files, coverage, counters);
    PipelineSettings settings =
        new PipelineSettings(
            plan.intervalUnitNs(),
            plan.tableSize(),
            plan.timeouts(),
            new ExcludedNetworks(plan.excludedNetworks()),
            assumed ? Ownership.BY_SOURCE : Ownership.BY_ADDRESS,
            false);
    pipeline = new Pipeline(settings, spoolWorker, counters);
    // Packets of ports that no logger covers are counted as such, not as foreign.
    pipeline.begin(new CapturePlan(loggers, plan.ports().list()));
    store = new DirectoryStore(plan.out());
  }

  /** Makes a pipeline and claims the output directory. */
  public static ReplayPipeline open(ReplayPlan plan) throws IOException {
    Path folder = plan.out().resolve(SPOOL_FOLDER);
    CounterSet counters = new CounterSet();
    Spool spool = Spool.open(folder, SpoolConfig.defaults(), counters);
    try {
      spool.discardAll();
      return new ReplayPipeline(plan, spool, counters);
    } catch (IOException | RuntimeException e) {
      spool.close();
      throw e;
    }
  }

  /** Returns the numbers of this replay. */
  public CounterSet counters() {
    return counters;
  }

  /**
   * Reads a source to its end, or until it is time to stop.
   *
   * @throws IOException when the source is damaged, after all that is readable was counted, or when
   *     records cannot be written
   */
  public void read(CaptureSource source, BooleanSupplier stop, ReplayProgress progress)
      throws IOException {
    while (!source.isExhausted() && !stop.getAsBoolean()) {
      pipeline.capture(source, FRAMES_PER_TURN);
      store();
      report(progress);
    }
  }

  /** Cuts the last slice and stores everything. */
  public void finish(ReplayProgress progress) throws IOException {
    pipeline.finish();
    spoolWorker.onLastSlice();
    store();
    report(progress);
  }

  private void store() throws IOException {
    boolean sealed;
    int stored;
    do {
      sealed = spoolWorker.sealNext();
      // a replay does not wait for better times: the first failure is its end
      stored = SpoolDelivery.storeAll(spool, store, counters);
    } while (sealed || stored > 0);
  }

  private void report(ReplayProgress progress) {
    progress.onProgress(counters.get(AgentCounter.PACKETS), pipeline.rows());
  }

  /** Gives up the spool and deletes it: what did not get through can be read again. */
  @Override
  public void close() throws IOException {
    try (spool;
        spoolWorker) {
      spool.discardAll();
    }
    try (Stream<Path> paths = Files.walk(spoolFolder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
