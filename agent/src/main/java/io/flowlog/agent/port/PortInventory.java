package io.flowlog.agent.port;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which logging ports are on this host, and at which of its interfaces. Immutable.
 *
 * <p>A port is at the interface that its declaration names, else at the one that OpenStack names
 * after it. MAC addresses are no help: libvirt gives the host's end another one than the virtual
 * machine's.
 *
 * @param attached the ports that are here
 * @param absent declared ports that are not, e.g. of a virtual machine that is switched off
 * @param problems what cannot be right, each in one line for the person who declared it
 */
public record PortInventory(
    List<AttachedPort> attached, List<LoggingPort> absent, List<String> problems) {

  /** The interface at the virtual machine; those behind the firewall have other prefixes. */
  private static final String PREFIX = "tap";

  private static final int ID_CHARACTERS = 11;

  public PortInventory {
    attached = List.copyOf(attached);
    absent = List.copyOf(absent);
    problems = List.copyOf(problems);
  }

  /**
   * Looks for ports among the interfaces.
   *
   * @param declared the ports that somebody declared
   * @param wantedPortIds ports that loggers name; who owns one that nobody declared is not known
   * @param interfaces the host's interfaces by name
   */
  public static PortInventory of(
      List<LoggingPort> declared,
      Collection<String> wantedPortIds,
      Map<String, HostInterface> interfaces) {
    Search search = new Search(interfaces);
    declared.forEach(search::addDeclared);
    wantedPortIds.forEach(search::addWanted);
    return new PortInventory(search.attached, search.absent, search.problems);
  }

  /** Returns the name of the interface that OpenStack makes for a port. */
  public static String conventionalDevice(String portId) {
    return PREFIX + portId.substring(0, Math.min(ID_CHARACTERS, portId.length()));
  }

  /** One search for ports; owned by the call of {@link #of}. */
  private static final class Search {
    private final Map<String, HostInterface> interfaces;
    private final Map<String, String> portIdByDevice = new HashMap<>();
    private final Set<String> knownIds = new HashSet<>();
    private final List<AttachedPort> attached = new ArrayList<>();
    private final List<LoggingPort> absent = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Search(Map<String, HostInterface> interfaces) {
      this.interfaces = interfaces;
    }

    void addDeclared(LoggingPort port) {
      if (!knownIds.add(port.portId())) {
        problems.add(
            "port " + port.portId() + " is declared twice: keep the declaration that is right");
        return;
      }
      HostInterface found = find(port.device(), port.portId());
      if (found == null) {
        absent.add(port);
      } else {
        attach(at(port, found.name()), found);
      }
    }

    void addWanted(String portId) {
      if (!knownIds.add(portId)) {
        return;
      }
      HostInterface found = find(null, portId);
      if (found != null) {
        attach(unknown(portId, found.name()), found);
      }
    }

    private @Nullable HostInterface find(@Nullable String device, String portId) {
      return interfaces.get(device == null ? conventionalDevice(portId) : device);
    }

    private void attach(LoggingPort port, HostInterface found) {
      String first = portIdByDevice.putIfAbsent(found.name(), port.portId());
      if (first == null) {
        attached.add(new AttachedPort(port, found.index(), found.name()));
      } else {
        problems.add(
            "port "
                + port.portId()
                + " is at interface "
                + found.name()
                + ", where port "
                + first
                + " is already: say of one of them at which device it is");
      }
    }

    private static LoggingPort at(LoggingPort port, String device) {
      return new LoggingPort(
          device,
          port.portId(),
          port.mac(),
          port.addresses(),
          port.vmId(),
          port.subnetId(),
          port.networkId(),
          port.projectId(),
          port.ownerType(),
          port.ownerId());
    }

    private static LoggingPort unknown(String portId, String device) {
      return new LoggingPort(device, portId, null, List.of(), null, null, null, null, null, null);
    }
  }
}
