package io.flowlog.agent.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortRulesTest {
  private static final String PORT = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
  private static final String OTHER = "0f9e8d7c-6b5a-4948-8776-655443322110";

  private final Map<String, @Nullable Object> tree =
      new LinkedHashMap<>(Map.of("port_id", PORT, "device", "tap0"));

  @Test
  void shouldTakeAPortThatSaysOnlyWhatItMust() {
    assertEquals(
        new LoggingPort("tap0", PORT, null, List.of(), null, null, null, null, null, null),
        PortRules.check(tree).value());
  }

  @Test
  void shouldWriteEveryValueInItsCanonicalForm() {
    tree.put("port_id", PORT.toUpperCase(Locale.ROOT));
    tree.put("mac", "FA-16-3E-12-34-56");
    tree.put("addresses", List.of("2001:DB8:0::1", "10.0.0.1"));
    tree.put("vm_id", OTHER.replace("-", ""));
    tree.put("subnet_id", OTHER);
    tree.put("network_id", OTHER);
    tree.put("project_id", OTHER);
    assertEquals(
        new LoggingPort(
            "tap0",
            PORT,
            "fa:16:3e:12:34:56",
            List.of("2001:db8::1", "10.0.0.1"),
            OTHER,
            OTHER,
            OTHER,
            OTHER.replace("-", ""),
            "instance",
            OTHER),
        PortRules.check(tree).value());
  }

  @Test
  void shouldTakeAnInstancesIdFromEitherName() {
    tree.put("owner_type", "instance");
    tree.put("owner_id", OTHER);
    LoggingPort port = PortRules.check(tree).value();
    assertEquals(OTHER, port == null ? null : port.vmId());
  }

  @Test
  void shouldRefuseTwoIdsOfOneInstance() {
    tree.put("vm_id", PORT);
    tree.put("owner_type", "instance");
    tree.put("owner_id", OTHER);
    expect("owner_id", "differs from vm_id", "an instance has one id: drop one of them");
  }

  @Test
  void shouldLetAnInstanceBeBehindAnotherKindOfOwner() {
    tree.put("vm_id", PORT);
    tree.put("owner_type", "loadbalancer");
    tree.put("owner_id", OTHER);
    assertEquals(
        new LoggingPort(
            "tap0", PORT, null, List.of(), PORT, null, null, null, "loadbalancer", OTHER),
        PortRules.check(tree).value());
  }

  @Test
  void shouldRefuseAnOwnerOfNoKind() {
    tree.put("owner_id", OTHER);
    expect("owner_type", "is required", "say what owner_id is, e.g. instance");
    tree.put("owner_type", "a thing");
    expect("owner_type", "\"a thing\" is not a kind of owner", "write e.g. instance, loadbalancer");
  }

  @Test
  void shouldRequireAPortId() {
    tree.remove("port_id");
    expect("port_id", "is required", "add the port's UUID");
  }

  @Test
  void shouldRefuseAPortIdThatIsNoUuid() {
    tree.put("port_id", PORT.replace("-", ""));
    expect(
        "port_id",
        "\"1a2b3c4d5e6f4a7b8c9d0e1f2a3b4c5d\" is not a UUID",
        "write it like 1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d");
  }

  @Test
  void shouldRequireSomethingToKnowThePortBy() {
    tree.remove("device");
    tree.put("addresses", List.of());
    expect("device", "is required", "name the interface, or give mac or addresses to know it by");
    tree.put("mac", "fa:16:3e:12:34:56");
    assertEquals(List.of(), PortRules.check(tree).problems());
    tree.remove("mac");
    tree.put("addresses", List.of("10.0.0.1"));
    assertEquals(List.of(), PortRules.check(tree).problems());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a:b", "sixteencharacter", "t\u00e4p"})
  void shouldRefuseWhatCannotNameAnInterface(String device) {
    tree.put("device", device);
    expect(
        "device",
        FieldProblem.quote(device) + " cannot be the name of an interface",
        "1 to 15 visible ASCII characters without / and :");
  }

  @Test
  void shouldTellWhichAddressOfTheListIsWrong() {
    tree.put("addresses", List.of("10.0.0.1", "10.0.0.999", 5L));
    assertEquals(
        List.of(
            new FieldProblem(
                "addresses[1]",
                "\"10.0.0.999\" is not an IP address",
                "write it like 10.0.0.5 or 2001:db8::5"),
            new FieldProblem("addresses[2]", "must be text, not the number 5", "put it in quotes")),
        PortRules.check(tree).problems());
  }

  @Test
  void shouldProposeTheKeyThatWasMeant() {
    tree.put("vmid", OTHER);
    expect("vmid", "unknown key", "did you mean vm_id?");
  }

  @Test
  void shouldTellAllMistakesAtOnce() {
    tree.put("port_id", 7L);
    tree.put("device", false);
    tree.put("mac", List.of());
    tree.put("addresses", "10.0.0.1");
    tree.put("vm_id", Map.of());
    tree.put("x", 1L);
    assertNull(PortRules.check(tree).value());
    assertEquals(
        List.of(
            "must be text, not the truth value false",
            "must be text, not the number 7",
            "must be text, not a list",
            "must be a list, not the text \"10.0.0.1\"",
            "must be text, not an object",
            "unknown key"),
        PortRules.check(tree).problems().stream().map(FieldProblem::what).toList());
  }

  private void expect(String field, String what, String remedy) {
    assertEquals(List.of(new FieldProblem(field, what, remedy)), PortRules.check(tree).problems());
    assertNull(PortRules.check(tree).value());
  }
}
