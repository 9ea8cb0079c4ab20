package io.flowlog.agent.capture.drops;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.DropEntries;
import io.flowlog.bridge.DropProgram;
import io.flowlog.bridge.DropReasons;
import io.flowlog.bridge.DropSizes;
import io.flowlog.bridge.NativeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** What the kernel has dropped since it was last asked; owned by one thread. */
public final class KernelDrops implements DropSource {
  /** Between two looks: what they find then is merged, and nobody waits long for it. */
  private static final int PAUSE_MS = 100;

  /** About 15 MB of the kernel's memory: so many flows within a tenth of a second. */
  private static final int ENTRIES = 1 << 15;

  private static final int OVERFLOW_ENTRIES = 1 << 12;
  private static final int DEVICES = 1 << 12;

  private final DropProgram program;
  private final CounterSet counters;
  private final DropReasons reasons;
  private final Set<Integer> malformed = new HashSet<>();

  /** What was collected last; nothing is left of it at first. */
  private DropEntries entries;

  private long lostTold;

  /** Packets of which nothing is known but that they were dropped, for the next batch. */
  private long lostNews;

  private long missesTold;

  private KernelDrops(DropProgram program, DropConfig settings, CounterSet counters)
      throws NativeException {
    this.program = program;
    this.counters = counters;
    reasons = program.reasons();
    entries = program.collect();
    for (String name : settings.malformedReasons()) {
      reasons.numberOf(name).ifPresent(malformed::add);
    }
    settings.reasons().forEach(name -> reasons.numberOf(name).ifPresent(malformed::remove));
  }

  /**
   * Has the kernel tell of drops from now on, in the unit of the capture; of no interface yet.
   *
   * @param counters of the thread that will collect them
   */
  public static KernelDrops open(CaptureConfig capture, CounterSet counters)
      throws NativeException {
    DropConfig settings = capture.drops();
    List<String> wanted = new ArrayList<>(settings.reasons());
    wanted.addAll(settings.malformedReasons());
    DropSizes sizes = new DropSizes(ENTRIES, OVERFLOW_ENTRIES, DEVICES);
    DropProgram program = DropProgram.open(sizes, wanted, capture.wirePackets());
    try {
      return new KernelDrops(program, settings, counters);
    } catch (NativeException e) {
      program.close();
      throw e;
    }
  }

  /** Returns the names of the reasons that this kernel knows; any thread may ask. */
  public Set<String> reasonNames() {
    return reasons.names();
  }

  @Override
  public String description() {
    return "the kernel's drop reports";
  }

  @Override
  public IntFunction<String> namesOfReasons() {
    return reasons::nameOf;
  }

  @Override
  public Set<Integer> malformedReasons() {
    return Set.copyOf(malformed);
  }

  @Override
  public void watch(Set<Integer> interfaces) throws NativeException {
    program.setDevices(interfaces);
  }

  @Override
  public void collect() throws NativeException {
    entries = program.collect();
    if (program.hasNews()) {
      long lost = program.lostPackets();
      lostNews += lost - lostTold;
      lostTold = lost;
    }
    long misses = program.recursionMisses();
    counters.add(AgentCounter.DROPS_MISSED, misses - missesTold);
    lostNews += misses - missesTold;
    missesTold = misses;
  }

  @Override
  public boolean fill(DropBatch batch) throws NativeException {
    batch.addLost(lostNews);
    lostNews = 0;
    while (!batch.isFull()) {
      if (!entries.next()) {
        return true;
      }
      copy(batch.append());
    }
    return false;
  }

  private void copy(DropEntry entry) {
    entry.overflow = entries.isOverflow();
    entry.ofAnyPort = false;
    entry.granuleStartNs = entries.granuleStartNs();
    entry.reason = entries.reason();
    entry.inputInterface = entries.inputInterface();
    entry.outputInterface = entries.outputInterface();
    entry.vlan = entries.vlan();
    entry.ipVersion = entries.ipVersion();
    entry.protocol = entries.protocol();
    entry.sourceHigh = entries.sourceHigh();
    entry.sourceLow = entries.sourceLow();
    entry.destinationHigh = entries.destinationHigh();
    entry.destinationLow = entries.destinationLow();
    entry.sourcePort = entries.sourcePort();
    entry.destinationPort = entries.destinationPort();
    entry.destinationMac = entries.destinationMac();
    entry.sourceMac = entries.sourceMac();
    entry.fromHost = entries.isFromHost();
    entry.routed = entries.isRouted();
    entry.copy = entries.isCopy();
    entry.maybeCopy = false;
    entry.only = Direction.UNKNOWN;
    entry.uncertain = false;
    entry.laterFragment = entries.isLaterFragment();
    entry.packets = entries.packets();
    entry.bytes = entries.bytes();
    entry.firstNs = entries.firstNs();
    entry.lastNs = entries.lastNs();
    entry.tcpFlags = entries.tcpFlags();
    entry.synAckSeen = entries.isSynAckSeen();
  }

  @Override
  public long completeUntilNs(long collectedNs) {
    return collectedNs;
  }

  @Override
  public int pauseMs() {
    return PAUSE_MS;
  }

  @Override
  public void close() {
    program.close();
  }
}
