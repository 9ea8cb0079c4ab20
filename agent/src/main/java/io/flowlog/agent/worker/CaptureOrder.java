package io.flowlog.agent.worker;

import io.flowlog.agent.capture.LiveSource;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.bridge.DropEntries;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a capture worker is asked to do from a moment on. The sources in it change hands with it.
 *
 * @param asOfNs the moment, before which none of the added sources was opened
 * @param plan what is captured then; null if that is what it was
 * @param added sources that begin
 * @param removed sources that end: what they saw before the moment counts
 * @param blind ports in the plan of which nothing can be seen
 * @param watched where drops concern the ports of the plan
 * @param isLast whether there will be no other order
 */
record CaptureOrder(
    long asOfNs,
    @Nullable CapturePlan plan,
    List<PortSource> added,
    List<LiveSource> removed,
    List<LoggingPort> blind,
    WatchedPorts watched,
    boolean isLast) {
  /** Drops are told in spans of this length, which no moment of an order parts. */
  static final long GRANULE_NS = DropEntries.GRANULE_NS;

  CaptureOrder {
    added = List.copyOf(added);
    removed = List.copyOf(removed);
    blind = List.copyOf(blind);
  }

  /** Returns the first moment at or after a time at which an order may be done. */
  static long momentAfter(long timeNs) {
    return momentBefore(timeNs + GRANULE_NS - 1);
  }

  /** Returns the last moment at or before a time at which an order may be done. */
  static long momentBefore(long timeNs) {
    return Math.floorDiv(timeNs, GRANULE_NS) * GRANULE_NS;
  }

  /** Returns when it is done: the clock may have been set back since it was given. */
  long momentNs(long nowNs) {
    return asOfNs - nowNs < GRANULE_NS ? asOfNs : momentBefore(nowNs);
  }

  /** A source and the port that it is at. */
  record PortSource(LoggingPort port, LiveSource source) {}

  /** Returns the order to count what was seen until now and to end. */
  static CaptureOrder toStop(long asOfNs, List<LiveSource> sources) {
    return new CaptureOrder(asOfNs, null, List.of(), sources, List.of(), WatchedPorts.NONE, true);
  }
}
