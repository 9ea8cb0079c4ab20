package io.flowlog.agent.worker.host;

import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.HostInterface;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.port.PortInventory;
import io.flowlog.agent.worker.host.HostFact.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which of the declared ports are on this host now. */
public final class PortFacts {
  private static final String TOPIC = "ports";
  private static final int NAMES_MAX = 8;

  private PortFacts() {}

  /** Returns facts about ports among the host's interfaces. */
  public static List<HostFact> of(PortInventory ports, Map<String, HostInterface> interfaces) {
    List<HostFact> facts = new ArrayList<>();
    List<String> here = ports.attached().stream().map(AttachedPort::device).toList();
    if (!here.isEmpty()) {
      facts.add(
          HostFact.good(
              TOPIC, "here: " + names(here), "each is captured as soon as a logger covers it"));
    } else if (ports.absent().isEmpty()) {
      facts.add(HostFact.good(TOPIC, "none is declared", "nothing is captured until one is"));
    }
    if (!ports.absent().isEmpty()) {
      List<String> absent = ports.absent().stream().map(PortFacts::nameOf).toList();
      facts.add(
          new HostFact(
              TOPIC,
              Standing.LIMITED,
              "not here: " + names(absent),
              "they have no rows until their interfaces come",
              "nothing, if their virtual machines are off or elsewhere; else see 'ip link'"));
    }
    List<String> down = here.stream().filter(name -> isDown(interfaces.get(name))).toList();
    if (!down.isEmpty()) {
      facts.add(
          new HostFact(
              TOPIC,
              Standing.LIMITED,
              "switched off: " + names(down),
              "nothing comes through them",
              "ip link set " + down.get(0) + " up, if they should be on"));
    }
    ports.problems().stream()
        .map(
            line ->
                HostFact.ofLine(TOPIC, Standing.LIMITED, line, "only one of the two is captured"))
        .forEach(facts::add);
    return facts;
  }

  private static boolean isDown(@Nullable HostInterface found) {
    return found != null && !found.up();
  }

  private static String nameOf(LoggingPort port) {
    String device = port.device();
    return device == null ? PortInventory.conventionalDevice(port.portId()) : device;
  }

  private static String names(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(NAMES_MAX, names.size())));
    int more = names.size() - NAMES_MAX;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
