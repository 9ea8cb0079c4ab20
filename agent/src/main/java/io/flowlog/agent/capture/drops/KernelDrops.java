package io.flowlog.agent.capture.drops;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.DropConfig;
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
public final class KernelDrops implements AutoCloseable {
  /** About 13 MB of the kernel's memory: so many flows within a tenth of a second. */
  private static final int ENTRIES = 1 << 15;

  private static final int OVERFLOW_ENTRIES = 1 << 12;
  private static final int DEVICES = 1 << 12;

  private final DropProgram program;
  private final DropReasons reasons;
  private final Set<Integer> malformed = new HashSet<>();

  /** What was collected last; nothing is left of it at first. */
  private DropEntries entries;

  private long lostTold;
  private long missesTold;

  private KernelDrops(DropProgram program, DropConfig settings) throws NativeException {
    this.program = program;
    reasons = program.reasons();
    entries = program.collect();
    for (String name : settings.malformedReasons()) {
      reasons.numberOf(name).ifPresent(malformed::add);
    }
    settings.reasons().forEach(name -> reasons.numberOf(name).ifPresent(malformed::remove));
  }

  /** Has the kernel tell of drops from now on, in the unit of the capture; of no interface yet. */
  public static KernelDrops open(CaptureConfig capture) throws NativeException {
    DropConfig settings = capture.drops();
    List<String> wanted = new ArrayList<>(settings.reasons());
    wanted.addAll(settings.malformedReasons());
    DropSizes sizes = new DropSizes(ENTRIES, OVERFLOW_ENTRIES, DEVICES);
    DropProgram program = DropProgram.open(sizes, wanted, capture.wirePackets());
    try {
      return new KernelDrops(program, settings);
    } catch (NativeException e) {
      program.close();
      throw e;
    }
  }

  /** Returns the names of the reasons that this kernel knows; any thread may ask. */
  public Set<String> reasonNames() {
    return reasons.names();
  }

  /** Returns what turns a reason's number into its name, for any thread. */
  public IntFunction<String> namesOfReasons() {
    return reasons::nameOf;
  }

  /** Returns the reasons whose packets are only counted; any thread may ask. */
  public Set<Integer> malformedReasons() {
    return Set.copyOf(malformed);
  }

  /** Replaces the interfaces whose drops are told. */
  public void watch(Set<Integer> interfaces) throws NativeException {
    program.setDevices(interfaces);
  }

  /** Has all that was dropped until now handed over by {@link #fill}; takes a while. */
  public void collect() throws NativeException {
    entries = program.collect();
  }

  /** Appends entries while there is room; returns whether nothing is left. */
  public boolean fill(DropBatch batch) throws NativeException {
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
    entry.laterFragment = entries.isLaterFragment();
    entry.packets = entries.packets();
    entry.bytes = entries.bytes();
    entry.firstNs = entries.firstNs();
    entry.lastNs = entries.lastNs();
    entry.tcpFlags = entries.tcpFlags();
    entry.synAckSeen = entries.isSynAckSeen();
  }

  /** Returns how many packets were dropped of which nothing else is known, since the last call. */
  public long takeLost() throws NativeException {
    long lost = program.lostPackets();
    long news = lost - lostTold;
    lostTold = lost;
    return news;
  }

  /** Returns how many drops the kernel did not look at, since the last call. */
  public long takeMisses() throws NativeException {
    long misses = program.recursionMisses();
    long news = misses - missesTold;
    missesTold = misses;
    return news;
  }

  @Override
  public void close() {
    program.close();
  }
}
