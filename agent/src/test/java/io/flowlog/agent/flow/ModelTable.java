package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketMaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a connection table must hand over, by plain maps and objects, with room for everything.
 * Owned by one test.
 */
final class ModelTable {
  /** What rows must add up to, whether folded or not: packets seen, or dropped. */
  record Sum(boolean dropped, int portIndex, int direction, int protocol, int destinationPort) {
    @Override
    public int hashCode() {
      int kind = (portIndex * 3 + direction) * 2 + (dropped ? 1 : 0);
      return (kind * 256 + protocol) * 65_537 + destinationPort;
    }
  }

  /** Packets and bytes. */
  static final class Amounts {
    private long packets;
    private long bytes;

    long packets() {
      return packets;
    }

    void add(long morePackets, long moreBytes) {
      packets += morePackets;
      bytes += moreBytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Amounts amounts
          && packets == amounts.packets
          && bytes == amounts.bytes;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(packets * 31 + bytes);
    }

    @Override
    public String toString() {
      return packets + " packets, " + bytes + " bytes";
    }
  }

  private record Datagram(
      int portIndex, int protocol, long identification, List<Long> sourceAndDestination) {}

  private record FirstFragment(int sourcePort, int destinationPort, long timestampNs) {}

  /** Some packets of one side. */
  private static final class Counter {
    boolean counted;
    long packets;
    long bytes;
    long firstNs;
    long lastNs;
    int flags;
    boolean synAck;
    int dropPoint;

    void add(long morePackets, long moreBytes, long fromNs, long toNs) {
      packets += morePackets;
      bytes += moreBytes;
      firstNs = counted ? Math.min(firstNs, fromNs) : fromNs;
      lastNs = counted ? Math.max(lastNs, toNs) : toNs;
      counted = true;
    }

    void addFlags(int moreFlags, boolean moreSynAck) {
      flags |= moreFlags;
      synAck |= moreSynAck;
    }

    CutRows.Side side(int direction) {
      return side(direction, packets, bytes);
    }

    CutRows.Side side(int direction, long ofPackets, long ofBytes) {
      return ofPackets <= 0
          ? CutRows.NOTHING
          : new CutRows.Side(
              direction,
              ofPackets,
              Math.max(0, ofBytes),
              firstNs,
              lastNs,
              flags,
              synAck,
              dropPoint);
    }
  }

  /** What a side has counted in the slice. */
  private static final class Counters {
    final Counter seen = new Counter();
    final Counter setup = new Counter();
    final Counter dropped = new Counter();
  }

  private static final class Connection {
    final Counters[] counters = {new Counters(), new Counters()};
    final long[] lastNs = new long[2];
    final boolean oriented;
    ModelTcp tcp = new ModelTcp();
    int initiator;
    boolean answered;

    Connection(boolean oriented, int initiator) {
      this.oriented = oriented;
      this.initiator = initiator;
    }

    long latestNs() {
      long droppedNs = Math.max(counters[0].dropped.lastNs, counters[1].dropped.lastNs);
      return Math.max(droppedNs, Math.max(lastNs[0], lastNs[1]));
    }
  }

  private static final long FRAGMENT_LIFE_NS = Duration.ofSeconds(60).toNanos();
  private static final long IDENTIFICATION_REUSE_NS = Duration.ofSeconds(2).toNanos();

  final List<CutRows.Cut> cuts = new ArrayList<>();

  /** Of each cut. */
  final List<Map<Sum, Amounts>> sums = new ArrayList<>();

  /** Packets of virtual machines that were dropped but not seen. */
  long unseen;

  private IntervalSchedule schedule;
  private IntervalSchedule nextSchedule;
  private boolean collects;
  private boolean nextCollects;
  private final Set<Integer> removedPorts = new HashSet<>();
  private final FlowConfig.Timeouts timeouts;
  private final Map<CutRows.Key, Connection> connections = new HashMap<>();
  private final Map<Datagram, FirstFragment> fragments = new HashMap<>();
  private Map<Sum, Amounts> runningSums = new HashMap<>();
  private boolean open;
  private long startNs;
  private long endNs;
  private long latestNs;
  private long closedNs = Long.MIN_VALUE;
  private boolean lateSeen;

  ModelTable(IntervalSchedule schedule, FlowConfig.Timeouts timeouts) {
    this.schedule = schedule;
    nextSchedule = schedule;
    this.timeouts = timeouts;
  }

  void changeSchedule(IntervalSchedule next) {
    nextSchedule = next;
  }

  void collectSetup(boolean next) {
    nextCollects = next;
  }

