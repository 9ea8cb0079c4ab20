package io.flowlog.agent.capture.drops;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.drops.DropEntry.Way;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.util.Set;

/**
 * Decides whose drops an entry tells of: dropped on the way out of the port where the packets came
 * in, and on the way into the port that they were for. Owned by one capture worker.
 *
 * <p>A packet that a bridge floods is there several times, once for each of its ports. It is lost
 * for its sender only when it is lost for the one that it is for, and a copy that another port does
 * not get is lost for nobody.
 */
public final class DropJudge {
  private final CounterSet counters;
  private final Set<Integer> malformed;
  private final Verdicts verdicts;
  private final DropReport report = new DropReport();
  private final FloodBook floods = new FloodBook();
  private final Senders settler = new Senders();
  private DropPorts ports = DropPorts.EMPTY;

  /** Takes what was decided. */
  public interface Verdicts {
    /** Takes a report, valid during the call; its drop point is yet to be set by the reason. */
    void onDrop(DropReport drop, int reason) throws IOException;

    /** Takes the news that so many dropped packets of a port are not in any report. */
    void onLost(int portNumber, long packets);

    /**
     * Takes the news that so many dropped packets, which may be any port's, are in no report.
     *
     * @param packets 0 if their number is not known
     */
    void onLostAnywhere(long packets);

    /** Takes the news that packets of a port in a report may have been more on the wire. */
    void onUncertain(int portNumber);
  }

  /**
   * Makes a judge that knows no port yet.
   *
   * @param malformed the reasons whose packets are only counted
   */
  public DropJudge(Set<Integer> malformed, Verdicts verdicts, CounterSet counters) {
    this.malformed = Set.copyOf(malformed);
    this.verdicts = verdicts;
    this.counters = counters;
  }

  /** Decides by other ports from now on. */
  public void know(DropPorts now) {
    ports = now;
  }

  /** Decides about an entry. */
  public void judge(DropEntry entry) throws IOException {
    if (entry.overflow) {
      judgeOverflow(entry);
    } else if (entry.ipVersion == 0 || malformed.contains(entry.reason)) {
      counters.add(AgentCounter.PACKETS_MALFORMED, entry.packets);
    } else {
      judgeFlow(entry);
    }
  }

  private void judgeOverflow(DropEntry entry) {
    counters.add(AgentCounter.DROPS_UNTOLD, entry.packets);
    if (entry.ofAnyPort) {
      verdicts.onLostAnywhere(entry.packets);
      return;
    }
    int input = ports.at(entry.inputInterface).number();
    int output = ports.at(entry.outputInterface).number();
    if (input != DropPorts.NONE) {
      verdicts.onLost(input, entry.packets);
    }
    if (output != DropPorts.NONE) {
      verdicts.onLost(output, entry.packets);
    }
    // what was routed to a bridge was for any of its ports
    if (ports.isBridge(entry.outputInterface)) {
      verdicts.onLostAnywhere(0);
    }
  }

  private void judgeFlow(DropEntry entry) throws IOException {
    if (entry.isAtBridgePort() && entry.isForGroup()) {
      judgeCopy(entry, ports.at(entry.outputInterface).number());
    } else if (isCopyForNobody(entry)) {
      counters.add(AgentCounter.DROPS_OF_COPIES, entry.packets);
    } else if (isCopyForAnybody(entry)) {
      judgeCopy(entry, DropPorts.NONE);
    } else {
      judgePacket(entry);
    }
  }

  private void judgePacket(DropEntry entry) throws IOException {
    int egress = egressPort(entry);
    int ingress = entry.only == Direction.EGRESS ? DropPorts.NONE : ingressPort(entry);
    if (egress != DropPorts.NONE) {
      tell(entry, egress, Direction.EGRESS);
    }
    if (ingress != DropPorts.NONE) {
      tell(entry, ingress, Direction.INGRESS);
    }
    if (egress == DropPorts.NONE && ingress == DropPorts.NONE) {
      counters.add(AgentCounter.DROPS_OF_NO_PORT, entry.packets);
    }
  }

