package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.decode.PacketMaker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection table must hand over, by plain maps and objects, with room for everything.
 * Owned by one test.
 */
final class ModelTable {
  /** What rows must add up to, whether folded or not. */
  record Sum(int portIndex, int direction, int protocol, int destinationPort) {
    @Override
    public int hashCode() {
      return ((portIndex * 3 + direction) * 256 + protocol) * 65_537 + destinationPort;
    }
  }

  /** Packets and bytes. */
  static final class Amounts {
    private long packets;
    private long bytes;

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

  /** One side's share of a row. */
  private static final class Counter {
    long packets;
    long bytes;
    long firstNs;
    long lastNs;
    int flags;
    boolean synAck;

    CutRows.Side side(int direction) {
      return packets == 0
          ? new CutRows.Side(0, 0, 0, 0, 0, 0, false)
          : new CutRows.Side(direction, packets, bytes, firstNs, lastNs, flags, synAck);
    }
  }

  private static final class Connection {
    final Counter[] counters = {new Counter(), new Counter()};
    final long[] lastNs = new long[2];
    final boolean oriented;
    ModelTcp tcp = new ModelTcp();
    int initiator;
    boolean answered;

    Connection(boolean oriented) {
      this.oriented = oriented;
    }

    long latestNs() {
      return Math.max(lastNs[0], lastNs[1]);
    }
  }

  private static final long FRAGMENT_LIFE_NS = Duration.ofSeconds(60).toNanos();
  private static final long IDENTIFICATION_REUSE_NS = Duration.ofSeconds(2).toNanos();

  final List<CutRows.Cut> cuts = new ArrayList<>();

  /** Of each cut. */
  final List<Map<Sum, Amounts>> sums = new ArrayList<>();

  private final IntervalSchedule schedule;
  private final FlowConfig.Timeouts timeouts;
  private final Map<CutRows.Key, Connection> connections = new HashMap<>();
  private final Map<Datagram, FirstFragment> fragments = new HashMap<>();
  private Map<Sum, Amounts> runningSums = new HashMap<>();
  private boolean open;
  private long startNs;
  private long endNs;
  private long latestNs;

  ModelTable(IntervalSchedule schedule, FlowConfig.Timeouts timeouts) {
    this.schedule = schedule;
    this.timeouts = timeouts;
  }

  void packet(PacketMaker packet) {
    if (!open || packet.timestampNs >= endNs) {
      begin(packet.timestampNs);
    }
    latestNs = Math.max(latestNs, packet.timestampNs);
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
    addSum(packet, icmp ? 0 : destinationPort);
    boolean fromLocal = isFromLocal(packet, sourcePort, destinationPort, icmp);
    CutRows.Key key = key(packet, fromLocal || icmp, fromLocal, sourcePort, destinationPort);
    count(key, packet, fromLocal ? 0 : 1);
  }

  private void addSum(PacketMaker packet, int destinationPort) {
    Sum sum =
        new Sum(packet.portIndex, packet.direction.ordinal(), packet.protocol, destinationPort);
    runningSums.computeIfAbsent(sum, any -> new Amounts()).add(packet.packets, packet.bytes);
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

  private void count(CutRows.Key key, PacketMaker packet, int side) {
    Connection connection = connections.get(key);
    if (connection == null) {
      connection = new Connection(packet.direction != Direction.UNKNOWN);
      connection.initiator = side + 1;
      connections.put(key, connection);
    } else if (packet.timestampNs - connection.latestNs() > timeoutNs(key, connection)) {
      connection.tcp = new ModelTcp();
      connection.initiator = side + 1;
      connection.answered = false;
    }
    Counter counter = connection.counters[side];
    boolean first = counter.packets == 0;
    counter.firstNs = first ? packet.timestampNs : Math.min(counter.firstNs, packet.timestampNs);
    counter.lastNs = first ? packet.timestampNs : Math.max(counter.lastNs, packet.timestampNs);
    connection.lastNs[side] = counter.lastNs;
    counter.packets += packet.packets;
    counter.bytes += packet.bytes;
    counter.flags |= packet.tcpFlags;
    counter.synAck |= (packet.tcpFlags & 18) == 18;
    connection.answered |= connection.initiator != side + 1;
    if (key.protocol() == 6) {
      connection.tcp =
          connection.tcp.after(side, packet.tcpFlags, packet.sequence, packet.timestampNs);
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

  private void begin(long timestampNs) {
    finish();
    open = true;
    startNs = schedule.startOf(timestampNs);
    endNs = schedule.endOf(startNs);
  }

  void finish() {
    if (!open) {
      return;
    }
    open = false;
    boolean whole = schedule.isWhole();
    long asOfNs = whole ? latestNs : endNs;
    Map<CutRows.Key, CutRows.Row> rows = new HashMap<>();
    connections.forEach((key, connection) -> addRow(rows, key, connection, asOfNs));
    connections.entrySet().removeIf(entry -> isSilent(entry.getKey(), entry.getValue(), asOfNs));
    cuts.add(new CutRows.Cut(startNs, whole ? latestNs + 1 : endNs, rows, List.of()));
    sums.add(runningSums);
    runningSums = new HashMap<>();
  }

  private boolean isSilent(CutRows.Key key, Connection connection, long nowNs) {
    return nowNs - connection.latestNs() > timeoutNs(key, connection);
  }

  private void addRow(
      Map<CutRows.Key, CutRows.Row> rows, CutRows.Key key, Connection connection, long asOfNs) {
    Counter[] counters = connection.counters;
    if (counters[0].packets + counters[1].packets == 0) {
      return;
    }
    boolean silent = isSilent(key, connection, asOfNs);
    ModelTcp tcp = connection.tcp;
    boolean over = silent && tcp.state == TcpState.TIME_WAIT;
    Direction local = connection.oriented ? Direction.EGRESS : Direction.UNKNOWN;
    Direction remote = connection.oriented ? Direction.INGRESS : Direction.UNKNOWN;
    rows.put(
        key,
        new CutRows.Row(
            counters[0].side(local.ordinal()),
            counters[1].side(remote.ordinal()),
            over ? TcpState.CLOSED : tcp.state,
            silent && tcp.reason == EndReason.NONE ? EndReason.TIMEOUT : tcp.reason,
            key.protocol() == 6 ? tcp.initiator : connection.initiator,
            tcp.setupUs));
    counters[0] = new Counter();
    counters[1] = new Counter();
  }
}
