package io.flowlog.agent.worker;

import io.flowlog.agent.capture.drops.KernelDrops;
import io.flowlog.agent.capture.ring.RingBudget;
import io.flowlog.agent.capture.ring.RingSource;
import io.flowlog.agent.capture.ring.RingUse;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.AgentGauge;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStores;
import io.flowlog.agent.store.Uploader;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a running agent, and their supervisor: it starts and stops them in the order of
 * the data, and ends when one of them dies. Owned by the thread that calls it.
 */
public final class Daemon implements AutoCloseable {
  private static final long TURN_MS = 100;

  /** A thread that has died lets the others work in vain for no longer. */
  private static final long QUIET_TURN_MS = 500;

  private static final long CAPTURE_STOP_MS = TimeUnit.SECONDS.toMillis(30);

  /** How long a thread may do nothing if no service manager says so. */
  private static final Duration NO_WATCHDOG = Duration.ofSeconds(60);

  private final EventLog log;
  private final ServiceManager manager;
  private final StateFolder state;
  private final Spool spool;
  private final HostInterfaces interfaces;
  private final CaptureThread capture;
  private final SpoolThread spoolThread;
  private final DropEvidence evidence;
  private final @Nullable DropThread drops;
  private final ControlThread control;
  private final List<Heartbeat> heartbeats;

  /** Of other threads: only figures are read here. */
  private final Pipeline pipeline;

  private final SpoolQueue queue;
  private final RingBudget rings;
  private final long ringBytes;
  private final ClockWatch clock = new ClockWatch();
  private volatile boolean live = true;
  private volatile List<String> silent = List.of();
  private final List<String> settingProblems;
  private final NewProblems diskProblems;
  private final NewProblems storeProblems;

  /** Of the capture thread: only figures are read here. */
  private final CounterSet captureCounters;

  private long lostTold;
  private boolean told;
  private long watchdogNs;

  /**
   * What a daemon speaks to.
   *
   * @param files what operators declare
   * @param reload tells, once for each wish, whether somebody wants the files read again
   * @param captureCounters the capture thread's; nobody else writes them, as with the others
   */
  public record Surroundings(
      Declared.Source files,
      ReloadWish reload,
      EventLog log,
      ServiceManager manager,
      CounterSet captureCounters,
      CounterSet dropCounters,
      CounterSet spoolCounters,
      CounterSet controlCounters) {}

  private Daemon(
      DaemonSettings settings,
      Surroundings around,
      Spool spool,
      HostInterfaces links,
      DropEvidence evidence)
      throws IOException {
    log = around.log();
    diskProblems = new NewProblems(log, EventKind.SPOOL);
    storeProblems = new NewProblems(log, EventKind.STORE);
    captureCounters = around.captureCounters();
    manager = around.manager();
    this.spool = spool;
    this.evidence = evidence;
    interfaces = links;
    state = new StateFolder(settings.stateFolder());
    long tickNs = System.nanoTime();
    Heartbeat captureBeat = new Heartbeat("capture-0", tickNs);
    Heartbeat spoolBeat = new Heartbeat("spool", tickNs);
    Heartbeat controlBeat = new Heartbeat("control", tickNs);
    Heartbeat dropBeat = new Heartbeat("drops-0", tickNs);
    heartbeats = new ArrayList<>(List.of(captureBeat, spoolBeat, controlBeat));
    Coverage coverage = new Coverage(settings.logger());
    DirectoryStores stores = new DirectoryStores();
    queue = new SpoolQueue(around.captureCounters(), captureBeat);
    OrderSlot orders = new OrderSlot();
    pipeline = pipeline(settings, evidence, queue, around.captureCounters());
    DropQueue dropQueue = new DropQueue();
    DropVerdicts verdicts = verdicts(evidence, dropQueue, pipeline, around.captureCounters());
    CaptureWorker worker = new CaptureWorker(pipeline, orders, verdicts, state.lastAliveNs());
    ObjectNames names =
        new ObjectNames(
            settings.zone(),
            settings.encoding().host(),
            state.rememberedSinceNs(TimeOfDay.nowNs()));
    FileSettings files = new FileSettings(settings.encoding(), names, settings.rowsPerFile());
    SpoolThread.Parts spoolParts =
        new SpoolThread.Parts(
            queue,
            SpoolWorker.of(spool, files, coverage, around.spoolCounters()),
            new Uploader(spool, stores, around.spoolCounters()),
            state);
    settingProblems = settings.problems();
    settingProblems.forEach(problem -> log.warning(EventKind.SETTING, problem));
    ringBytes = settings.capture().rings().totalBytes();
    rings = new RingBudget(settings.capture().rings());
    RingUse use = new RingUse(rings, around.captureCounters(), settings.capture().wirePackets());
    Attachments attachments =
        new Attachments(at -> RingSource.open(at.device(), at.interfaceIndex(), use));
    KernelDrops told = evidence.drops();
    if (told != null) {
      heartbeats.add(dropBeat);
    }
    drops =
        told == null ? null : DropThread.start(told, dropQueue, dropBeat, around.dropCounters());
    ControlThread.Parts controlParts =
        new ControlThread.Parts(
            telling(around.files(), stores),
            links,
            drops,
            coverage,
            around.reload(),
            log,
            manager,
            around.controlCounters());
    capture = CaptureThread.start(worker, captureBeat);
    control = ControlThread.start(controlParts, orders, attachments, controlBeat);
    // Leftovers of an earlier life are sealed under the plan of this one: that comes first.
    spoolThread = SpoolThread.start(spoolParts, spoolBeat);
  }

