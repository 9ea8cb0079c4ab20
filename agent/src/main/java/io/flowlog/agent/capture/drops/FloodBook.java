package io.flowlog.agent.capture.drops;

import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * Dropped copies of flooded packets, by the packets that they are of, until all copies are known;
 * owned by a {@link DropJudge}.
 *
 * <p>A packet is lost for its sender only if nobody got a copy.
 */
final class FloodBook {
  private static final int FLOODS_MAX = 4096;

  /** A bridge makes copies one right after the other; most even have one and the same time. */
  private static final long TOGETHER_NS = 1_000_000;

  private final Map<Packets, Map<Integer, DropEntry>> floods = new HashMap<>();

  private record Flow(
      int ipVersion, int protocol, long sourceHigh, long sourceLow, long high, long low) {}

  private record Packets(
      Flow flow, long granuleStartNs, int inputInterface, int vlan, long mac, int ports) {
    static Packets of(DropEntry entry) {
      Flow flow =
          new Flow(
              entry.ipVersion << 1 | (entry.laterFragment ? 1 : 0),
              entry.protocol,
              entry.sourceHigh,
              entry.sourceLow,
              entry.destinationHigh,
              entry.destinationLow);
      return new Packets(
          flow,
          entry.granuleStartNs,
          entry.inputInterface,
          entry.vlan,
          entry.destinationMac,
          entry.sourcePort << 16 | entry.destinationPort);
    }
  }

  /** Takes what became of packets. */
  interface Settler {
    /** Takes packets of which no copy came anywhere. */
    void onLostForAll(DropEntry packets) throws IOException;

    /** Takes packets of which some may have come nowhere. */
    void onUndecided(DropEntry packets);
  }

  /** Notes copies for one bridge port; returns whether there was room. */
  boolean add(DropEntry copies) {
    Packets packets = Packets.of(copies);
    Map<Integer, DropEntry> places = floods.get(packets);
    if (places == null) {
      if (floods.size() >= FLOODS_MAX) {
        return false;
      }
      places = new HashMap<>();
      floods.put(packets, places);
    }
    DropEntry known = places.get(copies.outputInterface);
    if (known == null) {
      places.put(copies.outputInterface, copies.copy());
    } else {
      known.add(copies);
    }
    return true;
  }

  /** Decides about packets whose span of time began before a moment. */
  void settleBefore(long beforeNs, Settler settler) throws IOException {
    Iterator<Map.Entry<Packets, Map<Integer, DropEntry>>> all = floods.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Packets, Map<Integer, DropEntry>> flood = all.next();
      if (flood.getKey().granuleStartNs < beforeNs) {
        settle(flood.getValue(), settler);
        all.remove();
      }
    }
  }

  private static void settle(Map<Integer, DropEntry> places, Settler settler) throws IOException {
    DropEntry one = null;
    boolean alike = true;
    for (DropEntry copies : places.values()) {
      alike &= one == null || areTogether(one, copies);
      one = one == null ? copies : one;
    }
    if (one == null || places.size() < one.receivers) {
      return; // somebody got them
    }
    if (alike) {
      settler.onLostForAll(one);
    } else {
      settler.onUndecided(one);
    }
  }

  private static boolean areTogether(DropEntry one, DropEntry other) {
    return one.packets == other.packets
        && Math.abs(one.firstNs - other.firstNs) < TOGETHER_NS
        && Math.abs(one.lastNs - other.lastNs) < TOGETHER_NS;
  }

  /** Returns when the earliest packets came that are not decided about; else the last moment. */
  long earliestNs() {
    long earliestNs = Long.MAX_VALUE;
    for (Packets packets : floods.keySet()) {
      earliestNs = Math.min(earliestNs, packets.granuleStartNs);
    }
    return earliestNs;
  }
}
