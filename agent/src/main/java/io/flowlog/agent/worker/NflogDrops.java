package io.flowlog.agent.worker;

import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.NflogConfig.Verdict;
import io.flowlog.agent.capture.drops.DropBatch;
import io.flowlog.agent.capture.drops.DropEntry;
import io.flowlog.agent.capture.drops.DropMerger;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.capture.nflog.NflogGroup;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * What firewalls drop that log it by themselves; owned by one thread.
 *
 * <p>A message is of one packet as the firewall has it: of a super-packet, or of fragments that
 * were put together, it does not tell how many they were on the wire.
 */
final class NflogDrops implements DropSource {
  /** A message, and what it tells of those before it. */
  private static final int ENTRIES_OF_A_MESSAGE = 3;

  private static final int PAUSE_MS = 50;

  /** So often messages are received before anybody hears of those that were. */
  private static final int RECEPTIONS_MAX = 64;

  /** A message is as late as the kernel lets it be, and its timer may be late, too. */
  private static final long DELAY_NS = TimeUnit.MILLISECONDS.toNanos(NflogGroup.DELAY_MS + 20);

  private final List<NflogGroup> groups;
  private final List<String> names;

  /** For each group the number of the reason that each of its prefixes is. */
  private final int[][] reasons;

  private final String description;
  private final LoggedDrop drop;
  private final CounterSet counters;
  private final DropMerger merger = new DropMerger();

  /** The group that is read, of those that are. */
  private int current;

  private int receptions;

  /** Whether a group may have more than was read. */
  private boolean behind;

  private long overrunsCounted;
  private long brokenCounted;

  /** How many collections have not shown yet what an overrun has cost. */
  private int collectionsSinceOverrun;

  private boolean overrunIsOpen;
  private long completeUntilNs;
  private long latestNs;

  private NflogDrops(NflogConfig settings, List<NflogGroup> groups, CounterSet counters) {
    this.groups = groups;
    this.counters = counters;
    names =
        settings.groups().stream()
            .flatMap(group -> group.prefixes().stream())
            .map(Prefix::dropPoint)
            .distinct()
            .toList();
    reasons =
        settings.groups().stream()
            .map(group -> group.prefixes().stream().mapToInt(this::reason).toArray())
            .toArray(int[][]::new);
    description =
        settings.groups().stream()
            .map(group -> Integer.toString(group.number()))
            .collect(Collectors.joining(", ", "what firewalls log to NFLOG group ", ""));
    drop = new LoggedDrop(counters);
  }

  private int reason(Prefix prefix) {
    return names.indexOf(prefix.dropPoint()) + 1;
  }

  /**
   * Begins to read groups, in the network namespace of the calling thread.
   *
   * @param counters of the thread that will collect
   */
  static NflogDrops open(NflogConfig settings, CounterSet counters) throws IOException {
    List<NflogGroup> groups = new ArrayList<>();
    try {
      for (NflogConfig.Group group : settings.groups()) {
        groups.add(NflogGroup.open(group));
      }
      return new NflogDrops(settings, groups, counters);
    } catch (IOException e) {
      groups.forEach(NflogGroup::close);
      throw e;
    }
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public IntFunction<String> namesOfReasons() {
    return number -> names.get(number - 1);
  }

  @Override
  public Set<Integer> malformedReasons() {
    return Set.of();
  }

  @Override
  public void watch(Set<Integer> interfaces) {
    // a firewall logs what its rules say
  }

  @Override
  public void collect() {
    current = 0;
    receptions = 0;
    behind = false;
  }

  @Override
  public boolean fill(DropBatch batch) throws IOException {
    merger.restart();
    while (current < groups.size()) {
      NflogGroup group = groups.get(current);
      if (batch.isShortOf(ENTRIES_OF_A_MESSAGE)) {
        return false;
      }
      if (group.next()) {
        take(group, batch);
      } else if (!receive(group)) {
        current++;
        receptions = 0;
      }
    }
    countTroubles(batch);
    return true;
  }

  private boolean receive(NflogGroup group) throws IOException {
    // Others get their turn, too, where more comes than can be read.
    if (receptions >= RECEPTIONS_MAX) {
      behind = true;
      return false;
    }
    receptions++;
    return group.receive();
  }

  private void take(NflogGroup group, DropBatch batch) {
    long timeNs = group.timestampNs();
    if (timeNs == 0) {
      timeNs = TimeOfDay.nowNs();
      counters.increment(AgentCounter.NFLOG_UNTIMED);
    }
    long lost = group.takeLost();
    if (lost > 0) {
      tellLost(lost, timeNs, batch);
    }
    latestNs = timeNs;
    int place = group.prefixPlace();
    Prefix prefix = group.prefix(place);
    if (prefix == null) {
      counters.increment(AgentCounter.NFLOG_PREFIX_UNKNOWN);
    } else if (prefix.verdict() == Verdict.ACCEPT) {
      counters.increment(AgentCounter.NFLOG_ACCEPTED);
    } else if (drop.read(group, timeNs)) {
      DropEntry entry = batch.append();
      drop.describe(entry, group);
      entry.reason = reasons[current][place];
      entry.only = prefix.direction();
      merger.mergeLast(batch);
    }
  }

  /** The missing ones were between the message before them and this one. */
  private void tellLost(long lost, long timeNs, DropBatch batch) {
    overrunIsOpen = false;
    counters.add(AgentCounter.NFLOG_LOST, lost);
    if (latestNs != 0 && LoggedDrop.granuleStartNs(latestNs) < LoggedDrop.granuleStartNs(timeNs)) {
      LoggedDrop.describeLost(batch.append(), 0, latestNs);
    }
    LoggedDrop.describeLost(batch.append(), lost, timeNs);
  }

  private void countTroubles(DropBatch batch) {
    long overruns = groups.stream().mapToLong(NflogGroup::overruns).sum();
    if (overruns > overrunsCounted) {
      counters.add(AgentCounter.NFLOG_OVERRUNS, overruns - overrunsCounted);
      overrunsCounted = overruns;
      overrunIsOpen = true;
      collectionsSinceOverrun = 0;
    } else if (overrunIsOpen && ++collectionsSinceOverrun > 1) {
      // The next message, which would tell how many are missing, may be far away.
      overrunIsOpen = false;
      LoggedDrop.describeLost(batch.append(), 0, latestNs);
    }
    long broken = groups.stream().mapToLong(NflogGroup::brokenDatagrams).sum();
    counters.add(AgentCounter.NFLOG_BROKEN, broken - brokenCounted);
    brokenCounted = broken;
  }

  @Override
  public long completeUntilNs(long collectedNs) {
    if (!behind && !overrunIsOpen) {
      completeUntilNs = Math.max(completeUntilNs, collectedNs - DELAY_NS);
    }
    return completeUntilNs;
  }

  @Override
  public int pauseMs() {
    return behind ? 0 : PAUSE_MS;
  }

  @Override
  public void close() {
    groups.forEach(NflogGroup::close);
  }
}
