package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every dropped packet is told of once, under load and where there is too little room. */
class DropLoadTest {
  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);

  /** IP and UDP headers and 100 bytes. */
  private static final long PACKET_BYTES = 128;

  private DropHost host;

  @BeforeEach
  void open() {
    host = new DropHost("load");
    host.dropForwarded("udp dport 5000-9999");
  }

  @AfterEach
  void close() {
    host.close();
  }

  /** Reads while the senders send; each has a processor of its own as far as there are two. */
  private void sendAtOnce(DropWatch watch, long packets, String... senders) throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < senders.length; i++) {
      String address = senders[i].split(" ", 2)[0];
      int machine = Character.digit(address.charAt(address.length() - 1), 10);
      processes.add(host.startSending(machine, i, senders[i]));
    }
    while (processes.stream().anyMatch(Process::isAlive)) {
      watch.read();
    }
    for (Process process : processes) {
      DropHost.finish(process, "send_udp.py");
    }
    watch.await(packets);
  }

  private static void assertTold(long packets, DropWatch watch) throws NativeException {
    assertEquals(packets, watch.packets());
    assertEquals(packets, watch.frames());
    assertEquals(packets * PACKET_BYTES, watch.bytes());
    assertEquals(0, watch.program().recursionMisses());
  }

  @Test
  void shouldMissNothingWhileItIsRead() throws Exception {
    long each = 60_000L * ROUNDS;
    try (DropWatch watch = host.watch(new DropSizes(1024, 64, 16))) {
      sendAtOnce(
          watch,
          2 * each,
          "10.77.0.2 7001 10.77.0.1 5301 100 " + each,
          "10.77.0.3 7002 10.77.0.1 5301 100 " + each);

      assertTold(2 * each, watch);
      assertEquals(0, watch.overflowPackets());
    }
  }

  @Test
  void shouldMissNothingOfOneFlowOnTwoProcessors() throws Exception {
    long each = 60_000L * ROUNDS;
    try (DropWatch watch = host.watch(new DropSizes(1024, 64, 16))) {
      String sender = "fd77::2 7001 fd77::1 5301 80 " + each;
      sendAtOnce(watch, 2 * each, sender, sender);

      assertTold(2 * each, watch);
      assertEquals(1, watch.flows());
    }
  }

  @Test
  void shouldCountByDeviceWhatFindsNoPlace() throws Exception {
    long flows = 2_000;
    long each = 20L * ROUNDS;
    try (DropWatch watch = host.watch(new DropSizes(500, 64, 16))) {
      sendAtOnce(
          watch,
          2 * flows * each,
          "10.77.0.2 7001 10.77.0.1 5000-6999 100 " + each,
          "10.77.0.3 7002 10.77.0.1 5000-6999 100 " + each);

      assertTold(2 * flows * each, watch);
      assertTrue(watch.overflowPackets() > 0);
      assertEquals(0, watch.program().lostPackets());
      assertTrue(watch.told("overflow tap2>tap1") > 0);
      assertTrue(watch.told("overflow tap3>tap1") > 0);
    }
  }

  @Test
  void shouldCountEvenWhatFindsNoPlaceByDevice() throws Exception {
    try (DropWatch watch = host.watch(new DropSizes(4, 1, 16))) {
      host.send(2, "10.77.0.2 7001 10.77.0.1 5000-5099 100 1");
      host.send(3, "10.77.0.3 7001 10.77.0.1 5000-5099 100 1");
      watch.await(4 + 96);

      long lost = watch.program().lostPackets();
      assertTrue(lost >= 100, () -> "lost " + lost);
      assertEquals(200, watch.packets() + lost);
      assertEquals(200 * PACKET_BYTES, watch.bytes() + watch.program().lostBytes());
    }
  }
}
