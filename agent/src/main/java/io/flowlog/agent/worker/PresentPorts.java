package io.flowlog.agent.worker;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.HostInterfaces;
import io.flowlog.agent.port.PortInventory;
import java.util.ArrayList;
import java.util.List;

/**
 * What operators declare, of its ports those that are on this host now. Owned by the control
 * thread.
 *
 * <p>Files are read when somebody says so, interfaces are looked at each time.
 */
final class PresentPorts implements Declared.Source {
  private final Declared.Source files;
  private final HostInterfaces interfaces;
  private Declared declared = new Declared(List.of(), List.of(), List.of());
  private List<AttachedPort> attached = List.of();

  PresentPorts(Declared.Source files, HostInterfaces interfaces) {
    this.files = files;
    this.interfaces = interfaces;
  }

  /** Reads the files again. */
  void readFiles() {
    declared = files.read();
  }

  @Override
  public Declared read() {
    PortInventory inventory = PortInventory.of(declared.ports(), namedPorts(), interfaces.byName());
    attached = inventory.attached();
    List<String> problems = new ArrayList<>(declared.problems());
    problems.addAll(inventory.problems());
    return new Declared(
        declared.loggers(), attached.stream().map(AttachedPort::port).toList(), problems);
  }

  private List<String> namedPorts() {
    return declared.loggers().stream()
        .filter(logger -> logger.resourceType() == ResourceType.PORT)
        .map(logger -> logger.resourceId().toString())
        .toList();
  }

  /** Returns the loggers that are declared, those too that are switched off. */
  List<FlowLogger> loggers() {
    return declared.loggers();
  }

  /** Returns the ports that were here at the last reading, with their interfaces. */
  List<AttachedPort> attached() {
    return attached;
  }
}
