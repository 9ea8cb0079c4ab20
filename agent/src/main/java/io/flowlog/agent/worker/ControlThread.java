package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.SlicePlan;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The thread that keeps what is captured in step with what is declared and with the interfaces that
 * are there: owns the {@link ControlWorker}, the interfaces and the {@link Attachments}.
 *
 * <p>News is followed at once, and then again a second later at the earliest, however much of it
 * comes: each change of the plan costs every logger a slice.
 */
final class ControlThread {
  static final String NAME = "control";

  /** How soon a wish is seen; news of interfaces ends a wait at once. */
  private static final int TURN_MS = 250;

  /** While an order is done that somebody may be waiting for. */
  private static final int BUSY_TURN_MS = 10;

  private static final long SPACING_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(10);

  private final Parts parts;
  private final ControlWorker worker;
  private final PresentPorts present;
  private final OrderSlot orders;
  private final Attachments attachments;
  private final Heartbeat heartbeat;
  private final CaptureOverview overview;
  private final NewProblems declarationProblems;
  private final NewProblems captureProblems;
  private final Thread thread = new Thread(this::run, NAME);

  private boolean newsWaits = true;
  private boolean reloading;
  private long readAtNs;
  private long listsCounted;
  private long changesCounted;
  private long followedAtNs = System.nanoTime() - SPACING_NS;
  private @Nullable CapturePlan planned;
  private List<LoggingPort> blind = List.of();
  private WatchedPorts watched = WatchedPorts.NONE;

  /** Whether the overview does not yet show what the last order brought. */
  private boolean overviewIsOld;

  private volatile boolean showsTranslations;
  private volatile long capturedUntilNs;
  private volatile boolean stopping;
  private volatile boolean following;
  private volatile List<String> problems = List.of();
  private volatile @Nullable Throwable failure;

  /**
   * What a control thread is made of.
   *
   * @param drops null if nobody tells what the host drops
   * @param conntrack null if nobody tells what connections the host tracks
   * @param reload tells whether the files are to be read again
   * @param counters the thread's own
   */
  record Parts(
      Declared.Source files,
      HostInterfaces interfaces,
      @Nullable DropThread drops,
      @Nullable ConntrackThread conntrack,
      Coverage coverage,
      ReloadWish reload,
      EventLog log,
      ServiceManager manager,
      CounterSet counters) {}

  /** Notes what the {@link ControlWorker} wants followed. */
  private final class Follower implements ControlWorker.PlanFollower {
    @Override
    public void follow(CapturePlan plan, long nowNs) {
      planned = plan;
    }

    @Override
    public List<String> refusals() {
      return orders.refusals();
    }
  }

  private ControlThread(
      Parts parts, OrderSlot orders, Attachments attachments, Heartbeat heartbeat) {
    this.parts = parts;
    this.orders = orders;
    this.attachments = attachments;
    this.heartbeat = heartbeat;
    present = new PresentPorts(parts.files(), parts.interfaces());
    worker = new ControlWorker(present, parts.coverage(), new Follower());
    overview = new CaptureOverview(parts.coverage());
    declarationProblems = new NewProblems(parts.log(), EventKind.DECLARATION);
    captureProblems = new NewProblems(parts.log(), EventKind.CAPTURE);
  }

  /** Starts the thread; everything that it is given but the slot is its own from now on. */
  static ControlThread start(
      Parts parts, OrderSlot orders, Attachments attachments, Heartbeat heartbeat) {
    ControlThread control = new ControlThread(parts, orders, attachments, heartbeat);
    control.thread.start();
    return control;
  }