  void addPort(int portIndex) {
    removedPorts.remove(portIndex);
    fragments.keySet().removeIf(datagram -> datagram.portIndex() == portIndex);
  }

  void removePort(int portIndex) {
    removedPorts.add(portIndex);
  }

  void packet(PacketMaker packet) {
    reach(packet.timestampNs);
    int sourcePort = packet.sourcePort;
    int destinationPort = packet.destinationPort;
    if (packet.fragment != PacketMaker.WHOLE) {
      FirstFragment first = fragment(packet);
      if (packet.fragment == PacketMaker.LATER_FRAGMENT && first != null) {
        sourcePort = first.sourcePort();
        destinationPort = first.destinationPort();
      }
    }
    boolean icmp = packet.protocol == 1 || packet.protocol == 58;
    addSum(false, packet, icmp ? 0 : destinationPort, packet.packets, packet.bytes);
    boolean fromLocal = isFromLocal(packet, sourcePort, destinationPort, icmp);
    CutRows.Key key = key(packet, fromLocal || icmp, fromLocal, sourcePort, destinationPort);
    count(key, packet, fromLocal ? 0 : 1);
  }

  /** Counts dropped packets of the flow of a packet, which has the report's addresses and ports. */
  void drop(PacketMaker packet, DropReport drop) {
    reach(drop.lastNs);
    boolean icmp = packet.protocol == 1 || packet.protocol == 58;
    addSum(true, packet, icmp ? 0 : packet.destinationPort, drop.packets, drop.bytes);
    boolean fromLocal = isFromLocal(packet, packet.sourcePort, packet.destinationPort, icmp);
    CutRows.Key key =
        key(packet, fromLocal || icmp, fromLocal, packet.sourcePort, packet.destinationPort);
    countDrop(key, drop, fromLocal ? 0 : 1);
  }

  private void reach(long timestampNs) {
    if (!open || timestampNs >= endNs) {
      begin(timestampNs);
    }
    lateSeen |= timestampNs < startNs;
    latestNs = Math.max(latestNs, timestampNs);
  }

  private void addSum(
      boolean dropped, PacketMaker packet, int destinationPort, long packets, long bytes) {
    Sum sum =
        new Sum(
            dropped,
            packet.portIndex,
            packet.direction.ordinal(),
            packet.protocol,
            destinationPort);
    runningSums.computeIfAbsent(sum, any -> new Amounts()).add(packets, bytes);
  }

  private @Nullable FirstFragment fragment(PacketMaker packet) {
    Datagram datagram =
        new Datagram(
            packet.portIndex,
            packet.protocol,
            packet.sequence,
            List.of(
                packet.sourceHigh,
                packet.sourceLow,
                packet.destinationHigh,
                packet.destinationLow));
    FirstFragment known = fragments.get(datagram);
    long ageNs = known == null ? Long.MAX_VALUE : packet.timestampNs - known.timestampNs();
    if (packet.fragment == PacketMaker.LATER_FRAGMENT) {
      return ageNs <= FRAGMENT_LIFE_NS ? known : null;
    }
    if (ageNs >= IDENTIFICATION_REUSE_NS) {
      known = new FirstFragment(packet.sourcePort, packet.destinationPort, packet.timestampNs);
      fragments.put(datagram, known);
    }
    return known;
  }

  private static boolean isFromLocal(
      PacketMaker packet, int sourcePort, int destinationPort, boolean icmp) {
    if (packet.direction != Direction.UNKNOWN) {
      return packet.direction == Direction.EGRESS;
    }
    int order = Long.compareUnsigned(packet.sourceHigh, packet.destinationHigh);
    if (order == 0) {
      order = Long.compareUnsigned(packet.sourceLow, packet.destinationLow);
    }
    if (order == 0 && !icmp) {
      order = Integer.compare(sourcePort, destinationPort);
    }
    return order <= 0;
  }

  private static CutRows.Key key(
      PacketMaker packet,
      boolean portsInOrder,
      boolean fromLocal,
      int sourcePort,
      int destinationPort) {
    return new CutRows.Key(
        packet.portIndex,
        packet.protocol,
        packet.vlan,
        packet.ipv6,
        fromLocal ? packet.sourceHigh : packet.destinationHigh,
        fromLocal ? packet.sourceLow : packet.destinationLow,
        fromLocal ? packet.destinationHigh : packet.sourceHigh,
        fromLocal ? packet.destinationLow : packet.sourceLow,
        portsInOrder ? sourcePort : destinationPort,
        portsInOrder ? destinationPort : sourcePort);
  }

