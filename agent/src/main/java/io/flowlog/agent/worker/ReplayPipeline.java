package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.flow.CutTarget;
import io.flowlog.agent.format.RecordEncoders;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordBuilder;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.RowFilter;
import io.flowlog.agent.spool.Sealer;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStore;
import io.flowlog.agent.store.Uploader;
import java.io.IOException;
import java.io.UncheckedIOException;
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
  private static final int BATCH_BYTES = 1 << 18;

  private final CounterSet counters;
  private final Spool spool;
  private final SpoolWorker spoolWorker;
  private final Uploader uploader;
  private final FlowLogger logger;
  private final ConnectionTable table;
  private final CaptureWorker captureWorker;
  private final RecordBuilder builder;
  private final Path spoolFolder;

  private ReplayPipeline(ReplayPlan plan, Spool spool, CounterSet counters) {
    this.spool = spool;
    this.counters = counters;
    spoolFolder = plan.out().resolve(SPOOL_FOLDER);
    logger = plan.logger();
    Ports ports = plan.ports();
    Sealer sealer =
        new Sealer(
            spool,
            new RecordEncoders(plan.encoding()),
            new ObjectNames(plan.zone(), plan.encoding().host()),
            plan.rowsPerFile());
    RecordDictionary dictionary = ports.dictionary();
    SpoolWorker.Destination destination =
        new SpoolWorker.Destination(logger, filter(plan, dictionary));
    spoolWorker = new SpoolWorker(spool, sealer, List.of(destination), dictionary, counters);
    DirectoryStore store = new DirectoryStore(plan.out());
    uploader = new Uploader(spool, file -> store, counters);
    long seed = plan.tableSize().hashSeed();
    builder = new RecordBuilder(spoolWorker, new RecordBatch(BATCH_BYTES), splitsIcmp(), seed);
    table =
        new ConnectionTable(
            plan.tableSize(), plan.timeouts(), plan.schedule(), new CutTarget(builder, counters));
    for (int portIndex = 0; portIndex < ports.list().size(); portIndex++) {
      table.addPort(portIndex);
    }
    ExcludedNetworks excluded = new ExcludedNetworks(plan.excludedNetworks());
    captureWorker = new CaptureWorker(table, counters, excluded, ports);
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

  private boolean splitsIcmp() {
    return logger.fields().contains(RecordField.ICMP_TYPE.fieldName())
        || logger.fields().contains(RecordField.ICMP_CODE.fieldName());
  }

  private static RowFilter filter(ReplayPlan plan, RecordDictionary ports) {
    RowFilter verdicts = RowFilter.of(plan.logger().filter());
    if (plan.ports().isAssumed()) {
      return verdicts;
    }
    Coverage coverage = new Coverage(plan.loggerConfig());
    boolean[] covered = new boolean[ports.size()];
    for (int portIndex = 0; portIndex < covered.length; portIndex++) {
      covered[portIndex] = coverage.covers(plan.logger(), ports.get(portIndex));
    }
    return (FlowRecord row) -> covered[row.portIndex()] && verdicts.wants(row);
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
    try {
      while (!source.isExhausted() && !stop.getAsBoolean()) {
        captureWorker.doWork(source, FRAMES_PER_TURN);
        store();
        report(progress);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Cuts the last interval and stores everything. */
  public void finish(ReplayProgress progress) throws IOException {
    try {
      table.finish();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    store();
    report(progress);
  }

  private void store() throws IOException {
    int done;
    do {
      done = spoolWorker.sealNext() + uploader.doWork(0);
    } while (done > 0);
    // A replay does not wait for better times: the first failure is its end.
    IOException failure = uploader.failureOf(logger.id());
    if (failure != null) {
      throw failure;
    }
  }

  private void report(ReplayProgress progress) {
    progress.onProgress(counters.get(AgentCounter.PACKETS), builder.rows());
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
