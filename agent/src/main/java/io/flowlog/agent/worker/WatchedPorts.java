package io.flowlog.agent.worker;

import io.flowlog.agent.capture.conntrack.KernelConnections.Address;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The interfaces where drops concern logging ports. Immutable.
 *
 * @param ports the ports that are here
 * @param bridges the interfaces of the bridges that they are at
 */
record WatchedPorts(List<AttachedPort> ports, Set<Integer> bridges) {
  static final WatchedPorts NONE = new WatchedPorts(List.of(), Set.of());

  WatchedPorts {
    ports = List.copyOf(ports);
    bridges = Set.copyOf(bridges);
  }

  /** Finds the bridges of some ports, if they are at any. */
  static WatchedPorts of(List<AttachedPort> ports) {
    Set<Integer> bridges = new HashSet<>();
    for (AttachedPort port : ports) {
      Path index = Path.of("/sys/class/net", port.device(), "master", "ifindex");
      try {
        bridges.add(Integer.valueOf(Files.readString(index).strip()));
      } catch (IOException | NumberFormatException e) {
        // at no bridge, or just gone: then its drops are known by its own interface only
      }
    }
    return new WatchedPorts(ports, bridges);
  }

  /** Returns the addresses that a port is declared with. */
  static List<Address> addressesOf(AttachedPort at) {
    return at.port().addresses().stream()
        .map(text -> Objects.requireNonNull(IpAddress.parse(text), text))
        .map(WatchedPorts::address)
        .toList();
  }

  private static Address address(byte[] bytes) {
    ByteBuffer words = ByteBuffer.allocate(2 * Long.BYTES);
    words.position(words.capacity() - bytes.length).put(bytes).flip();
    return new Address(bytes.length > Integer.BYTES, words.getLong(), words.getLong());
  }

  /** Returns the indexes of all interfaces. */
  Set<Integer> interfaces() {
    Set<Integer> all = new HashSet<>(bridges);
    ports.forEach(port -> all.add(port.interfaceIndex()));
    return all;
  }
}
