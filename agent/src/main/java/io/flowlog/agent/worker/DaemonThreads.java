package io.flowlog.agent.worker;

import io.flowlog.agent.capture.conntrack.KernelConnections;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.capture.ring.RingBudget;
import io.flowlog.agent.capture.ring.RingSource;
import io.flowlog.agent.capture.ring.RingUse;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.metrics.AgentGauge;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.store.LoggerRecords;
import io.flowlog.agent.store.LoggerStanding.Status;
import io.flowlog.agent.store.StorageProbe;
import io.flowlog.agent.store.StoreFactory;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a daemon, and the queues between them: here it is decided who owns what. Owned by
 * the supervisor.
 */
final class DaemonThreads {
  private static final long TURN_MS = 100;
  private static final long CAPTURE_STOP_MS = TimeUnit.SECONDS.toMillis(30);

  private final StateFolder state;
  private final List<Heartbeat> heartbeats = new ArrayList<>();
  private final RingBudget rings;
  private final long ringBytes;
  private final SpoolQueue queue;

  /** Of the capture thread: only figures are read here. */
  private final Pipeline pipeline;

  private final @Nullable DropThread drops;
  private final ConntrackEvidence connections;
  private final @Nullable ConntrackThread conntrack;
  private final CaptureThread capture;
  private final ControlThread control;
  private final Uploads uploads;
  private final SpoolThread spool;

  private DaemonThreads(DaemonSettings settings, Daemon.Surroundings around, Resources resources)
      throws IOException {
    WorkerCounters counters = around.counters();
    state = new StateFolder(settings.stateFolder());
    ringBytes = settings.capture().rings().totalBytes();
    rings = new RingBudget(settings.capture().rings());
    Heartbeat captureBeat = heartbeat(CaptureThread.NAME);
    queue = new SpoolQueue(counters.capture(), captureBeat);
    pipeline = pipeline(settings, resources.evidence(), counters);
    OrderSlot orders = new OrderSlot();
    DropQueue dropQueue = new DropQueue();
    DropVerdicts verdicts = verdicts(resources.evidence(), dropQueue, counters);
    connections = resources.connections();
    ConntrackQueue conntrackQueue = new ConntrackQueue();
    CaptureWorker worker =
        new CaptureWorker(
            pipeline,
            orders,
            verdicts,
            conntrackIntake(settings, conntrackQueue, counters),
            state.lastAliveNs());
    Coverage coverage = new Coverage(settings.logger());
    uploads = uploads(settings, around, resources.spool());
    SpoolThread.Parts spoolParts =
        new SpoolThread.Parts(
            queue,
            SpoolWorker.of(resources.spool(), files(settings), coverage, counters.spool()),
            uploads,
            bounds(settings, around, resources.spool()),
            state);

    drops = dropThread(resources.evidence(), dropQueue, counters);
    conntrack = conntrackThread(conntrackQueue, counters);
    capture = CaptureThread.start(worker, captureBeat);
    Heartbeat controlBeat = heartbeat(ControlThread.NAME);
    control =
        ControlThread.start(
            new ControlThread.Parts(
                telling(around.files(), uploads),
                resources.interfaces(),
                drops,
                conntrack,
                coverage,
                around.reload(),
                around.log(),
                around.manager(),
                counters.control()),
            orders,
            attachments(settings, counters, controlBeat),
            controlBeat);
    // Leftovers of an earlier life are sealed under the plan of this one: that comes first.
    spool = SpoolThread.start(spoolParts, heartbeat(SpoolThread.NAME));
  }

  /** What the threads work with, and whoever has opened it closes after their end. */
  record Resources(
      Spool spool,
      HostInterfaces interfaces,
      DropEvidence evidence,
      ConntrackEvidence connections) {}

  /** Makes and starts all threads. */
  static DaemonThreads start(
      DaemonSettings settings, Daemon.Surroundings around, Resources resources) throws IOException {
    return new DaemonThreads(settings, around, resources);
  }

  private Heartbeat heartbeat(String thread) {
    Heartbeat heartbeat = new Heartbeat(thread, System.nanoTime());
    heartbeats.add(heartbeat);
    return heartbeat;
  }