  /** Claims the state folder and starts everything. */
  public static Daemon start(DaemonSettings settings, Surroundings around) throws IOException {
    Spool spool =
        Spool.open(
            settings.stateFolder().resolve("spool"),
            SpoolConfig.defaults(),
            around.spoolCounters());
    HostInterfaces links = null;
    try {
      DropEvidence evidence = DropEvidence.open(settings.capture().drops(), around.log());
      links = HostInterfaces.open();
      return new Daemon(settings, around, spool, links, evidence);
    } catch (IOException | RuntimeException e) {
      if (links != null) {
        links.close();
      }
      spool.close();
      throw e;
    }
  }

  private static @Nullable DropVerdicts verdicts(
      DropEvidence evidence, DropQueue queue, Pipeline pipeline, CounterSet counters) {
    KernelDrops drops = evidence.drops();
    return drops == null
        ? null
        : new DropVerdicts(
            queue, drops.namesOfReasons(), drops.malformedReasons(), pipeline, counters);
  }

  private static Pipeline pipeline(
      DaemonSettings settings, DropEvidence evidence, SpoolQueue queue, CounterSet counters) {
    long seed = new SecureRandom().nextLong();
    PipelineSettings pipeline =
        new PipelineSettings(
            settings.intervalUnitNs(),
            TableSize.growing(settings.flow().tableBytes(), seed),
            settings.flow().timeouts(),
            new ExcludedNetworks(settings.capture().excludeAddresses()),
            Ownership.BY_SOURCE,
            evidence.drops() != null);
    return new Pipeline(pipeline, queue, counters);
  }

  private static Declared.Source telling(Declared.Source files, DirectoryStores stores) {
    return () -> {
      Declared declared = files.read();
      stores.know(declared.loggers());
      List<String> problems = new ArrayList<>(declared.problems());
      declared.loggers().stream()
          .filter(logger -> logger.storageType() != StorageType.FILE)
          .forEach(
              logger ->
                  problems.add(
                      "logger "
                          + logger.id()
                          + ": this version stores into directories only: its files wait in the"
                          + " spool: set storage_type: FILE"));
      return new Declared(declared.loggers(), declared.ports(), problems);
    };
  }

  /** Watches over the threads until it is time to stop, or one of them has died. */
  public void supervise(StopSignal stop) throws InterruptedException, WorkerFailure {
    while (!stop.isRaisedWithin(turnMs())) {
      throwIfDead("drops-0", drops == null ? null : drops.failure());
      // When the spool thread dies, the capture thread does because of that.
      throwIfDead("spool", spoolThread.failure());
      throwIfDead("capture-0", capture.failure());
      throwIfDead("control", control.failure());
      look(System.nanoTime());
    }
    log.info(EventKind.STOPPING, "asked to stop: what was seen until now goes into files");
  }

