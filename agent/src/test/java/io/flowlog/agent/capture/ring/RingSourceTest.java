package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import io.flowlog.bridge.NativeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rings at the host's end of virtual machines' cables. Needs root, iproute2 and python3. */
@Timeout(120)
class RingSourceTest {
  private static final int PORT_INDEX = 3;
  private static final int WAIT_MS = 100;

  private final Namespaces net = new Namespaces("host", "vm1", "vm2");
  private final RingBudget budget = new RingBudget(new RingSettings(1 << 20, 1 << 14));
  private final CounterSet counters = new CounterSet();
  private final List<RingSource> sources = new ArrayList<>();
  private final RingWait wait = new RingWait();
  private final Seen seen = new Seen();
  private int wakeups;

  @AfterEach
  void close() throws IOException {
    try {
      for (RingSource source : sources) {
        source.close();
      }
      assertEquals(1 << 20, budget.freeBytes());
    } finally {
      net.close();
    }
  }

  private RingSource open(String device, int portIndex) throws Exception {
    RingSource source = net.inside("host", () -> open(device));
    source.assignPort(portIndex);
    sources.add(source);
    wait.watch(sources);
    return source;
  }

  /** To be called inside a namespace. */
  private RingSource open(String device) throws IOException {
    return RingSource.open(device, Interfaces.indexOf(device), new RingUse(budget, counters, true));
  }

  private RingSource tap(String device, String machine) throws Exception {
    net.connect("host", device, machine);
    return open(device, PORT_INDEX);
  }

  /** Polls all sources once, and waits if they had nothing. */
  private void turn() throws IOException {
    int frames = 0;
    for (RingSource source : sources) {
      frames += source.poll(seen, 7);
    }
    if (frames == 0 && wait.await(WAIT_MS)) {
      wakeups++;
    }
  }

  private void readUntil(int frames) throws IOException {
    while (seen.frames() < frames) {
      turn();
    }
    for (RingSource source : sources) {
      assertEquals(0, source.countLost());
    }
  }

  private static FrameBuilder udp4(int sourcePort) {
    return FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(sourcePort, 53).payloadOf(40);
  }

  private static List<FrameBuilder> mixedFrames() {
    return List.of(
        udp4(1),
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").tcp(2, 80, 2).payloadOf(1400),
        FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2").tcp(3, 443, 16).payloadOf(1000),
        FrameBuilder.ethernet().ipv6("fd00::1", "fd00::2").fragmentHeader(0, true, 9).udp(4, 53),
        FrameBuilder.ethernet().vlan(100).ipv4("10.0.0.1", "10.0.0.2").udp(5, 53).payloadOf(9),
        FrameBuilder.ethernet().vlan(100).vlan(200).ipv6("fd00::1", "fd00::2").tcp(6, 80, 2),
        FrameBuilder.ethernet()
            .vlan(0x88a8, 300)
            .vlan(400)
            .ipv4("10.0.0.1", "10.0.0.2")
            .icmp(8, 0)
            .payloadOf(64));
  }

  private static List<byte[]> bytesOf(List<FrameBuilder> builders) {
    return builders.stream().map(FrameBuilder::build).toList();
  }

  private static List<Seen.Packet> expected(List<FrameBuilder> builders, Direction direction) {
    Seen expected = new Seen();
    for (FrameBuilder builder : builders) {
      Frame frame = builder.toFrame(1);
      frame.portIndex = PORT_INDEX;
      frame.direction = direction;
      expected.onFrame(frame);
    }
    return expected.packets;
  }

  @Test
  void shouldSeeEveryFrameThatTheMachineSends() throws Exception {
    tap("tap1", "vm1");
    long beforeNs = System.currentTimeMillis() * 1_000_000;
    net.send("vm1", "eth0", 1, bytesOf(mixedFrames()));
    readUntil(mixedFrames().size());

    assertEquals(expected(mixedFrames(), Direction.EGRESS), seen.packets);
    List<Long> inOrder = new ArrayList<>(seen.timestampsNs);
    Collections.sort(inOrder);
    assertEquals(inOrder, seen.timestampsNs);
    assertTrue(inOrder.get(0) >= beforeNs);
    assertEquals(mixedFrames().size(), counters.get(AgentCounter.FRAMES));
  }

  @Test
  void shouldSeeEveryFrameThatIsSentToTheMachine() throws Exception {
    tap("tap1", "vm1");
    net.send("host", "tap1", 1, bytesOf(mixedFrames()));
    readUntil(mixedFrames().size());

    assertEquals(expected(mixedFrames(), Direction.INGRESS), seen.packets);
  }