  private Pipeline pipeline(
      DaemonSettings settings, DropEvidence evidence, WorkerCounters counters) {
    long seed = new SecureRandom().nextLong();
    PipelineSettings pipelineSettings =
        new PipelineSettings(
            settings.intervalUnitNs(),
            TableSize.growing(settings.flow().tableBytes(), seed),
            settings.flow().timeouts(),
            new ExcludedNetworks(settings.capture().excludeAddresses()),
            Ownership.BY_SOURCE,
            evidence.drops() != null);
    return new Pipeline(pipelineSettings, queue, counters.capture());
  }

  private @Nullable DropVerdicts verdicts(
      DropEvidence evidence, DropQueue dropQueue, WorkerCounters counters) {
    DropSource told = evidence.drops();
    return told == null
        ? null
        : new DropVerdicts(
            dropQueue,
            told.namesOfReasons(),
            told.malformedReasons(),
            pipeline,
            counters.capture());
  }

  private @Nullable DropThread dropThread(
      DropEvidence evidence, DropQueue dropQueue, WorkerCounters counters) {
    DropSource told = evidence.drops();
    return told == null
        ? null
        : DropThread.start(told, dropQueue, heartbeat(DropThread.NAME), counters.drops());
  }

  private @Nullable ConntrackIntake conntrackIntake(
      DaemonSettings settings, ConntrackQueue conntrackQueue, WorkerCounters counters) {
    int connectionsMax = settings.capture().conntrack().connectionsMax();
    return connections.connections() == null
        ? null
        : new ConntrackIntake(conntrackQueue, pipeline, connectionsMax, counters.capture());
  }

  private @Nullable ConntrackThread conntrackThread(
      ConntrackQueue conntrackQueue, WorkerCounters counters) {
    KernelConnections told = connections.connections();
    return told == null
        ? null
        : ConntrackThread.start(
            told, conntrackQueue, heartbeat(ConntrackThread.NAME), counters.conntrack());
  }

  private FileSettings files(DaemonSettings settings) throws IOException {
    // Whoever deletes the spool has its part numbers forgotten, even if the rest of the state
    // stays.
    StateFolder spooled = new StateFolder(Daemon.spoolFolder(settings));
    ObjectNames names =
        new ObjectNames(
            settings.zone(),
            settings.encoding().host(),
            spooled.rememberedSinceNs(TimeOfDay.nowNs()));
    return new FileSettings(settings.encoding(), names, settings.rowsPerFile());
  }

  private SpoolBounds bounds(DaemonSettings settings, Daemon.Surroundings around, Spool waiting)
      throws IOException {
    SpoolBounds.Means means =
        new SpoolBounds.Means(settings.spool(), state, around.log(), around.counters().spool());
    return new SpoolBounds(waiting, means, System.nanoTime(), TimeOfDay.nowNs());
  }

  private Attachments attachments(
      DaemonSettings settings, WorkerCounters counters, Heartbeat heartbeat) {
    RingUse use = new RingUse(rings, counters.capture(), settings.capture().wirePackets());
    return new Attachments(
        at -> RingSource.open(at.device(), at.interfaceIndex(), use), heartbeat::beat);
  }

  private Uploads uploads(DaemonSettings settings, Daemon.Surroundings around, Spool files)
      throws IOException {
    StoreFactory stores = new StoreFactory(settings.store(), System::nanoTime);
    return new Uploads(
        new Uploads.Parts(
            files,
            new LoggerRecords(settings.stateFolder().resolve("loggers")),
            stores,
            stores.uploadsMax(),
            settings.store().uploadsMax(),
            settings.store().failuresUntilError(),
            new StorageProbe(settings.encoding().host()),
            around.log(),
            around.counters().spool(),
            queue::wake));
  }

  private static Declared.Source telling(Declared.Source files, Uploads uploads) {
    return () -> {
      Declared declared = files.read();
      uploads.know(declared.loggers());
      return declared;
    };
  }

  /** Says if one of them has ended without being asked. */
  void check() throws WorkerFailure {
    throwIfDead(DropThread.NAME, drops == null ? null : drops.failure());
    throwIfDead(ConntrackThread.NAME, conntrack == null ? null : conntrack.failure());
    // When the spool thread dies, the capture thread does because of that.
    throwIfDead(SpoolThread.NAME, spool.failure());
    throwIfDead(CaptureThread.NAME, capture.failure());
    throwIfDead(ControlThread.NAME, control.failure());
  }

