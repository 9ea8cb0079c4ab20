package io.flowlog.agent.worker;

import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.drops.DropBatch;
import io.flowlog.agent.capture.drops.DropJudge;
import io.flowlog.agent.capture.drops.DropPorts;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.IpAddress;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.bridge.DropEntries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Takes drops out of their queue into the slices in which they belong. Owned by a {@link
 * CaptureWorker}, whose {@link Pipeline} it uses.
 */
final class DropVerdicts implements DropJudge.Verdicts {
  private final DropQueue queue;
  private final IntFunction<String> reasonNames;
  private final Pipeline pipeline;
  private final DropJudge judge;

  /** With drops of a later slice. */
  private final List<DropBatch> held = new ArrayList<>();

  private long heldFromNs = Long.MAX_VALUE;
  private DropPorts ports = DropPorts.EMPTY;
  private long completeUntilNs;

  /**
   * Makes an intake that knows no port yet.
   *
   * @param reasonNames turns the kernel's number of a reason into its name
   * @param malformed the reasons whose packets are only counted
   */
  DropVerdicts(
      DropQueue queue,
      IntFunction<String> reasonNames,
      Set<Integer> malformed,
      Pipeline pipeline,
      CounterSet counters) {
    this.queue = queue;
    this.reasonNames = reasonNames;
    this.pipeline = pipeline;
    judge = new DropJudge(malformed, this, counters);
  }

  /** Knows the ports of the plan that is followed now. */
  void know(WatchedPorts watched) {
    List<DropPorts.Port> known = new ArrayList<>();
    for (AttachedPort at : watched.ports()) {
      int number = pipeline.numberOf(at.port());
      if (number >= 0) {
        known.add(new DropPorts.Port(number, at.interfaceIndex(), mac(at), addresses(at)));
      }
    }
    ports = new DropPorts(known, watched.bridges());
    judge.know(ports);
  }

  private static long mac(AttachedPort at) {
    String mac = at.port().mac();
    return mac == null ? DropPorts.NO_MAC : HexFormat.fromHexDigitsToLong(mac.replace(":", ""));
  }

  private static List<byte[]> addresses(AttachedPort at) {
    return at.port().addresses().stream()
        .map(address -> Objects.requireNonNull(IpAddress.parse(address), address))
        .toList();
  }

  /** Counts drops that were before a time; others wait. */
  void takeBefore(long beforeNs) throws IOException {
    long completeNs = queue.completeUntilNs();
    if (heldFromNs < beforeNs) {
      takeHeld(beforeNs);
    }
    for (DropBatch batch = queue.poll(); batch != null; batch = queue.poll()) {
      if (batch.takeLost() > 0) {
        onLostAnywhere(0);
      }
      take(batch, beforeNs);
    }
    judge.settleBefore(completeNs - DropEntries.GRANULE_NS - CaptureWorker.ARRIVAL_NS + 1);
    completeUntilNs = completeNs;
  }

  private void takeHeld(long beforeNs) throws IOException {
    List<DropBatch> batches = List.copyOf(held);
    held.clear();
    heldFromNs = Long.MAX_VALUE;
    for (DropBatch batch : batches) {
      take(batch, beforeNs);
    }
  }

  private void take(DropBatch batch, long beforeNs) throws IOException {
    batch.takeBefore(beforeNs, judge::judge);
    if (batch.size() == 0) {
      queue.giveBack(batch);
    } else {
      held.add(batch);
      heldFromNs = Math.min(heldFromNs, batch.earliestNs());
    }
  }

  @Override
  public void onDrop(DropReport drop, int reason) throws IOException {
    drop.dropPoint = pipeline.numberOfDropPoint(reasonNames.apply(reason));
    pipeline.drop(drop);
  }

  @Override
  public void onLost(int portNumber, long packets) {
    pipeline.lost(portNumber, packets);
  }

  /** How many of them are each port's is known where there is one port. */
  @Override
  public void onLostAnywhere(long packets) {
    boolean known = packets > 0 && ports.numbers().size() == 1;
    long lost = known ? packets : FlowRecord.UNKNOWN;
    ports.numbers().forEach(number -> pipeline.lost(number, lost));
  }

  @Override
  public void onUncertain(int portNumber) {
    pipeline.lost(portNumber, FlowRecord.UNKNOWN);
  }

  /** Tells whether all drops before a time have come. */
  boolean isCompleteUntil(long timeNs) {
    return completeUntilNs >= timeNs;
  }

  /** Returns until when nothing is known that would belong into a slice. */
  long quietUntilNs() {
    long heldNs = Math.min(heldFromNs, judge.unsettledFromNs());
    return Math.min(completeUntilNs - CaptureWorker.ARRIVAL_NS, heldNs);
  }

  /** Has drops collected at once. */
  void hurry() {
    queue.wish();
  }
}