  @Test
  void shouldGoRoundTheRingManyTimes() throws Exception {
    tap("tap1", "vm1");
    for (int i = 0; i < 20; i++) {
      net.send("vm1", "eth0", 150, bytesOf(List.of(udp4(i))));
      readUntil(150 * (i + 1));
    }

    for (int i = 0; i < 3000; i++) {
      assertEquals(expected(List.of(udp4(i / 150)), Direction.EGRESS).get(0), seen.packets.get(i));
    }
  }

  @Test
  void shouldWaitForSeveralRings() throws Exception {
    tap("tap1", "vm1");
    net.connect("host", "tap2", "vm2");
    open("tap2", 4);
    assertFalse(wait.await(1));

    net.send("vm2", "eth0", 1, bytesOf(List.of(udp4(1))));
    readUntil(1);
    net.send("vm1", "eth0", 1, bytesOf(List.of(udp4(1))));
    readUntil(2);

    assertEquals(4, seen.packets.get(0).portIndex());
    assertEquals(PORT_INDEX, seen.packets.get(1).portIndex());
  }

  @Test
  void shouldCountEveryFrameThatTheRingHasNoRoomFor() throws Exception {
    RingSource source = tap("tap1", "vm1");
    int sent = 20_000;
    net.send("vm1", "eth0", sent, bytesOf(List.of(udp4(1))));
    long lost = source.countLost();

    while (seen.frames() + lost < sent) {
      turn();
    }
    turn();

    assertTrue(seen.frames() > 0 && lost > 0, seen.frames() + " and " + lost);
    assertEquals(sent, seen.frames() + lost);
    assertEquals(lost, source.countLost());
    assertEquals(lost, counters.get(AgentCounter.FRAMES_LOST));
  }

  @Test
  void shouldEndWhenTheDeviceIsGoneAndTheLastFrameDelivered() throws Exception {
    RingSource source = tap("tap1", "vm1");
    net.send("vm1", "eth0", 10, bytesOf(List.of(udp4(1))));
    net.in("host", "ip", "link", "del", "tap1");
    while (!source.isExhausted()) {
      turn();
    }

    assertEquals(10, seen.frames());
    assertEquals(0, source.poll(seen, 1));
    // an error that nobody takes away would end each wait at once
    assertTrue(wakeups <= 5, wakeups + " ends of a wait");
    source.close();
    source.close();
    assertEquals(0, source.countLost());
  }

  @Test
  void shouldGoOnWhenTheDeviceWasDown() throws Exception {
    RingSource source = tap("tap1", "vm1");
    net.in("host", "ip", "link", "set", "tap1", "down");
    for (int i = 0; i < 5; i++) {
      turn();
    }
    net.in("host", "ip", "link", "set", "tap1", "up");
    net.send("vm1", "eth0", 10, bytesOf(List.of(udp4(1))));
    readUntil(10);

    assertFalse(source.isExhausted());
    assertTrue(wakeups <= 5, wakeups + " ends of a wait");
  }

  @Test
  void shouldGoOnWhenTheDeviceIsRenamed() throws Exception {
    RingSource source = tap("tap1", "vm1");
    net.in("host", "ip", "link", "set", "tap1", "down");
    net.in("host", "ip", "link", "set", "tap1", "name", "other", "up");
    net.send("vm1", "eth0", 10, bytesOf(List.of(udp4(1))));
    readUntil(10);

    assertFalse(source.isExhausted());
    assertEquals("tap1", source.device());
  }

  @Test
  void shouldGiveItsMemoryBackWhenItCannotOpen() {
    NativeException failure = assertThrows(NativeException.class, this::openMissing);

    assertEquals("index of interface tapnone", failure.operation());
    assertEquals(1 << 20, budget.freeBytes());
  }

  private RingSource openMissing() throws Exception {
    return open("tapnone");
  }

  /** What the last test of the host's memory would find: a frame taken from a closed ring. */
  @Test
  void shouldDeliverNothingAfterItsEnd() throws Exception {
    RingSource source = tap("tap1", "vm1");
    net.send("vm1", "eth0", 10, bytesOf(List.of(udp4(1))));
    readUntil(1);
    source.close();

    assertTrue(source.isExhausted());
    assertEquals(0, source.poll(seen, 100));
  }
}