  private static void throwIfDead(String thread, @Nullable Throwable failure) throws WorkerFailure {
    if (failure != null) {
      throw new WorkerFailure(thread, failure);
    }
  }

  /** Returns which of them have done nothing for so long, in words. */
  List<String> silent(long tickNs, long silenceNsMax) {
    return heartbeats.stream()
        .filter(heartbeat -> heartbeat.silenceNs(tickNs) > silenceNsMax)
        .map(heartbeat -> "the thread " + heartbeat.name() + " hangs: restart the agent")
        .toList();
  }

  /** Tells whether the first plan is followed; any thread may ask, as with what follows. */
  boolean isFollowing() {
    return control.isFollowing();
  }

  /** Returns what is captured, in words. */
  String summary() {
    return control.summary();
  }

  /** Returns what is captured, and for whom. */
  AgentSnapshot snapshot() {
    AgentSnapshot captured = control.snapshot();
    return new AgentSnapshot(
        captured.loggers().stream().map(uploads::complete).toList(), captured.ports());
  }

  /** Returns what is wrong with what is captured, in words. */
  List<String> captureProblems() {
    return control.problems();
  }

  /** Returns what is wrong with conntrack, in words. */
  List<String> conntrackProblems() {
    return conntrack == null
        ? connections.problems(control.showsTranslations())
        : conntrack.problems();
  }

  /** Returns what is wrong with the disk, in words. */
  List<String> diskProblems() {
    return spool.diskProblems();
  }

  /** Returns what is wrong with the stores, in words. */
  List<String> storeProblems() {
    return uploads.problems();
  }

  /** Returns which rows will never be stored, in words. */
  List<String> lossProblems() {
    return spool.lossProblems();
  }

  /** Returns a figure of the moment. */
  double figure(AgentGauge gauge) {
    return switch (gauge) {
      case LOGGERS -> control.overview().loggers();
      case PORTS -> control.overview().ports();
      case PORTS_CAPTURED -> control.overview().portsCaptured();
      case RING_BYTES -> ringBytes;
      case RING_BYTES_USED -> ringBytes - rings.freeBytes();
      case TABLE_UNITS -> pipeline.tableUnits();
      case TABLE_UNITS_USED -> pipeline.tableUnitsUsed();
      case CONNTRACK_ENTRIES -> conntrack == null ? 0 : conntrack.figures().entries();
      case CONNTRACK_ENTRIES_MAX -> conntrack == null ? 0 : conntrack.figures().entriesMax();
      case SPOOL_QUEUE -> queue.size();
      case SPOOL_BYTES -> spool.bytesWaiting();
      case SPOOL_BYTES_MAX -> spool.bytesMax();
      case FILES_WAITING -> spool.filesWaiting();
      case OLDEST_FILE_SECONDS -> uploads.oldestSeconds(TimeOfDay.nowNs());
      case LOGGERS_BUILD -> uploads.count(Status.BUILD);
      case LOGGERS_ACTIVE -> uploads.count(Status.ACTIVE);
      case LOGGERS_INACTIVE -> uploads.count(Status.INACTIVE);
      case LOGGERS_IN_ERROR -> uploads.count(Status.ERROR);
    };
  }

  /**
   * Ends them in the order of the data: sources detach, the table drains, files are sealed, storing
   * them is tried once.
   */
  void stop() throws IOException {
    control.stop();
    boolean drained = awaitCapture();
    endEvidence();
    spool.close();
    if (drained) {
      // What came while rows were put away was seen by nobody.
      state.alive(control.capturedUntilNs());
    }
  }

  /** The capture needs them until its end. */
  private void endEvidence() {
    try {
      if (drops != null) {
        drops.close();
      }
      if (conntrack != null) {
        conntrack.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitCapture() {
    try {
      long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CAPTURE_STOP_MS);
      // one after the other: files are still to be sealed within the time that a stop may take
      while (!isCaptureDead() && System.nanoTime() - endNs < 0) {
        if (control.awaitEnd(TURN_MS) && capture.awaitEnd(TURN_MS)) {
          return !isCaptureDead();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** Whichever of the two is left would wait for the other for ever. */
  private boolean isCaptureDead() {
    return capture.failure() != null || control.failure() != null;
  }
}