  /** A copy is one receiver's; whether its sender has lost the packet, all copies will tell. */
  private void judgeCopy(DropEntry entry, int receiver) throws IOException {
    if (receiver != DropPorts.NONE && entry.only != Direction.EGRESS) {
      tell(entry, receiver, Direction.INGRESS);
    } else {
      counters.add(AgentCounter.DROPS_OF_COPIES, entry.packets);
    }
    int sender = egressPort(entry);
    if (sender != DropPorts.NONE && (entry.way != Way.FLOODED || !floods.add(entry))) {
      verdicts.onUncertain(sender);
    }
  }

  /**
   * Decides about the senders of flooded packets whose span of time began before a moment, all of
   * whose copies have come.
   */
  public void settleBefore(long beforeNs) throws IOException {
    floods.settleBefore(beforeNs, settler);
  }

  /**
   * Returns when the earliest packets came that {@link #settleBefore} has still to decide about.
   */
  public long unsettledFromNs() {
    return floods.earliestNs();
  }

  private final class Senders implements FloodBook.Settler {
    @Override
    public void onLostForAll(DropEntry packets) throws IOException {
      int sender = egressPort(packets);
      if (sender != DropPorts.NONE) {
        tell(packets, sender, Direction.EGRESS);
      }
    }

    @Override
    public void onUndecided(DropEntry packets) {
      int sender = egressPort(packets);
      if (sender != DropPorts.NONE) {
        verdicts.onUncertain(sender);
      }
    }
  }

  private static boolean isMaybeCopy(DropEntry entry) {
    return entry.isAtBridgePort() && (entry.copy || entry.maybeCopy) && entry.way != Way.CHOSEN;
  }

  /** Tells copies for a port that their receiver is not behind. */
  private boolean isCopyForNobody(DropEntry entry) {
    DropPorts.Port owner = ports.withMac(entry.destinationMac);
    boolean owned = owner.number() != DropPorts.NONE;
    return isMaybeCopy(entry)
        && (owned ? owner.interfaceIndex() != entry.outputInterface : entry.way == Way.ELSEWHERE);
  }

  /** Tells copies for a port that their receiver may be behind, since nobody knows where it is. */
  private boolean isCopyForAnybody(DropEntry entry) {
    return isMaybeCopy(entry) && ports.withMac(entry.destinationMac).number() == DropPorts.NONE;
  }

  private int egressPort(DropEntry entry) {
    if (entry.only == Direction.INGRESS) {
      return DropPorts.NONE;
    }
    int input = ports.at(entry.inputInterface).number();
    return input == DropPorts.NONE && ports.isBridge(entry.inputInterface)
        ? senderOf(entry)
        : input;
  }

  /** Where the bridge does not say at which of its ports a packet came in. */
  private int senderOf(DropEntry entry) {
    int owner = ports.withMac(entry.sourceMac).number();
    return owner == DropPorts.NONE ? ports.withSource(entry) : owner;
  }

  private int ingressPort(DropEntry entry) {
    int output = ports.at(entry.outputInterface).number();
    if (entry.isAtBridgePort() || output != DropPorts.NONE) {
      return output;
    }
    boolean byAddress =
        entry.routed || entry.fromHost || ports.at(entry.inputInterface).number() == DropPorts.NONE;
    return byAddress ? ports.withDestination(entry) : DropPorts.NONE;
  }

  private void tell(DropEntry entry, int port, Direction direction) throws IOException {
    report.portIndex = port;
    report.direction = direction;
    report.ipv6 = entry.ipVersion == 6;
    report.sourceHigh = entry.sourceHigh;
    report.sourceLow = entry.sourceLow;
    report.destinationHigh = entry.destinationHigh;
    report.destinationLow = entry.destinationLow;
    report.protocol = entry.protocol;
    report.vlan = entry.vlan;
    report.sourcePort = entry.sourcePort;
    report.destinationPort = entry.destinationPort;
    report.laterFragment = entry.laterFragment;
    report.packets = entry.packets;
    report.bytes = entry.bytes;
    report.firstNs = entry.firstNs;
    report.lastNs = entry.lastNs;
    report.tcpFlags = entry.tcpFlags;
    report.synAckSeen = entry.synAckSeen;
    verdicts.onDrop(report, entry.reason);
    if (entry.uncertain) {
      verdicts.onUncertain(port);
    }
  }
}
