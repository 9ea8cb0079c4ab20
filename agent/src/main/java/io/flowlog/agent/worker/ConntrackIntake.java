package io.flowlog.agent.worker;

import io.flowlog.agent.capture.OlderConnection;
import io.flowlog.agent.capture.conntrack.ConnectionNews;
import io.flowlog.agent.capture.conntrack.KernelConnections.Address;
import io.flowlog.agent.capture.conntrack.TranslationTable;
import io.flowlog.agent.capture.conntrack.Tuple;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.record.AddressTranslation;
import io.flowlog.agent.record.FlowRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes what conntrack tells out of its queue: translated connections, which rows are looked up in,
 * and older ones, which the connection table is told of. Owned by a {@link CaptureWorker}, whose
 * {@link Pipeline} it uses.
 */
final class ConntrackIntake implements AddressTranslation {
  private static final long ADDRESS4_MASK = 0xffff_ffffL;

  private final ConntrackQueue queue;
  private final Pipeline pipeline;
  private final TranslationTable table;
  private final CounterSet counters;
  private Map<Address, Integer> ports = Map.of();
  private long completeUntilNs = Long.MIN_VALUE;
  private long overflowsCounted;

  /** Whether of a row in the slice that is not in the table something is known for that reason. */
  private boolean knowsAll;

  /** Makes an intake that knows no port yet, and has a pipeline ask it. */
  ConntrackIntake(
      ConntrackQueue queue, Pipeline pipeline, int connectionsMax, CounterSet counters) {
    this.queue = queue;
    this.pipeline = pipeline;
    this.counters = counters;
    table = new TranslationTable(connectionsMax);
    pipeline.askForTranslations(this);
  }

  /** Returns the addresses of ports. */
  static Set<Address> addressesOf(WatchedPorts watched) {
    Set<Address> all = new HashSet<>();
    watched.ports().forEach(at -> all.addAll(WatchedPorts.addressesOf(at)));
    return all;
  }

  /** Knows the ports of the plan that is followed now. */
  void know(WatchedPorts watched) {
    Map<Address, Integer> known = new HashMap<>();
    Set<Address> shared = new HashSet<>();
    for (AttachedPort at : watched.ports()) {
      int number = pipeline.numberOf(at.port());
      for (Address address : WatchedPorts.addressesOf(at)) {
        if (known.put(address, number) != null) {
          shared.add(address);
        }
      }
    }
    // whose connections are those of one address in two networks?
    known.keySet().removeAll(shared);
    ports = known;
  }

  /** Takes all news that are there. */
  void take(long nowNs) {
    long completeNs = queue.completeUntilNs();
    for (List<ConnectionNews> batch = queue.poll(); batch != null; batch = queue.poll()) {
      for (ConnectionNews news : batch) {
        if (news instanceof ConnectionNews.Older older) {
          know(older.connection(), nowNs);
        } else {
          table.take(news);
        }
      }
    }
    completeUntilNs = completeNs;
    if (table.overflows() != overflowsCounted) {
      counters.add(AgentCounter.CONNTRACK_OVERFLOWS, table.overflows() - overflowsCounted);
      overflowsCounted = table.overflows();
    }
  }

  private void know(OlderConnection older, long nowNs) {
    Integer number = ports.get(new Address(older.ipv6(), older.localHigh(), older.localLow()));
    if (number != null) {
      pipeline.know(number, older, nowNs);
    }
  }

  /** Tells whether all news from before a time have come, as far as anybody wants them. */
  boolean isCompleteUntil(long timeNs) {
    return completeUntilNs >= timeNs || !pipeline.showsTranslations();
  }

  /** Has news told at once. */
  void hurry() {
    queue.wish();
  }

  @Override
  public void startSlice(long startNs, long endNs) {
    knowsAll = table.isWhole() && completeUntilNs >= endNs;
    if (!pipeline.showsTranslations()) {
      table.clear();
    }
  }

  @Override
  public void translate(FlowRecord row) {
    Tuple seen = seen(row);
    Tuple found = table.find(seen);
    if (found == null) {
      return;
    }
    if (!found.equals(seen)) {
      write(row, found);
    } else if (knowsAll && row.verdict() == FlowRecord.ACCEPT) {
      // a connection whose first packet is dropped is never tracked, translated or not
      row.untranslated();
    }
  }

  private static Tuple seen(FlowRecord row) {
    boolean ipv6 = row.ipVersion() == 6;
    return new Tuple(
        ipv6,
        row.protocol(),
        ipv6 ? row.source6High() : 0,
        ipv6 ? row.source6Low() : row.source4() & ADDRESS4_MASK,
        ipv6 ? row.destination6High() : 0,
        ipv6 ? row.destination6Low() : row.destination4() & ADDRESS4_MASK,
        row.sourcePort(),
        row.destinationPort());
  }

  private static void write(FlowRecord row, Tuple found) {
    row.translatedPorts(found.sourcePort(), found.destinationPort());
    if (found.ipv6()) {
      row.translatedSource6(found.sourceHigh(), found.sourceLow());
      row.translatedDestination6(found.destinationHigh(), found.destinationLow());
    } else {
      row.translated4((int) found.sourceLow(), (int) found.destinationLow());
    }
  }

  @Override
  public void endSlice(long endNs) {
    table.forget(endNs);
  }
}
