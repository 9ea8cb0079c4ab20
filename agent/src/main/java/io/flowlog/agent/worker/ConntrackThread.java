package io.flowlog.agent.worker;

import io.flowlog.agent.capture.conntrack.ConnectionNews;
import io.flowlog.agent.capture.conntrack.KernelConnections;
import io.flowlog.agent.capture.conntrack.KernelConnections.Address;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that asks conntrack and listens to it: owns the {@link KernelConnections}. It listens
 * while a logger shows what packets carry behind an address translation, and asks for older
 * connections when ports are captured that were not.
 */
final class ConntrackThread {
  static final String NAME = "conntrack";
  private static final int LISTENING_MS = 20;
  private static final int IDLE_MS = 2000;
  private static final int FULL_MS = 100;
  private static final long FIGURES_EVERY_NS = TimeUnit.SECONDS.toNanos(2);

  /** Nothing is told of the end of connections that are older than the first listener. */
  private static final long LIST_EVERY_NS = TimeUnit.MINUTES.toNanos(5);

  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(5);

  private final KernelConnections connections;
  private final ConntrackQueue queue;
  private final Heartbeat heartbeat;
  private final CounterSet counters;
  private final ConntrackFigures figures;
  private final List<ConnectionNews> pending = new ArrayList<>();
  private final Thread thread = new Thread(this::run, NAME);
  private final Set<Address> askedFor = new HashSet<>();
  private long overrunsCounted;
  private long listsCounted;
  private long figuresAtNs;
  private long listedAtNs;
  private long failedAtNs;
  private volatile boolean listens;
  private volatile Set<Address> addresses = Set.of();
  private volatile boolean stopping;
  private volatile @Nullable String problem;
  private volatile @Nullable Throwable failure;

  private ConntrackThread(
      KernelConnections connections,
      ConntrackQueue queue,
      Heartbeat heartbeat,
      CounterSet counters) {
    this.connections = connections;
    this.queue = queue;
    this.heartbeat = heartbeat;
    this.counters = counters;
    figures = new ConntrackFigures(counters);
    figuresAtNs = System.nanoTime() - FIGURES_EVERY_NS;
    failedAtNs = figuresAtNs - RETRY_NS;
  }

  /** Starts the thread, whose own the connections and the counters are from now on. */
  static ConntrackThread start(
      KernelConnections connections,
      ConntrackQueue queue,
      Heartbeat heartbeat,
      CounterSet counters) {
    ConntrackThread asking = new ConntrackThread(connections, queue, heartbeat, counters);
    asking.thread.start();
    return asking;
  }

  private void run() {
    try (connections) {
      while (!stopping) {
        heartbeat.beat();
        boolean done = turn(System.nanoTime());
        if (done) {
          queue.awaitWish(connections.isListening() ? LISTENING_MS : IDLE_MS);
        }
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  /** Returns whether there is nothing more to do at once. */
  private boolean turn(long tickNs) throws InterruptedException {
    if (tickNs - failedAtNs < RETRY_NS) {
      // nothing is known, and nobody need wait for more
      queue.completeUntil(TimeOfDay.nowNs());
      return true;
    }
    try {
      boolean done = work(tickNs);
      problem = null;
      return done;
    } catch (IOException e) {
      failedAtNs = tickNs;
      problem = e.getMessage();
      pending.clear();
      connections.close();
      send(List.of(new ConnectionNews.Lost()));
      return true;
    }
  }

  private boolean work(long tickNs) throws IOException, InterruptedException {
    connections.listen(listens);
    if (tickNs - listedAtNs >= LIST_EVERY_NS) {
      listedAtNs = tickNs;
      connections.wishList();
    }
    long beforeNs = TimeOfDay.nowNs();
    boolean done = connections.collect(this::take);
    askForOlder();
    flush();
    if (done) {
      queue.completeUntil(beforeNs);
    }
    counters.add(AgentCounter.CONNTRACK_OVERRUNS, connections.overruns() - overrunsCounted);
    counters.add(AgentCounter.CONNTRACK_LISTS, connections.lists() - listsCounted);
    overrunsCounted = connections.overruns();
    listsCounted = connections.lists();
    if (tickNs - figuresAtNs >= FIGURES_EVERY_NS) {
      figuresAtNs = tickNs;
      figures.take(connections.figures(), tickNs);
    }
    return done;
  }

  private void askForOlder() throws IOException {
    Set<Address> now = addresses;
    askedFor.retainAll(now);
    Set<Address> fresh = new HashSet<>(now);
    fresh.removeAll(askedFor);
    if (!fresh.isEmpty()) {
      long overflow = connections.older(fresh, this::take);
      counters.add(AgentCounter.CONNTRACK_OVERFLOWS, overflow);
      askedFor.addAll(fresh);
    }
  }

  private void take(ConnectionNews news) {
    pending.add(news);
    counters.increment(AgentCounter.CONNTRACK_NEWS);
    if (pending.size() == ConntrackQueue.BATCH_NEWS) {
      try {
        flush();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void flush() throws InterruptedException {
    if (!pending.isEmpty()) {
      send(pending);
      pending.clear();
    }
  }

  private void send(List<ConnectionNews> news) throws InterruptedException {
    boolean sent = queue.put(news, 0);
    if (!sent) {
      counters.increment(AgentCounter.CONNTRACK_QUEUE_FULL);
    }
    while (!sent && !stopping) {
      heartbeat.beat();
      sent = queue.put(news, FULL_MS);
    }
  }

  /** Has the thread listen to what becomes of translated connections or not; any thread may. */
  void listen(boolean wanted) {
    boolean begins = wanted && !listens;
    listens = wanted;
    if (begins) {
      queue.wish();
    }
  }

  /** Has older connections told of addresses that were not here before; any thread may. */
  void know(Set<Address> portAddresses) {
    addresses = Set.copyOf(portAddresses);
    queue.wish();
  }

  /** Returns what is wrong with conntrack, one line each; any thread may ask. */
  List<String> problems() {
    List<String> now = new ArrayList<>(figures.problems());
    String refused = problem;
    if (refused != null) {
      now.add(refused);
    }
    return now;
  }

  /** Returns what conntrack said last of itself; any thread may ask. */
  ConntrackFigures figures() {
    return figures;
  }

  /** Returns why the thread ended without being asked, or null. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Ends the thread. */
  void close() throws InterruptedException {
    stopping = true;
    queue.wish();
    thread.join();
  }
}
