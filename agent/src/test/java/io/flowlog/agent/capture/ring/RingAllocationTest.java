package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.flowlog.agent.capture.CaptureConfig.RingSettings;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No object is made for a frame of a real ring. Needs root, iproute2 and python3. */
@Timeout(120)
class RingAllocationTest {
  private static final int FRAMES = 200_000;

  /** A wait for frames may cost objects, and one wait brings thousands of frames. */
  private static final double BYTES_PER_FRAME_MAX = 0.5;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Namespaces net = new Namespaces("host", "vm1");
  private final RingWait wait = new RingWait();
  private long frames;

  @AfterEach
  void close() {
    net.close();
  }

  private void sendAll() {
    byte[] frame =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(40).build();
    net.send("vm1", "eth0", FRAMES, List.of(frame));
  }

  private void readAll(RingSource source) throws IOException {
    while (source.poll(frame -> frames++, FRAMES) > 0 || wait.await(200)) {
      source.countLost();
    }
  }

  @Test
  void shouldAllocateNothingToCountWhatIsLost() throws Exception {
    net.connect("host", "tap1", "vm1");
    RingBudget budget = new RingBudget(new RingSettings(256 << 20, 1 << 16));
    RingUse use = new RingUse(budget, new CounterSet(), true);
    try (RingSource source =
        net.inside("host", () -> RingSource.open("tap1", Interfaces.indexOf("tap1"), use))) {
      // the first time the JVM makes what a call takes
      source.countLost();
      source.lookAtDevice();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        source.countLost();
        source.takeError();
        source.lookAtDevice();
      }
      assertEquals(0, (threads.getCurrentThreadAllocatedBytes() - before) / 1000);
    }
  }

  @Test
  void shouldAllocateNothingPerFrame() throws Exception {
    net.connect("host", "tap1", "vm1");
    RingBudget budget = new RingBudget(new RingSettings(256 << 20, 1 << 16));
    RingUse use = new RingUse(budget, new CounterSet(), true);
    try (RingSource source =
        net.inside("host", () -> RingSource.open("tap1", Interfaces.indexOf("tap1"), use))) {
      wait.watch(List.of(source));
      sendAll();
      readAll(source);
      frames = 0;
      long lostBefore = source.countLost();
      sendAll();
      long before = threads.getCurrentThreadAllocatedBytes();
      readAll(source);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;

      assertEquals(FRAMES, frames + source.countLost() - lostBefore);
      assertTrue(frames > FRAMES / 10, frames + " frames");
      assertTrue(allocated < frames * BYTES_PER_FRAME_MAX, allocated + " bytes for " + frames);
    }
  }
}
