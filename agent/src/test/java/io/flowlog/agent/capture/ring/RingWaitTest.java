package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for rings that are large or small. Needs root, iproute2 and python3. */
@Timeout(120)
class RingWaitTest {
  private static final int FRAMES = 2000;
  private static final int WAIT_MS = 100;

  private final Namespaces net = new Namespaces("host", "vm");
  private final RingWait wait = new RingWait();
  private final Seen seen = new Seen();

  @AfterEach
  void close() {
    net.close();
  }

  private RingSource open(String device, RingBudget budget) throws Exception {
    return net.inside(
        "host",
        () ->
            RingSource.open(
                device, Interfaces.indexOf(device), new RingUse(budget, new CounterSet(), true)));
  }

  private void sendAndRead(RingSource source) throws IOException {
    FrameBuilder frame =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 53).payloadOf(40);
    net.send("vm", "eth0", FRAMES, List.of(frame.build()));
    while (seen.frames() + source.countLost() < FRAMES) {
      if (source.poll(seen, FRAMES) == 0) {
        wait.await(WAIT_MS);
      }
    }
  }

  @Test
  void shouldLetFramesGatherOnlyWhileTheyCome() throws Exception {
    net.connect("host", "tap1", "vm");
    RingBudget budget = new RingBudget(new RingSettings(256 << 20, 1 << 14));
    try (RingSource source = open("tap1", budget)) {
      wait.watch(List.of(source));
      assertFalse(wait.await(1));
      assertEquals(0, wait.rests());

      sendAndRead(source);
      assertEquals(0, source.poll(seen, 1));
      wait.await(WAIT_MS);
      long rests = wait.rests();
      assertTrue(rests > 0);

      assertFalse(wait.await(1));
      assertEquals(rests, wait.rests());
      assertEquals(FRAMES, seen.frames());
      assertEquals(0, source.lostFrames());
    }
  }

  @Test
  void shouldLookSeldomAtAnInterfaceThatWasDownOnce() throws Exception {
    net.connect("host", "tap1", "vm");
    net.in("host", "ip", "link", "set", "tap1", "down");
    try (RingSource source = open("tap1", new RingBudget(new RingSettings(256 << 20, 1 << 14)))) {
      wait.watch(List.of(source));
      wait.await(WAIT_MS);
      assertEquals(1, wait.looks());

      net.in("host", "ip", "link", "set", "tap1", "up");
      long beginNs = System.nanoTime();
      sendAndRead(source);
      for (int i = 0; i < 100; i++) {
        wait.await(0);
      }
      long spans = (System.nanoTime() - beginNs) / RingWait.LOOK_EVERY_NS;
      assertTrue(wait.looks() <= 1 + spans + 1, wait.looks() + " looks");

      net.in("host", "ip", "link", "del", "tap1");
      while (!source.isExhausted()) {
        wait.await(WAIT_MS);
        source.poll(seen, FRAMES);
      }
    }
  }

  @Test
  void shouldNotLetThemGatherInASmallRing() throws Exception {
    net.connect("host", "tap1", "vm");
    try (RingSource source = open("tap1", new RingBudget(new RingSettings(1 << 20, 1 << 14)))) {
      wait.watch(List.of(source));
      sendAndRead(source);
      wait.await(1);

      assertTrue(seen.frames() > 0);
      assertEquals(0, wait.rests());
    }
  }
}
