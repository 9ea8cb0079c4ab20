package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which source is at which interface: opens those that are missing and has the others closed. Owned
 * by the control thread.
 *
 * <p>Opening or closing a source makes the kernel wait for all processors, which takes milliseconds
 * but can be done for several at once: hence some threads that are there only while they are
 * needed.
 */
final class Attachments {
  private static final int THREADS = 8;
  private static final long THREAD_IDLE_SECONDS = 5;
  private static final long CLOSING_SECONDS_MAX = 20;

  private final Opener opener;
  private final Runnable progress;
  private final ThreadPoolExecutor hands;
  private final Map<String, Attached> attached = new LinkedHashMap<>();

  /** Why a port that is here cannot be captured, by its id. */
  private final Map<String, String> failures = new LinkedHashMap<>();

  private volatile @Nullable Throwable closeFailure;

  /** Makes sources. */
  @FunctionalInterface
  interface Opener {
    /** Opens a source at a port's interface; called by several threads at once. */
    LiveSource open(AttachedPort port) throws IOException;
  }

  /** A source and where it is. */
  record Attached(AttachedPort at, LiveSource source) {}

  /** What changes: sources that begin, those that end, and ports of which nothing can be seen. */
  record Change(
      List<CaptureOrder.PortSource> added, List<LiveSource> removed, List<LoggingPort> blind) {
    boolean isNothing() {
      return added.isEmpty() && removed.isEmpty();
    }
  }

  /**
   * Makes one without any source.
   *
   * @param progress called for each source that was opened: many take a while
   */
  Attachments(Opener opener, Runnable progress) {
    this.opener = opener;
    this.progress = progress;
    hands =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            THREAD_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> new Thread(task, "attach"));
    hands.allowCoreThreadTimeOut(true);
  }

  /** Opens and gives up sources so that there is one at each of these ports' interfaces. */
  Change follow(Collection<AttachedPort> ports) {
    Map<String, AttachedPort> wanted = new LinkedHashMap<>();
    ports.forEach(port -> wanted.put(port.port().portId(), port));
    List<LiveSource> removed = removeUnwanted(wanted);
    List<AttachedPort> missing = new ArrayList<>(wanted.values());
    missing.removeIf(port -> attached.containsKey(port.port().portId()));
    failures.clear();
    List<CaptureOrder.PortSource> added = openAll(missing);
    List<LoggingPort> blind =
        missing.stream()
            .map(AttachedPort::port)
            .filter(port -> !attached.containsKey(port.portId()))
            .toList();
    return new Change(added, removed, blind);
  }

  private List<LiveSource> removeUnwanted(Map<String, AttachedPort> wanted) {
    List<LiveSource> removed = new ArrayList<>();
    Iterator<Map.Entry<String, Attached>> all = attached.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Attached> entry = all.next();
      AttachedPort want = wanted.get(entry.getKey());
      Attached have = entry.getValue();
      if (want == null
          || want.interfaceIndex() != have.at().interfaceIndex()
          || have.source().isExhausted()) {
        removed.add(have.source());
        all.remove();
      }
    }
    return removed;
  }

  private List<CaptureOrder.PortSource> openAll(List<AttachedPort> missing) {
    List<CaptureOrder.PortSource> added = new ArrayList<>();
    Map<AttachedPort, Future<LiveSource>> openings = new LinkedHashMap<>();
    missing.forEach(port -> openings.put(port, hands.submit(() -> opener.open(port))));
    openings.forEach(
        (port, opening) -> {
          LiveSource source = await(port, opening);
          progress.run();
          if (source != null) {
            attached.put(port.port().portId(), new Attached(port, source));
            added.add(new CaptureOrder.PortSource(port.port(), source));
          }
        });
    return added;
  }

  private @Nullable LiveSource await(AttachedPort port, Future<LiveSource> opening) {
    try {
      return opening.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof IOException failure)) {
        throw new IllegalStateException("a source was not opened", e.getCause());
      }
      failures.put(
          port.port().portId(),
          "logging port " + port.port().portId() + " is not captured: " + failure.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  /**
   * Tells whether a source has come to its end. Its interface may be there again under its number,
   * as when it was in another network namespace.
   */
  boolean isAnyExhausted() {
    for (Attached each : attached.values()) {
      if (each.source().isExhausted()) {
        return true;
      }
    }
    return false;
  }

  /** Closes a source that nobody reads any more, in the background. */
  void close(LiveSource source) {
    // Nobody may have wanted to read it: it is opened again when somebody does.
    attached.values().removeIf(each -> each.source().equals(source));
    hands.execute(
        () -> {
          try {
            source.close();
          } catch (Throwable e) {
            closeFailure = e;
          }
        });
  }

  /** Says if a source was not closed, whose memory nobody would get back. */
  void check() {
    Throwable failure = closeFailure;
    if (failure != null) {
      throw new IllegalStateException("a source was not closed", failure);
    }
  }

  /** Returns the sources that are open and wanted. */
  List<LiveSource> sources() {
    return attached.values().stream().map(Attached::source).toList();
  }

  /** Returns the source at a port's interface, or null if there is none. */
  @Nullable LiveSource sourceOf(LoggingPort port) {
    Attached found = attached.get(port.portId());
    return found == null ? null : found.source();
  }

  /** Returns why a port has no source, in words. */
  String whyNot(LoggingPort port) {
    return failures.getOrDefault(port.portId(), "its source is being opened");
  }

  /** Returns why ports that are here are not captured, one line each. */
  List<String> problems() {
    return List.copyOf(failures.values());
  }

  /** Waits until all sources that were given up are closed. */
  void awaitClosed() throws InterruptedException {
    hands.shutdown();
    if (!hands.awaitTermination(CLOSING_SECONDS_MAX, TimeUnit.SECONDS)) {
      hands.shutdownNow();
    }
  }
}
