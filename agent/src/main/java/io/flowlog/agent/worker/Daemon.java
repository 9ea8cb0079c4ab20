package io.flowlog.agent.worker;

import io.flowlog.agent.capture.drops.KernelDrops;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.metrics.AgentGauge;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.worker.host.HostSurvey;
import io.flowlog.agent.worker.host.HostWatch;
import io.flowlog.agent.worker.host.OnlyAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A running agent, and the supervisor of its threads: it tells the service manager and operators
 * how they are, and ends when one of them dies. Owned by the thread that calls it.
 */
public final class Daemon implements AutoCloseable {
  private static final long TURN_MS = 100;

  /** A thread that has died lets the others work in vain for no longer. */
  private static final long QUIET_TURN_MS = 500;

  /** How long a thread may do nothing if no service manager says so. */
  private static final Duration NO_WATCHDOG = Duration.ofSeconds(60);

  private final EventLog log;
  private final ServiceManager manager;
  private final WorkerCounters counters;
  private final DaemonThreads.Resources resources;
  private final DaemonThreads threads;
  private final List<String> settingProblems;
  private final NewProblems diskProblems;
  private final NewProblems storeProblems;
  private final NewProblems conntrackProblems;
  private final ClockWatch clock = new ClockWatch();
  private final HostWatch host;
  private volatile boolean live = true;
  private volatile List<String> silent = List.of();
  private long lostTold;
  private boolean told;
  private long watchdogNs;

  /**
   * What a daemon speaks to.
   *
   * @param files what operators declare
   * @param reload tells, once for each wish, whether somebody wants the files read again
   * @param only the claim of this agent on the host
   */
  public record Surroundings(
      Declared.Source files,
      ReloadWish reload,
      EventLog log,
      ServiceManager manager,
      WorkerCounters counters,
      OnlyAgent only) {}

  private Daemon(DaemonSettings settings, Surroundings around, DaemonThreads.Resources resources)
      throws IOException {
    log = around.log();
    manager = around.manager();
    counters = around.counters();
    this.resources = resources;
    diskProblems = new NewProblems(log, EventKind.SPOOL);
    storeProblems = new NewProblems(log, EventKind.STORE);
    conntrackProblems = new NewProblems(log, EventKind.HOST);
    settingProblems = settings.problems();
    settingProblems.forEach(problem -> log.warning(EventKind.SETTING, problem));
    host = new HostWatch(survey(settings, resources.evidence()), around.only());
    threads = DaemonThreads.start(settings, around, resources);
  }

  private static HostSurvey survey(DaemonSettings settings, DropEvidence evidence) {
    return HostSurvey.during(
        settings.capture(),
        settings.flow().tableBytes(),
        evidence.problems(),
        evidence.drops() instanceof KernelDrops drops ? drops.reasonNames() : Set.of());
  }

  /** Claims the state folder and starts everything. */
  public static Daemon start(DaemonSettings settings, Surroundings around) throws IOException {
    Spool spool = Spool.open(spoolFolder(settings), settings.spool(), around.counters().spool());
    HostInterfaces links = null;
    try {
      DropEvidence evidence =
          DropEvidence.open(settings.capture(), around.counters().drops(), around.log());
      ConntrackEvidence connections =
          ConntrackEvidence.open(settings.capture().conntrack(), around.log());
      links = HostInterfaces.open();
      return new Daemon(
          settings, around, new DaemonThreads.Resources(spool, links, evidence, connections));
    } catch (IOException | RuntimeException e) {
      if (links != null) {
        links.close();
      }
      spool.close();
      throw e;
    }
  }

  /** Returns where everything is that is not stored yet. */
  static Path spoolFolder(DaemonSettings settings) {
    return settings.stateFolder().resolve("spool");
  }

  /** Watches over the threads until it is time to stop, or one of them has died. */
  public void supervise(StopSignal stop) throws InterruptedException, WorkerFailure {
    while (!stop.isRaisedWithin(turnMs())) {
      threads.check();
      look(System.nanoTime());
    }
    log.info(EventKind.STOPPING, "asked to stop: what was seen until now goes into files");
  }

  private long turnMs() {
    long watchdogMs = TimeUnit.NANOSECONDS.toMillis(halfWatchdogNs());
    return told ? Math.max(1, Math.min(QUIET_TURN_MS, watchdogMs / 4)) : TURN_MS;
  }

  private void look(long tickNs) {
    silent = threads.silent(tickNs, halfWatchdogNs());
    live = silent.isEmpty();
    clock.look(TimeOfDay.nowNs(), tickNs).ifPresent(step -> log.warning(EventKind.CLOCK, step));
    diskProblems.tell(threads.diskProblems());
    storeProblems.tell(threads.storeProblems());
    conntrackProblems.tell(threads.conntrackProblems());
    tellLosses();
    if (!told && threads.isFollowing()) {
      told = true;
      log.info(EventKind.READY, threads.summary());
      manager.ready(threads.summary());
    }
    if (told) {
      host.look(tickNs);
    }
    if (live && tickNs - watchdogNs >= halfWatchdogNs()) {
      watchdogNs = tickNs;
      manager.watchdog();
    }
  }

  private void tellLosses() {
    long lost = counters.framesLost();
    if (lost > lostTold) {
      lostTold = lost;
      log.warning(
          EventKind.LOSS,
          lost
              + " frames were lost since the start, at ports that 'flowlog-agent ports' shows:"
              + " raise capture.ring_bytes, or give the agent more processor; a ring also loses"
              + " what it cannot hold, a guest's UFO frames: turn these off in the guest");
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
    problems.addAll(resources.evidence().problems());
    problems.addAll(threads.conntrackProblems());
    problems.addAll(threads.captureProblems());
    problems.addAll(threads.diskProblems());
    problems.addAll(threads.storeProblems());
    problems.addAll(threads.lossProblems());
    problems.addAll(clock.problems(TimeOfDay.nowNs()));
    return new Health(threads.isFollowing() || told, live, problems, host.lines());
  }

  /** Returns a figure of the moment; any thread may ask. */
  public double figure(AgentGauge gauge) {
    return threads.figure(gauge);
  }

  /** Returns what is captured, and for whom; any thread may ask. */
  public AgentSnapshot snapshot() {
    return threads.snapshot();
  }

  /** Stops in the order of the data. */
  @Override
  public void close() throws IOException {
    manager.stopping();
    try {
      threads.stop();
    } finally {
      resources.interfaces().close();
      resources.spool().close();
    }
  }
}