  private long turnMs() {
    long watchdogMs = TimeUnit.NANOSECONDS.toMillis(halfWatchdogNs());
    return told ? Math.max(1, Math.min(QUIET_TURN_MS, watchdogMs / 4)) : TURN_MS;
  }

  private static void throwIfDead(String thread, @Nullable Throwable failure) throws WorkerFailure {
    if (failure != null) {
      throw new WorkerFailure(thread, failure);
    }
  }

  private void look(long tickNs) {
    List<String> now = new ArrayList<>();
    for (Heartbeat heartbeat : heartbeats) {
      long silenceNs = heartbeat.silenceNs(tickNs);
      if (silenceNs > halfWatchdogNs()) {
        now.add("the thread " + heartbeat.name() + " hangs: restart the agent");
      }
    }
    silent = List.copyOf(now);
    live = now.isEmpty();
    clock.look(TimeOfDay.nowNs(), tickNs).ifPresent(step -> log.warning(EventKind.CLOCK, step));
    diskProblems.tell(spoolThread.diskProblems());
    storeProblems.tell(spoolThread.storeProblems());
    tellLosses();
    if (!told && control.isFollowing()) {
      told = true;
      manager.ready(control.summary());
      log.info(EventKind.READY, control.summary());
    }
    if (live && tickNs - watchdogNs >= halfWatchdogNs()) {
      watchdogNs = tickNs;
      manager.watchdog();
    }
  }

  private void tellLosses() {
    long lost = captureCounters.get(AgentCounter.FRAMES_LOST);
    if (lost > lostTold) {
      lostTold = lost;
      log.warning(
          EventKind.LOSS,
          lost
              + " frames were lost since the start, at ports that 'flowlog-agent ports' shows:"
              + " raise capture.ring_bytes, or give the agent more processor");
    }
  }

  /** So often the service manager is told; a thread that does nothing for so long hangs. */
  private long halfWatchdogNs() {
    return manager.watchdogPeriod().orElse(NO_WATCHDOG).toNanos() / 2;
  }

  /** Returns how the agent is; any thread may ask. */
  public Health health() {
    List<String> problems = new ArrayList<>(silent);
    problems.addAll(settingProblems);
    problems.addAll(evidence.problems());
    problems.addAll(control.problems());
    problems.addAll(spoolThread.diskProblems());
    problems.addAll(spoolThread.storeProblems());
    problems.addAll(clock.problems(TimeOfDay.nowNs()));
    return new Health(control.isFollowing() || told, live, problems);
  }

  /** Returns a figure of the moment; any thread may ask. */
  public double figure(AgentGauge gauge) {
    return switch (gauge) {
      case LOGGERS -> control.overview().loggers();
      case PORTS -> control.overview().ports();
      case PORTS_CAPTURED -> control.overview().portsCaptured();
      case RING_BYTES -> ringBytes;
      case RING_BYTES_USED -> ringBytes - rings.freeBytes();
      case TABLE_UNITS -> pipeline.tableUnits();
      case TABLE_UNITS_USED -> pipeline.tableUnitsUsed();
      case SPOOL_QUEUE -> queue.size();
      case FILES_WAITING -> spoolThread.filesWaiting();
    };
  }

  /** Returns what is captured, and for whom; any thread may ask. */
  public AgentSnapshot snapshot() {
    return control.snapshot();
  }

  /**
   * Stops in the order of the data: sources detach, the table drains, files are sealed, storing
   * them is tried once.
   */
  @Override
  public void close() throws IOException {
    manager.stopping();
    control.stop();
    boolean drained = awaitCapture();
    endDrops();
    try {
      spoolThread.close();
      if (drained) {
        // What came while rows were put away was seen by nobody.
        state.alive(control.capturedUntilNs());
      }
    } finally {
      interfaces.close();
      spool.close();
    }
  }

  /** The capture needs them until its end. */
  private void endDrops() {
    try {
      if (drops != null) {
        drops.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitCapture() {
    try {
      long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CAPTURE_STOP_MS);
      while (!isCaptureDead() && System.nanoTime() - endNs < 0) {
        if (control.awaitEnd(TURN_MS)) {
          return !isCaptureDead() && capture.awaitEnd(CAPTURE_STOP_MS);
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
