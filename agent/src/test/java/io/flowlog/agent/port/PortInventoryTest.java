package io.flowlog.agent.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PortInventoryTest {
  private static final String ID_1 = "1a2b3c4d-5e6f-4000-8000-000000000001";
  private static final String ID_2 = "2a2b3c4d-5e6f-4000-8000-000000000002";
  private static final String TAP_1 = "tap1a2b3c4d-5e";
  private static final String TAP_2 = "tap2a2b3c4d-5e";

  private static LoggingPort port(@Nullable String device, String portId) {
    return new LoggingPort(
        device,
        portId,
        "fa:16:3e:00:00:01",
        List.of("10.0.0.5"),
        "vm",
        "subnet",
        "network",
        "project",
        "instance",
        "owner");
  }

  private static LoggingPort unknown(String device, String portId) {
    return new LoggingPort(device, portId, null, List.of(), null, null, null, null, null, null);
  }

  /** Interfaces whose indexes count from 1. */
  private static Map<String, HostInterface> interfaces(String... names) {
    Map<String, HostInterface> interfaces = new HashMap<>();
    for (String name : names) {
      int index = Arrays.asList(names).indexOf(name) + 1;
      interfaces.put(name, new HostInterface(index, name, "fe:16:3e:00:00:01", true));
    }
    return interfaces;
  }

  private static PortInventory of(Map<String, HostInterface> interfaces, LoggingPort... declared) {
    return PortInventory.of(List.of(declared), List.of(), interfaces);
  }

  @Test
  void shouldFindAPortAtTheDeviceThatItNames() {
    PortInventory inventory = of(interfaces("lo", "vnet0", TAP_1), port("vnet0", ID_1));

    AttachedPort expected = new AttachedPort(port("vnet0", ID_1), 2, "vnet0");
    assertEquals(new PortInventory(List.of(expected), List.of(), List.of()), inventory);
  }

  @Test
  void shouldNotLookElsewhereForAPortThatNamesItsDevice() {
    LoggingPort port = port("vnet0", ID_1);

    assertEquals(
        new PortInventory(List.of(), List.of(port), List.of()), of(interfaces("lo", TAP_1), port));
  }

  @Test
  void shouldFindAPortWithoutADeviceAtTheOneNamedAfterIt() {
    PortInventory inventory = of(interfaces("qvo1a2b3c4d-5e", TAP_1), port(null, ID_1));

    AttachedPort expected = new AttachedPort(port(TAP_1, ID_1), 2, TAP_1);
    assertEquals(new PortInventory(List.of(expected), List.of(), List.of()), inventory);
  }

  @Test
  void shouldNotTakeTheOtherEndOfTheFirewallForThePort() {
    LoggingPort port = port(null, ID_1);

    assertEquals(
        new PortInventory(List.of(), List.of(port), List.of()),
        of(interfaces("qvo1a2b3c4d-5e", "qvb1a2b3c4d-5e"), port));
  }

  @Test
  void shouldNotFindAPortByTheMacOfTheHostsEnd() {
    LoggingPort port = port(null, ID_1);

    assertEquals(
        new PortInventory(List.of(), List.of(port), List.of()), of(interfaces("vnet0"), port));
  }

  @Test
  void shouldFindPortsThatOnlyLoggersName() {
    PortInventory inventory =
        PortInventory.of(List.of(), List.of(ID_1, ID_2), interfaces("lo", TAP_2));

    AttachedPort expected = new AttachedPort(unknown(TAP_2, ID_2), 2, TAP_2);
    assertEquals(new PortInventory(List.of(expected), List.of(), List.of()), inventory);
  }

  @Test
  void shouldTakeTheDeclarationOfAPortThatLoggersNameToo() {
    Map<String, HostInterface> interfaces = interfaces(TAP_1, TAP_2);
    LoggingPort here = port(null, ID_1);
    LoggingPort absent = port("vnet0", ID_2);

    PortInventory inventory =
        PortInventory.of(List.of(here, absent), List.of(ID_1, ID_2, ID_1), interfaces);

    AttachedPort expected = new AttachedPort(port(TAP_1, ID_1), 1, TAP_1);
    assertEquals(new PortInventory(List.of(expected), List.of(absent), List.of()), inventory);
  }

  @Test
  void shouldLeaveTheSecondOfTwoPortsAtOneDeviceOut() {
    PortInventory inventory =
        of(interfaces(TAP_1), port(null, ID_1), port(TAP_1, ID_2), port(null, ID_2));

    AttachedPort first = new AttachedPort(port(TAP_1, ID_1), 1, TAP_1);
    assertEquals(List.of(first), inventory.attached());
    assertEquals(
        List.of(
            "port 2a2b3c4d-5e6f-4000-8000-000000000002 is at interface tap1a2b3c4d-5e, where port"
                + " 1a2b3c4d-5e6f-4000-8000-000000000001 is already: say of one of them at which"
                + " device it is",
            "port 2a2b3c4d-5e6f-4000-8000-000000000002 is declared twice: keep the declaration"
                + " that is right"),
        inventory.problems());
  }

  @Test
  void shouldLeaveAPortOutThatOnlyALoggerNamesWhereAnotherIsDeclared() {
    PortInventory inventory =
        PortInventory.of(List.of(port(TAP_2, ID_1)), List.of(ID_2), interfaces(TAP_2));

    assertEquals(List.of(new AttachedPort(port(TAP_2, ID_1), 1, TAP_2)), inventory.attached());
    assertEquals(1, inventory.problems().size());
  }

  @Test
  void shouldKeepTheOrderOfTheDeclarations() {
    PortInventory inventory =
        PortInventory.of(
            List.of(port("b", ID_2), port("a", ID_1)), List.of(), interfaces("a", "b"));

    assertEquals(
        List.of("b", "a"), inventory.attached().stream().map(AttachedPort::device).toList());
  }
}