  private void run() {
    try {
      present.readFiles();
      while (!stopping) {
        turn();
      }
      stopCapture();
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void turn() throws IOException, InterruptedException {
    heartbeat.beat();
    attachments.check();
    closeRetired();
    updateOverview();
    long tickNs = System.nanoTime();
    if (parts.reload().take(tickNs)) {
      beginReload(tickNs);
    }
    boolean retry = !attachments.problems().isEmpty() && tickNs - followedAtNs >= RETRY_NS;
    if ((newsWaits || retry) && orders.isFree() && tickNs - followedAtNs >= SPACING_NS) {
      newsWaits = false;
      followedAtNs = tickNs;
      follow(TimeOfDay.nowNs());
    }
    if (reloading && followedAtNs - readAtNs >= 0 && !overviewIsOld) {
      endReload();
    }
    tellProblems();
    // Asked first: that an interface is gone for good is then there to be heard.
    boolean ended = attachments.isAnyExhausted();
    lookAtInterfaces();
    newsWaits |= ended;
  }

  private void beginReload(long tickNs) {
    reloading = true;
    readAtNs = tickNs;
    parts.manager().reloading();
    present.readFiles();
    newsWaits = true;
  }

  private void endReload() {
    reloading = false;
    parts.log().info(EventKind.RELOADED, "read loggers and ports again: " + summary());
    parts.manager().ready(summary());
  }

  private void lookAtInterfaces() throws IOException {
    HostInterfaces interfaces = parts.interfaces();
    if (interfaces.await(overviewIsOld ? BUSY_TURN_MS : TURN_MS) && interfaces.refresh()) {
      newsWaits = true;
    }
    parts.counters().add(AgentCounter.INTERFACE_CHANGES, interfaces.changes() - changesCounted);
    parts.counters().add(AgentCounter.INTERFACE_LISTS, interfaces.overruns() - listsCounted);
    changesCounted = interfaces.changes();
    listsCounted = interfaces.overruns();
  }

  /** Has the difference between what is and what should be captured made good. */
  private void follow(long nowNs) throws IOException, InterruptedException {
    worker.reload(nowNs);
    Set<String> covered =
        worker.plan().ports().stream().map(LoggingPort::portId).collect(Collectors.toSet());
    List<AttachedPort> wanted =
        present.attached().stream().filter(at -> covered.contains(at.port().portId())).toList();
    Attachments.Change change = attachments.follow(wanted);
    WatchedPorts seen =
        WatchedPorts.of(
            wanted.stream().filter(at -> attachments.sourceOf(at.port()) != null).toList());
    if (planned != null
        || !change.isNothing()
        || !change.blind().equals(blind)
        || !seen.equals(watched)) {
      blind = change.blind();
      order(change, seen);
    }
    overviewIsOld = true;
  }

  private void order(Attachments.Change change, WatchedPorts next) throws InterruptedException {
    Set<Integer> interfaces = new HashSet<>(watched.interfaces());
    interfaces.addAll(next.interfaces());
    // what is dropped before or after the order's moment must not be missed
    watchDrops(interfaces);
    listenToConntrack();
    watched = next;
    orders.put(
        new CaptureOrder(
            CaptureOrder.momentAfter(TimeOfDay.nowNs()),
            planned,
            change.added(),
            change.removed(),
            blind,
            watched,
            false));
    planned = null;
  }

  private void watchDrops(Set<Integer> interfaces) throws InterruptedException {
    DropThread drops = parts.drops();
    if (drops != null) {
      drops.watch(interfaces);
    }
  }

  private void listenToConntrack() {
    showsTranslations = worker.plan().loggers().stream().anyMatch(SlicePlan::showsTranslations);
    ConntrackThread conntrack = parts.conntrack();
    if (conntrack != null) {
      conntrack.listen(showsTranslations);
    }
  }

  /** Asks for connections that are older than the capture, now that it goes on. */
  private void askForOlderConnections() {
    ConntrackThread conntrack = parts.conntrack();
    if (conntrack != null) {
      conntrack.know(ConntrackIntake.addressesOf(watched));
    }
  }

  /** Shows what is captured once that is so. */
  private void updateOverview() throws InterruptedException {
    if (overviewIsOld && orders.isFree()) {
      watchDrops(watched.interfaces());
      askForOlderConnections();
      overview.update(present.loggers(), worker.plan(), attachments, Instant.now());
      overviewIsOld = false;
      following = true;
    }
  }

  private void closeRetired() {
    for (LiveSource source = orders.pollRetired(); source != null; source = orders.pollRetired()) {
      attachments.close(source);
      // Its memory may be what another port waits for.
      newsWaits |= !attachments.problems().isEmpty();
    }
  }

  private void tellProblems() {
    List<String> declared = worker.problems();
    List<String> uncaptured = attachments.problems();
    declarationProblems.tell(declared);
    captureProblems.tell(uncaptured);
    List<String> now = new ArrayList<>(declared);
    now.addAll(uncaptured);
    problems = List.copyOf(now);
  }

  private void stopCapture() throws InterruptedException {
    while (!orders.isFree() && !Thread.currentThread().isInterrupted()) {
      Thread.sleep(1);
    }
    capturedUntilNs = CaptureOrder.momentAfter(TimeOfDay.nowNs());
    orders.put(CaptureOrder.toStop(capturedUntilNs, attachments.sources()));
    while (!orders.isFree()) {
      Thread.sleep(1);
    }
    closeRetired();
    attachments.awaitClosed();
  }

  /** Tells whether the first plan is followed. */
  boolean isFollowing() {
    return following && orders.isFree();
  }

  /** Returns what is wrong with the declarations or cannot be followed, one line each. */
  List<String> problems() {
    return problems;
  }

  /** Tells whether a logger shows what packets carry behind an address translation. */
  boolean showsTranslations() {
    return showsTranslations;
  }

  /** Returns what is captured, in words. */
  String summary() {
    return "capturing " + overview.ports() + " ports for " + overview.loggers() + " loggers";
  }

  /** Returns what is captured, in numbers. */
  CaptureOverview overview() {
    return overview;
  }

  /** Returns what is captured, and for whom. */
  AgentSnapshot snapshot() {
    return overview.snapshot();
  }

  /** Returns why the thread ended without being asked, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Returns when the capture was asked to stop; to be called after {@link #awaitEnd}. */
  long capturedUntilNs() {
    return capturedUntilNs;
  }

  /** Asks for the end: the capture stops, and all sources are closed. */
  void stop() {
    stopping = true;
  }

  /** Waits for the thread's end for at most so long; tells whether it came. */
  boolean awaitEnd(long timeoutMs) throws InterruptedException {
    thread.join(timeoutMs);
    return !thread.isAlive();
  }
}
