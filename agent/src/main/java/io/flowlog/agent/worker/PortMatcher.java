package io.flowlog.agent.worker;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketView;
import io.flowlog.agent.port.IpAddress;
import io.flowlog.agent.port.LoggingPort;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Tells whose packet a captured one is when the capture was not taken at one logging port: by MAC
 * addresses where the link layer has them, else by IP addresses.
 *
 * <p>Owned by one {@link PacketIntake}. A packet between two logging ports belongs to both.
 */
final class PortMatcher {
  private static final int NONE = Frame.NO_PORT;
  private static final int MAC_BYTES = 6;

  private record Address(boolean ipv6, long high, long low) {}

  private final Map<Long, Integer> byMac = new HashMap<>();
  private final Map<Address, Integer> byAddress = new HashMap<>();

  /** Addresses of ports whose MAC nobody told: all that there is to know them by. */
  private final Map<Address, Integer> byAddressAlone = new HashMap<>();

  private final long[] macs;
  private final PacketView packet;

  /** Makes a matcher of ports. */
  PortMatcher(List<NumberedPort> ports, PacketBatch batch) {
    packet = new PacketView(batch);
    macs = new long[ports.stream().mapToInt(NumberedPort::number).max().orElse(-1) + 1];
    for (NumberedPort numbered : ports) {
      int portIndex = numbered.number();
      LoggingPort port = numbered.port();
      macs[portIndex] = port.mac() == null ? -1 : Long.parseLong(port.mac().replace(":", ""), 16);
      byMac.put(macs[portIndex], portIndex);
      for (String address : port.addresses()) {
        byAddress.put(address(address), portIndex);
        if (port.mac() == null) {
          byAddressAlone.put(address(address), portIndex);
        }
      }
    }
  }

  private static Address address(String text) {
    byte[] bytes = Objects.requireNonNull(IpAddress.parse(text), text);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return bytes.length == 16
        ? new Address(true, buffer.getLong(0), buffer.getLong(8))
        : new Address(false, 0, buffer.getInt(0) & 0xffff_ffffL);
  }

  /** Assigns the last packet of the batch to its ports; returns how many it has: 0, 1 or 2. */
  int match(Frame frame, PacketBatch batch) {
    packet.at(batch.size() - 1);
    if (frame.portIndex != NONE) {
      boolean sent = isSender(frame, frame.portIndex);
      batch.assignLast(frame.portIndex, sent ? Direction.EGRESS : Direction.INGRESS);
      return 1;
    }
    int sender = sender(frame);
    int receiver = receiver(frame);
    if (sender != NONE && receiver != NONE) {
      batch.assignLast(sender, Direction.EGRESS);
      batch.repeatLast();
      batch.assignLast(receiver, Direction.INGRESS);
      return 2;
    }
    if (sender != NONE) {
      batch.assignLast(sender, Direction.EGRESS);
      return 1;
    }
    if (receiver != NONE) {
      batch.assignLast(receiver, Direction.INGRESS);
      return 1;
    }
    return 0;
  }

  private boolean isSender(Frame frame, int portIndex) {
    boolean byLink = macs[portIndex] >= 0 && frame.linkType == LinkType.ETHERNET;
    return byLink ? mac(frame, MAC_BYTES) == macs[portIndex] : sender(frame) == portIndex;
  }

  private int sender(Frame frame) {
    return owner(frame, MAC_BYTES, packet.sourceHigh(), packet.sourceLow());
  }

  private int receiver(Frame frame) {
    return owner(frame, 0, packet.destinationHigh(), packet.destinationLow());
  }

  /** Behind a router a packet still has a port's address, but no longer its MAC: not its own. */
  private int owner(Frame frame, int macOffset, long high, long low) {
    if (frame.linkType != LinkType.ETHERNET) {
      return portOf(byAddress, high, low);
    }
    int byLink = portOf(mac(frame, macOffset));
    return byLink != NONE ? byLink : portOf(byAddressAlone, high, low);
  }

  private int portOf(long mac) {
    return byMac.getOrDefault(mac, NONE);
  }

  private int portOf(Map<Address, Integer> ports, long high, long low) {
    // ::10.0.0.5 has the bits of 10.0.0.5 but is another address.
    return ports.isEmpty()
        ? NONE
        : ports.getOrDefault(new Address(packet.isIpv6(), high, low), NONE);
  }

  /** The frame carries an IP packet, so both addresses are in the capture. */
  private static long mac(Frame frame, int offset) {
    int at = frame.offset + offset;
    return ((frame.buffer.getShort(at) & 0xffffL) << 32)
        | (frame.buffer.getInt(at + 2) & 0xffff_ffffL);
  }
}
