package io.flowlog.agent.port;

import io.flowlog.bridge.Link;
import io.flowlog.bridge.LinkHandler;
import io.flowlog.bridge.LinkMonitor;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The network interfaces on this host, kept up to date from what the kernel tells; owned by one
 * thread.
 */
public final class HostInterfaces implements AutoCloseable {
  private static final int FIRST_LIST_TIMEOUT_MS = 10_000;

  private final LinkMonitor monitor;
  private final Registry registry = new Registry();
  private Map<String, HostInterface> byName = Map.of();
  private long publishedChanges;

  HostInterfaces(LinkMonitor monitor) {
    this.monitor = monitor;
  }

  /** Finds the interfaces of the calling thread's network namespace. */
  public static HostInterfaces open() throws IOException {
    HostInterfaces interfaces = new HostInterfaces(LinkMonitor.open());
    try {
      interfaces.readFirstList();
      return interfaces;
    } catch (IOException e) {
      interfaces.close();
      throw e;
    }
  }

  private void readFirstList() throws IOException {
    do {
      if (!monitor.await(FIRST_LIST_TIMEOUT_MS)) {
        throw new IOException(
            "network interfaces: the kernel does not list them: see whether 'ip link' does");
      }
      refresh();
    } while (!monitor.isWhole());
  }

  /** Waits for at most so long; returns whether {@link #refresh} has something to do. */
  public boolean await(int timeoutMs) throws IOException {
    return monitor.await(timeoutMs);
  }

  /**
   * Takes in what the kernel has told.
   *
   * @return whether something has changed since the last call that said so, even if it is as it was
   *     by now
   */
  public boolean refresh() throws IOException {
    monitor.poll(registry);
    // in between, one name can stand for two interfaces, or for one that is gone
    if (!monitor.isWhole() || registry.changes == publishedChanges) {
      return false;
    }
    SortedMap<String, HostInterface> snapshot = new TreeMap<>();
    registry.byIndex.values().forEach(each -> snapshot.put(each.name(), each));
    byName = Collections.unmodifiableSortedMap(snapshot);
    publishedChanges = registry.changes;
    return true;
  }

  /** Returns the interfaces by name, as the last refresh found them; the map never changes. */
  public Map<String, HostInterface> byName() {
    return byName;
  }

  /** Returns how often an interface came, changed or went so far. */
  public long changes() {
    return registry.changes;
  }

  /** Returns how often the kernel had no room for its news, so that all was listed anew. */
  public long overruns() {
    return monitor.overruns();
  }

  @Override
  public void close() {
    monitor.close();
  }

  /** What has been told so far; owned by its {@link HostInterfaces}. */
  private static final class Registry implements LinkHandler {
    private final Map<Integer, HostInterface> byIndex = new HashMap<>();
    private final Set<Integer> told = new HashSet<>();
    private long changes;

    @Override
    public void listStarts() {
      told.clear();
    }

    @Override
    public void there(Link link) {
      told.add(link.index());
      HostInterface now = new HostInterface(link.index(), link.name(), link.mac(), link.up());
      if (!now.equals(byIndex.put(link.index(), now))) {
        changes++;
      }
    }

    @Override
    public void gone(int index) {
      told.remove(index);
      if (byIndex.remove(index) != null) {
        changes++;
      }
    }

    @Override
    public void listEnds() {
      for (int index : Set.copyOf(byIndex.keySet())) {
        if (!told.contains(index)) {
          gone(index);
        }
      }
      told.clear();
    }
  }
}