  private Connection connection(CutRows.Key key, boolean oriented, int side, long timestampNs) {
    Connection connection = connections.get(key);
    if (connection == null) {
      connection = new Connection(oriented, side + 1);
      connections.put(key, connection);
    } else if (timestampNs - connection.latestNs() > timeoutNs(key, connection)) {
      connection.tcp = new ModelTcp();
      connection.initiator = side + 1;
      connection.answered = false;
    }
    return connection;
  }

  private void count(CutRows.Key key, PacketMaker packet, int side) {
    boolean oriented = packet.direction != Direction.UNKNOWN;
    Connection connection = connection(key, oriented, side, packet.timestampNs);
    Counters counters = connection.counters[side];
    addTo(counters.seen, packet);
    connection.lastNs[side] = counters.seen.lastNs;
    connection.answered |= connection.initiator != side + 1;
    boolean settingUp = connection.tcp.settingUp;
    if (key.protocol() == 6) {
      connection.tcp =
          connection.tcp.after(side, packet.tcpFlags, packet.sequence, packet.timestampNs);
    }
    if (collects && isSetup(key, connection, side, settingUp)) {
      addTo(counters.setup, packet);
    }
  }

  private static void addTo(Counter counter, PacketMaker packet) {
    counter.add(packet.packets, packet.bytes, packet.timestampNs, packet.timestampNs);
    counter.addFlags(packet.tcpFlags, (packet.tcpFlags & 18) == 18);
  }

  private static boolean isSetup(
      CutRows.Key key, Connection connection, int side, boolean wasSettingUp) {
    return switch (key.protocol()) {
      case 6 -> wasSettingUp || connection.tcp.settingUp;
      case 1 -> key.localPort() != 0;
      case 58 -> key.localPort() >= 128;
      default -> connection.initiator == side + 1;
    };
  }

  private void countDrop(CutRows.Key key, DropReport drop, int side) {
    boolean oriented = drop.direction != Direction.UNKNOWN;
    Connection connection = connection(key, oriented, side, drop.firstNs);
    boolean nothingYet = key.protocol() == 6 && connection.tcp.state == TcpState.NONE;
    if (nothingYet && (drop.tcpFlags & 23) == 2) {
      connection.tcp = connection.tcp.after(side, 2, 0, drop.firstNs);
    }
    Counters counters = connection.counters[side];
    counters.dropped.add(drop.packets, drop.bytes, drop.firstNs, drop.lastNs);
    counters.dropped.addFlags(drop.tcpFlags, drop.synAckSeen);
    counters.dropped.dropPoint = drop.dropPoint;
    boolean wasSeen = connection.oriented && side == 0;
    if (collects && wasSeen && isSetup(key, connection, side, false)) {
      counters.setup.packets -= drop.packets;
      counters.setup.bytes -= drop.bytes;
    }
  }

  private long timeoutNs(CutRows.Key key, Connection connection) {
    return switch (key.protocol()) {
      case 6 -> tcpTimeout(connection.tcp.state).toNanos();
      case 17 -> (connection.answered ? timeouts.udpAnswered() : timeouts.udp()).toNanos();
      case 1, 58 -> timeouts.icmp().toNanos();
      default -> timeouts.other().toNanos();
    };
  }

  private Duration tcpTimeout(TcpState state) {
    return switch (state) {
      case NONE -> timeouts.other();
      case SYN_SENT -> timeouts.tcpSynSent();
      case SYN_RECV -> timeouts.tcpSynReceived();
      case ESTABLISHED, MIDSTREAM -> timeouts.tcpEstablished();
      case FIN_WAIT -> timeouts.tcpFinWait();
      case CLOSE_WAIT -> timeouts.tcpCloseWait();
      case CLOSING, LAST_ACK -> timeouts.tcpLastAck();
      case TIME_WAIT, CLOSED -> timeouts.tcpTimeWait();
      case RESET -> timeouts.tcpReset();
    };
  }

  void advanceTo(long nowNs) {
    if (open && nowNs >= endNs) {
      begin(nowNs);
    }
  }

  /** Cuts at a time, at the earliest behind the newest packet; returns where the next begins. */
  long cutAt(long timeNs) {
    long fromNs = timeNs;
    if (open && timeNs >= endNs && !schedule.isWhole()) {
      long boundaryNs = Math.max(endNs, schedule.startOf(timeNs));
      finishAt(endNs, endNs);
      if (boundaryNs < timeNs) {
        begin(boundaryNs, schedule, collects);
      }
    }
    if (open) {
      fromNs = Math.max(timeNs, Math.max(latestNs + 1, startNs));
      if (lateSeen) {
        fromNs = Math.max(fromNs, startNs + 1);
      }
      if (fromNs > startNs) {
        finishAt(fromNs, fromNs);
      }
    }
    begin(fromNs, nextSchedule, nextCollects);
    return startNs;
  }

