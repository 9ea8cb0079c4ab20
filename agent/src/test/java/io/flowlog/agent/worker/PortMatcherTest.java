package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.PacketView;
import io.flowlog.agent.port.LoggingPort;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PortMatcherTest {
  private static final String MAC_0 = "02:00:00:00:00:10";
  private static final String MAC_1 = "fe:ff:ff:ff:ff:ff";
  private static final String GATEWAY = "02:00:00:00:00:01";

  private static final List<LoggingPort> PORTS =
      List.of(
          port("a", MAC_0, "10.0.0.10"),
          port("b", MAC_1, "10.0.0.11", "2001:db8::11"),
          port("c", null, "10.0.0.12"));

  private static final List<NumberedPort> NUMBERED =
      List.of(
          new NumberedPort(0, PORTS.get(0)),
          new NumberedPort(1, PORTS.get(1)),
          new NumberedPort(2, PORTS.get(2)));

  private final PacketBatch batch = new PacketBatch(4);

  private static LoggingPort port(String id, @Nullable String mac, String... addresses) {
    return new LoggingPort(null, id, mac, List.of(addresses), null, null, null, null, null, null);
  }

  /** Returns whose the packet is, such as "0 EGRESS". */
  private List<String> owners(FrameBuilder builder, int portIndex) {
    Frame frame = builder.toFrame(0);
    frame.portIndex = portIndex;
    batch.clear();
    new FrameDecoder().decode(frame, batch);
    int count = new PortMatcher(NUMBERED, batch).match(frame, batch);
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PacketView packet = new PacketView(batch).at(i);
      owners.add(packet.portIndex() + " " + packet.direction());
      assertEquals(5000, packet.sourcePort(), "the packet itself stays the same");
    }
    assertEquals(Math.max(1, count), batch.size());
    return owners;
  }

  private List<String> owners(FrameBuilder builder) {
    return owners(builder, Frame.NO_PORT);
  }

  private static FrameBuilder frame(
      String sourceMac, String destinationMac, String source, String destination) {
    FrameBuilder ethernet = FrameBuilder.ethernet(sourceMac, destinationMac);
    return (source.indexOf(':') < 0
            ? ethernet.ipv4(source, destination)
            : ethernet.ipv6(source, destination))
        .udp(5000, 53);
  }

  private static FrameBuilder raw(String source, String destination) {
    return (source.indexOf(':') < 0
            ? FrameBuilder.raw().ipv4(source, destination)
            : FrameBuilder.raw().ipv6(source, destination))
        .udp(5000, 53);
  }

  @Test
  void shouldKnowTheSenderByItsMac() {
    assertEquals(List.of("0 EGRESS"), owners(frame(MAC_0, GATEWAY, "172.16.0.1", "8.8.8.8")));
    assertEquals(List.of("1 EGRESS"), owners(frame(MAC_1, GATEWAY, "172.16.0.1", "8.8.8.8")));
  }

  @Test
  void shouldKnowTheReceiverByItsMac() {
    assertEquals(List.of("0 INGRESS"), owners(frame(GATEWAY, MAC_0, "8.8.8.8", "172.16.0.1")));
    assertEquals(List.of("1 INGRESS"), owners(frame(GATEWAY, MAC_1, "8.8.8.8", "172.16.0.1")));
  }

  @Test
  void shouldBelieveTheMacMoreThanTheAddress() {
    // a guest that forges its neighbour's address pays for it itself
    assertEquals(List.of("0 EGRESS"), owners(frame(MAC_0, GATEWAY, "10.0.0.11", "8.8.8.8")));
  }

  @Test
  void shouldNotCountAPacketAgainBehindARouter() {
    assertEquals(List.of(), owners(frame(GATEWAY, GATEWAY, "10.0.0.11", "8.8.8.8")));
  }

  @Test
  void shouldKnowAPortWithoutMacByItsAddress() {
    assertEquals(List.of("2 EGRESS"), owners(frame(GATEWAY, GATEWAY, "10.0.0.12", "8.8.8.8")));
    assertEquals(List.of("2 INGRESS"), owners(frame(GATEWAY, GATEWAY, "8.8.8.8", "10.0.0.12")));
  }

  @Test
  void shouldKnowPortsByAddressWhereThereIsNoMac() {
    assertEquals(List.of("0 EGRESS"), owners(raw("10.0.0.10", "8.8.8.8")));
    assertEquals(List.of("1 INGRESS"), owners(raw("8.8.8.8", "10.0.0.11")));
    assertEquals(List.of("1 EGRESS"), owners(raw("2001:db8::11", "2001:db8::ff")));
    assertEquals(List.of("1 INGRESS"), owners(raw("2001:db8::ff", "2001:db8::11")));
  }

  @Test
  void shouldNotTakeAnIpv6AddressForTheIpv4AddressOfTheSameBits() {
    assertEquals(List.of(), owners(raw("::10.0.0.10", "2001:db8::ff")));
    assertEquals(List.of(), owners(raw("2001:db8::ff", "::10.0.0.10")));
  }

  @Test
  void shouldCountAPacketBetweenTwoPortsAtBoth() {
    List<String> both = List.of("0 EGRESS", "1 INGRESS");
    assertEquals(both, owners(frame(MAC_0, MAC_1, "10.0.0.10", "10.0.0.11")));
    assertEquals(both, owners(raw("10.0.0.10", "10.0.0.11")));
    assertEquals(
        List.of("2 EGRESS", "0 INGRESS"), owners(frame(GATEWAY, MAC_0, "10.0.0.12", "10.0.0.10")));
  }

  @Test
  void shouldCountAPacketToItselfInBothDirections() {
    assertEquals(List.of("0 EGRESS", "0 INGRESS"), owners(raw("10.0.0.10", "10.0.0.10")));
  }

  @Test
  void shouldLeavePacketsOfStrangersAlone() {
    assertEquals(List.of(), owners(frame(GATEWAY, "02:00:00:00:00:02", "8.8.8.8", "9.9.9.9")));
    assertEquals(List.of(), owners(raw("8.8.8.8", "9.9.9.9")));
  }

  @Test
  void shouldCountAGroupsPacketAtItsSenderOnly() {
    String group = "01:00:5e:01:01:01";
    String everybody = "ff:ff:ff:ff:ff:ff";
    assertEquals(List.of("0 EGRESS"), owners(frame(MAC_0, group, "10.0.0.10", "239.1.1.1")));
    assertEquals(
        List.of("1 EGRESS"), owners(frame(MAC_1, everybody, "10.0.0.11", "255.255.255.255")));
    assertEquals(List.of(), owners(frame(GATEWAY, group, "8.8.8.8", "239.1.1.1")));
  }

  @Test
  void shouldTakeThePortThatTheInterfaceNames() {
    assertEquals(List.of("0 EGRESS"), owners(frame(MAC_0, MAC_1, "10.0.0.10", "10.0.0.11"), 0));
    assertEquals(List.of("1 INGRESS"), owners(frame(MAC_0, MAC_1, "10.0.0.10", "10.0.0.11"), 1));
    assertEquals(List.of("0 INGRESS"), owners(frame(GATEWAY, MAC_0, "8.8.8.8", "10.0.0.10"), 0));
    String group = "01:00:5e:01:01:01";
    assertEquals(List.of("1 INGRESS"), owners(frame(GATEWAY, group, "8.8.8.8", "239.1.1.1"), 1));
  }

  @Test
  void shouldTellTheDirectionByAddressWhereTheNamedPortHasNoMac() {
    assertEquals(List.of("2 EGRESS"), owners(frame(GATEWAY, GATEWAY, "10.0.0.12", "8.8.8.8"), 2));
    assertEquals(List.of("2 INGRESS"), owners(frame(GATEWAY, GATEWAY, "8.8.8.8", "10.0.0.12"), 2));
    assertEquals(List.of("0 EGRESS"), owners(raw("10.0.0.10", "8.8.8.8"), 0));
    assertEquals(List.of("0 INGRESS"), owners(raw("8.8.8.8", "10.0.0.10"), 0));
  }
}
