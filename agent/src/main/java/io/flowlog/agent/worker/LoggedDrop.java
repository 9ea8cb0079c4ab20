package io.flowlog.agent.worker;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.drops.DropEntry;
import io.flowlog.agent.capture.nflog.NflogGroup;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketView;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.DropEntries;

/** Turns a packet that a firewall has logged into a drop; owned by a {@link NflogDrops}. */
final class LoggedDrop {
  /** What is longer may have been more than one on the wire: few networks have larger frames. */
  private static final int LARGE_BYTES = 1500;

  private static final int SYN_ACK = 2 | 16;

  private final FrameDecoder decoder = new FrameDecoder();
  private final PacketBatch batch = new PacketBatch(1);
  private final PacketView packet = new PacketView(batch);
  private final Frame frame = new Frame();
  private final CounterSet counters;
  private long timeNs;

  LoggedDrop(CounterSet counters) {
    this.counters = counters;
  }

  /** Returns when the span of time begins in which a packet counts. */
  static long granuleStartNs(long timestampNs) {
    return timestampNs - timestampNs % DropEntries.GRANULE_NS;
  }

  /** Decodes the packet that a group is at; tells whether it is one. */
  boolean read(NflogGroup group, long timestampNs) {
    timeNs = timestampNs;
    batch.clear();
    if (!group.describe(frame)) {
      counters.increment(AgentCounter.FRAMES_NOT_IP);
      return false;
    }
    if (!decoder.decode(frame, batch).isPacket()) {
      counters.increment(AgentCounter.PACKETS_MALFORMED);
      return false;
    }
    packet.at(0);
    return true;
  }

  /** Describes the packet that was read, apart from what the rule's prefix says. */
  void describe(DropEntry entry, NflogGroup group) {
    group.describeWay(entry);
    entry.overflow = false;
    entry.ofAnyPort = false;
    entry.granuleStartNs = granuleStartNs(timeNs);
    entry.firstNs = timeNs;
    entry.lastNs = timeNs;
    entry.packets = 1;
    entry.bytes = packet.bytes();
    entry.uncertain = packet.bytes() > LARGE_BYTES;
    if (entry.uncertain) {
      counters.increment(AgentCounter.NFLOG_LARGE);
    }
    entry.tcpFlags = packet.tcpFlags();
    entry.synAckSeen = (packet.tcpFlags() & SYN_ACK) == SYN_ACK;
    describeFlow(entry);
  }

  private void describeFlow(DropEntry entry) {
    entry.vlan = packet.vlan();
    entry.ipVersion = packet.isIpv6() ? 6 : 4;
    entry.protocol = packet.protocol();
    entry.sourceHigh = packet.sourceHigh();
    entry.sourceLow = packet.sourceLow();
    entry.destinationHigh = packet.destinationHigh();
    entry.destinationLow = packet.destinationLow();
    entry.laterFragment = packet.isLaterFragment();
    // as DropEntry says: the halves of what identifies a datagram's fragments
    int identification = packet.acknowledgement();
    entry.sourcePort = entry.laterFragment ? identification >>> 16 : packet.sourcePort();
    entry.destinationPort =
        entry.laterFragment ? identification & 0xffff : packet.destinationPort();
  }

  /** Describes packets that may be any port's; 0 if their number is not known. */
  static void describeLost(DropEntry entry, long packets, long timestampNs) {
    entry.overflow = true;
    entry.ofAnyPort = true;
    entry.granuleStartNs = granuleStartNs(timestampNs);
    entry.inputInterface = 0;
    entry.outputInterface = 0;
    entry.only = Direction.UNKNOWN;
    entry.packets = packets;
  }
}