  private void begin(long timestampNs) {
    List<Long> silent = new ArrayList<>();
    for (long ns = endNs; open && nextSchedule.endOf(ns) <= timestampNs && silent.size() < 1440; ) {
      silent.add(ns);
      ns = nextSchedule.endOf(ns);
    }
    finish();
    for (long ns : silent.size() < 1440 ? silent : List.<Long>of()) {
      begin(ns, nextSchedule, nextCollects);
      finish();
    }
    begin(nextSchedule.startOf(timestampNs), nextSchedule, nextCollects);
  }

  private void begin(long fromNs, IntervalSchedule byNow, boolean collectsNow) {
    schedule = byNow;
    collects = collectsNow;
    startNs = Math.max(fromNs, closedNs);
    endNs = schedule.endOf(startNs);
    open = true;
    lateSeen = false;
  }

  void finish() {
    if (open) {
      boolean whole = schedule.isWhole();
      finishAt(whole ? latestNs + 1 : endNs, whole ? latestNs : endNs);
    }
  }

  private void finishAt(long untilNs, long asOfNs) {
    open = false;
    closedNs = untilNs;
    Map<CutRows.Key, CutRows.Row> rows = new HashMap<>();
    connections.forEach((key, connection) -> addRow(rows, key, connection, asOfNs));
    connections
        .entrySet()
        .removeIf(
            entry ->
                removedPorts.contains(entry.getKey().portIndex())
                    || isSilent(entry.getKey(), entry.getValue(), asOfNs));
    cuts.add(new CutRows.Cut(startNs, untilNs, rows, List.of()));
    sums.add(runningSums);
    runningSums = new HashMap<>();
  }

  private boolean isSilent(CutRows.Key key, Connection connection, long nowNs) {
    return nowNs - connection.latestNs() > timeoutNs(key, connection);
  }

  private void addRow(
      Map<CutRows.Key, CutRows.Row> rows, CutRows.Key key, Connection connection, long asOfNs) {
    Counters[] counters = connection.counters;
    boolean anySeen = counters[0].seen.counted || counters[1].seen.counted;
    if (!anySeen && !counters[0].dropped.counted && !counters[1].dropped.counted) {
      return;
    }
    boolean silent = isSilent(key, connection, asOfNs);
    ModelTcp tcp = connection.tcp;
    boolean over = silent && tcp.state == TcpState.TIME_WAIT;
    int local = (connection.oriented ? Direction.EGRESS : Direction.UNKNOWN).ordinal();
    int remote = (connection.oriented ? Direction.INGRESS : Direction.UNKNOWN).ordinal();
    long takenOff = connection.oriented ? counters[0].dropped.packets : 0;
    long takenOffBytes = connection.oriented ? counters[0].dropped.bytes : 0;
    unseen += Math.max(0, takenOff - counters[0].seen.packets);
    CutRows.Side accepted = accepted(counters[0], local, takenOff, takenOffBytes);
    CutRows.Side acceptedRemote = accepted(counters[1], remote, 0, 0);
    rows.put(
        key,
        new CutRows.Row(
            counters[0].seen.side(local),
            counters[1].seen.side(remote),
            List.of(accepted, acceptedRemote),
            collects
                ? List.of(
                    setup(counters[0], local, accepted), setup(counters[1], remote, acceptedRemote))
                : List.of(),
            List.of(counters[0].dropped.side(local), counters[1].dropped.side(remote)),
            over ? TcpState.CLOSED : tcp.state,
            silent && tcp.reason == EndReason.NONE ? EndReason.TIMEOUT : tcp.reason,
            key.protocol() == 6 ? tcp.initiator : connection.initiator,
            tcp.setupUs));
    for (int side = 0; side < 2; side++) {
      connection.lastNs[side] = Math.max(connection.lastNs[side], counters[side].dropped.lastNs);
      counters[side] = new Counters();
    }
  }

  private static CutRows.Side accepted(
      Counters counters, int direction, long droppedPackets, long droppedBytes) {
    Counter seen = counters.seen;
    return seen.side(direction, seen.packets - droppedPackets, seen.bytes - droppedBytes);
  }

  private static CutRows.Side setup(Counters counters, int direction, CutRows.Side accepted) {
    Counter setup = counters.setup;
    return setup.side(
        direction,
        Math.min(setup.packets, accepted.packets()),
        Math.min(setup.bytes, accepted.bytes()));
  }
}
