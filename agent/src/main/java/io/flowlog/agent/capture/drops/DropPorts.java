package io.flowlog.agent.capture.drops;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** By what drops are known to be a logging port's: interfaces and addresses. Immutable. */
public final class DropPorts {
  /** Returned when there is no such port, or more than one. */
  public static final int NONE = -1;

  /** A MAC address that is not known. */
  public static final long NO_MAC = 0;

  /** Nobody's. */
  public static final DropPorts EMPTY = new DropPorts(List.of(), Set.of());

  private final Map<Integer, Port> byInterface = new HashMap<>();
  private final Map<Long, Port> byMac = new HashMap<>();
  private final Map<Address, Integer> byAddress = new HashMap<>();
  private final List<Integer> numbers;
  private final Set<Integer> bridges;

  /**
   * One logging port.
   *
   * @param number the number by which reports know it
   * @param interfaceIndex the kernel's number for its interface
   * @param mac the virtual machine's, or {@link #NO_MAC}
   * @param addresses 4 or 16 bytes each
   */
  public record Port(int number, int interfaceIndex, long mac, List<byte[]> addresses) {
    static final Port NOBODY = new Port(NONE, 0, NO_MAC, List.of());
  }

  private record Address(boolean ipv6, long high, long low) {
    static Address of(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return bytes.length == 4
          ? new Address(false, 0, buffer.getInt() & 0xffff_ffffL)
          : new Address(true, buffer.getLong(), buffer.getLong());
    }
  }

  /**
   * Makes the set of some ports.
   *
   * @param bridges the interfaces of the bridges that the ports are at
   */
  public DropPorts(List<Port> ports, Set<Integer> bridges) {
    this.bridges = Set.copyOf(bridges);
    numbers = ports.stream().map(Port::number).toList();
    for (Port port : ports) {
      byInterface.put(port.interfaceIndex(), port);
      if (port.mac() != NO_MAC) {
        byMac.merge(port.mac(), port, (one, other) -> Port.NOBODY);
      }
      for (byte[] address : port.addresses()) {
        byAddress.merge(Address.of(address), port.number(), (one, other) -> NONE);
      }
    }
  }

  /** Returns the numbers of all ports. */
  public List<Integer> numbers() {
    return numbers;
  }

  boolean isBridge(int interfaceIndex) {
    return bridges.contains(interfaceIndex);
  }

  /** Returns the port at an interface; its number is {@link #NONE} if there is none. */
  Port at(int interfaceIndex) {
    return byInterface.getOrDefault(interfaceIndex, Port.NOBODY);
  }

  /** Returns the port whose virtual machine has a MAC address, in the same way. */
  Port withMac(long mac) {
    return byMac.getOrDefault(mac, Port.NOBODY);
  }

  int withSource(DropEntry entry) {
    return byAddress.getOrDefault(
        new Address(entry.ipVersion == 6, entry.sourceHigh, entry.sourceLow), NONE);
  }

  int withDestination(DropEntry entry) {
    return byAddress.getOrDefault(
        new Address(entry.ipVersion == 6, entry.destinationHigh, entry.destinationLow), NONE);
  }
}
