package io.flowlog.agent.flow;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketMaker;
import java.time.Duration;
import java.util.Random;

/**
 * Packets by dice, of few addresses and ports, so that everything meets. Owned by one test.
 *
 * <p>Time comes in bursts that begin at multiples of ten seconds and are shorter than one. No
 * time-out of {@link #TIMEOUTS} is near such a multiple, so that slightly disordered packets never
 * make it a matter of luck whether a silence was long enough.
 */
final class RandomTraffic {
  static final FlowConfig.Timeouts TIMEOUTS =
      new FlowConfig.Timeouts(
          Duration.ofSeconds(25),
          Duration.ofSeconds(15),
          Duration.ofSeconds(105),
          Duration.ofSeconds(35),
          Duration.ofSeconds(25),
          Duration.ofSeconds(15),
          Duration.ofSeconds(45),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(35),
          Duration.ofSeconds(15),
          Duration.ofSeconds(55));

  private static final long START_NS = 1_700_000_040_000_000_000L;
  private static final long GRID_NS = 10_000_000_000L;
  private static final int[] SILENCES = {1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 13, 40};
  private static final int STEP_NS_MAX = 50_000;
  private static final int DISORDER_NS_MAX = 10_000_000;
  private static final int[] FLAGS = {2, 2, 18, 18, 16, 16, 16, 24, 17, 17, 1, 4, 20, 0, 3, 255};
  private static final int[] PROTOCOLS = {6, 6, 6, 6, 17, 17, 1, 58, 47, 132};

  final PacketMaker packet = new PacketMaker();
  private final DropReport drop = new DropReport();
  private final Random random;
  private final int addresses;
  private final int layer4Ports;
  private long burstNs = START_NS;
  private long nowNs = START_NS;

  RandomTraffic(Random random, int addresses, int layer4Ports) {
    this.random = random;
    this.addresses = addresses;
    this.layer4Ports = layer4Ports;
  }

  long nowNs() {
    return nowNs;
  }

  /** Lets a silence pass. */
  void nextBurst() {
    burstNs += SILENCES[random.nextInt(SILENCES.length)] * GRID_NS;
    nowNs = burstNs;
  }

  /** Makes the next packet of a logging port; ports with odd numbers do not know directions. */
  PacketMaker next(int portIndex) {
    nowNs += random.nextInt(STEP_NS_MAX);
    boolean late = random.nextInt(16) == 0;
    packet.timestampNs = late ? nowNs - random.nextInt(DISORDER_NS_MAX) : nowNs;
    packet.portIndex = portIndex;
    packet.direction = direction(portIndex);
    packet.protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    packet.vlan = random.nextInt(8) == 0 ? random.nextInt(3) * 2047 : 0;
    addresses();
    layer4();
    packet.packets = random.nextInt(64) == 0 ? random.nextInt(1 << 17) : 1;
    packet.packets = Math.max(1, packet.packets);
    packet.bytes = random.nextInt(64) == 0 ? random.nextLong() >>> 30 : random.nextInt(1500);
    packet.fragment = PacketMaker.WHOLE;
    if (random.nextInt(32) == 0) {
      fragment();
    }
    return packet;
  }

  /** Reports packets of the last packet's flow as dropped: what fits the packet, or anything. */
  DropReport drop() {
    drop.portIndex = packet.portIndex;
    drop.direction = packet.direction;
    drop.ipv6 = packet.ipv6;
    drop.sourceHigh = packet.sourceHigh;
    drop.sourceLow = packet.sourceLow;
    drop.destinationHigh = packet.destinationHigh;
    drop.destinationLow = packet.destinationLow;
    drop.protocol = packet.protocol;
    drop.vlan = packet.vlan;
    drop.sourcePort = packet.sourcePort;
    drop.destinationPort = packet.destinationPort;
    drop.tcpFlags = random.nextInt(4) == 0 ? 0 : packet.tcpFlags;
    drop.synAckSeen = (drop.tcpFlags & 18) == 18;
    boolean fits = random.nextBoolean();
    drop.packets = fits ? packet.packets : random.nextInt(9) + 1;
    drop.bytes = fits ? packet.bytes : drop.packets * 100;
    drop.lastNs = packet.timestampNs;
    drop.firstNs = packet.timestampNs - random.nextInt(DISORDER_NS_MAX);
    drop.dropPoint = random.nextInt(3) + 1;
    return drop;
  }

  private Direction direction(int portIndex) {
    if (portIndex % 2 == 1) {
      return Direction.UNKNOWN;
    }
    return random.nextBoolean() ? Direction.EGRESS : Direction.INGRESS;
  }

  private void addresses() {
    packet.ipv6 = random.nextInt(3) == 0;
    packet.sourceHigh = packet.ipv6 ? random.nextInt(2) - 1 : 0;
    packet.destinationHigh = packet.ipv6 ? random.nextInt(2) - 1 : 0;
    packet.sourceLow = 0xffff_ffffL - random.nextInt(addresses);
    packet.destinationLow = 0xffff_ffffL - random.nextInt(addresses);
  }

  private void layer4() {
    boolean icmp = Icmp.is(packet.protocol);
    boolean ports = packet.protocol != 47;
    packet.sourcePort = ports ? random.nextInt(icmp ? 3 : layer4Ports) : 0;
    packet.destinationPort = ports ? random.nextInt(icmp ? 2 : layer4Ports) : 0;
    if (icmp && random.nextInt(8) == 0) {
      packet.sourcePort = 0xffff;
      packet.destinationPort = 0xffff;
    }
    packet.tcpFlags = packet.protocol == 6 ? FLAGS[random.nextInt(FLAGS.length)] : 0;
    int behindPayload = random.nextInt(8) - 4;
    int acknowledgement = random.nextInt(8) - 3;
    packet.sequence = (long) behindPayload << 32 | (acknowledgement & 0xffff_ffffL);
  }

  /** At most four datagrams at a time, as many as the table surely remembers. */
  private void fragment() {
    boolean first = random.nextBoolean();
    packet.fragment = first ? PacketMaker.FIRST_FRAGMENT : PacketMaker.LATER_FRAGMENT;
    packet.protocol = random.nextInt(4) == 0 ? 6 : 17;
    packet.ipv6 = false;
    packet.sourceHigh = 0;
    packet.destinationHigh = 0;
    packet.sourceLow = 7;
    packet.destinationLow = 8;
    packet.sequence = packet.protocol == 6 ? 1 : random.nextInt(3);
    packet.sourcePort = first ? random.nextInt(3) : 0;
    packet.destinationPort = first ? random.nextInt(3) : 0;
    packet.tcpFlags = first && packet.protocol == 6 ? 16 : 0;
  }
}
