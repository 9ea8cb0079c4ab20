package io.flowlog.agent.capture.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Needs root and libpcap. */
class LiveInterfaceSourceTest {
  private static final int DATAGRAMS = 5;
  private static final int PORT_INDEX = 3;
  private static final long PATIENCE_NS = 10_000_000_000L;

  private final CounterSet counters = new CounterSet();
  private final List<SeenFrame> frames = new ArrayList<>();

  @Test
  void shouldCaptureDatagramsOnTheLoopbackInterface() throws IOException {
    long beforeNs = System.currentTimeMillis() * 1_000_000;
    try (LiveInterfaceSource source = LiveInterfaceSource.open("lo", PORT_INDEX, counters);
        DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        BpfFilter filter =
            BpfFilter.compile(
                "udp dst port " + receiver.getLocalPort(),
                LinkType.ETHERNET,
                frame -> frames.add(SeenFrame.of(frame)))) {
      send(receiver);
      long giveUpNs = System.nanoTime() + PATIENCE_NS;
      while (frames.size() < DATAGRAMS && System.nanoTime() < giveUpNs) {
        assertTrue(source.poll(filter, 2) <= 2);
      }
      assertFalse(source.isExhausted());
      assertEquals(0, source.droppedFrames());
    }
    checkFrames(beforeNs);
  }

  private static void send(DatagramSocket receiver) throws IOException {
    try (DatagramSocket sender = new DatagramSocket()) {
      for (int i = 0; i < DATAGRAMS; i++) {
        byte[] bytes = new byte[10 + i];
        sender.send(new DatagramPacket(bytes, bytes.length, receiver.getLocalSocketAddress()));
      }
    }
  }

  private void checkFrames(long beforeNs) {
    assertEquals(DATAGRAMS, frames.size());
    for (int i = 0; i < DATAGRAMS; i++) {
      SeenFrame frame = frames.get(i);
      assertEquals(14 + 20 + 8 + 10 + i, frame.wireBytes());
      assertEquals(2 * frame.wireBytes(), frame.hex().length());
      assertEquals(PORT_INDEX, frame.portIndex());
      assertEquals(LinkType.ETHERNET, frame.linkType());
      assertTrue(frame.timestampNs() >= beforeNs && frame.timestampNs() < beforeNs + PATIENCE_NS);
    }
    // five times that all end in 000 are microseconds
    assertTrue(frames.stream().anyMatch(frame -> frame.timestampNs() % 1000 != 0));
    assertTrue(counters.get(AgentCounter.FRAMES) >= DATAGRAMS);
  }

  /** libpcap's own time-out does not end a read of a quiet interface: a poll that waits hangs. */
  @Test
  @Timeout(120)
  void shouldComeBackFromAQuietInterface() throws IOException {
    try (LiveInterfaceSource source = LiveInterfaceSource.open("lo", PORT_INDEX, counters)) {
      for (int i = 0; i < 5; i++) {
        assertTrue(source.poll(frame -> {}, 100) <= 100);
      }
      assertFalse(source.isExhausted());
    }
  }

  @Test
  void shouldCloseTwiceAndBeExhaustedThen() throws IOException {
    LiveInterfaceSource source = LiveInterfaceSource.open("lo", PORT_INDEX, counters);
    source.close();
    source.close();

    assertTrue(source.isExhausted());
    assertEquals(0, source.poll(frame -> {}, 1));
    assertEquals(0, source.droppedFrames());
  }

  @Test
  void shouldLetTheFailureOfAHandlerThrough() throws IOException {
    try (LiveInterfaceSource source = LiveInterfaceSource.open("lo", PORT_INDEX, counters);
        DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      send(receiver);
      assertThrows(
          UnsupportedOperationException.class,
          () -> {
            long giveUpNs = System.nanoTime() + PATIENCE_NS;
            while (System.nanoTime() < giveUpNs) {
              source.poll(
                  frame -> {
                    throw new UnsupportedOperationException();
                  },
                  1);
            }
          });
    }
  }

  @Test
  void shouldNameAMissingInterface() {
    LibPcapException failure =
        assertThrows(
            LibPcapException.class, () -> LiveInterfaceSource.open("tapnone", 0, counters));
    Failures.assertLine(failure, "interface tapnone: no such interface: see 'ip link'");
  }

  @Test
  void shouldSayWhichPermissionIsMissing() throws Exception {
    assertEquals(
        "interface lo: no permission to capture: run as root or with CAP_NET_RAW\n",
        runOpener(List.of("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"), List.of()));
  }

  @Test
  void shouldSayThatLibpcapIsMissing() throws Exception {
    assertEquals(
        "libpcap cannot be loaded: install it (Debian: apt-get install libpcap0.8)\n",
        runOpener(List.of(), List.of("-Dorg.pcap4j.core.pcapLibName=pcapnone")));
  }

  private static String runOpener(List<String> wrapper, List<String> options) throws Exception {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(Arrays.asList("-cp", System.getProperty("java.class.path")));
    command.add(Opener.class.getName());
    // newer JVMs warn there of native access
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Opens the loopback interface in a process of its own and prints how that failed. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) throws IOException {
      try (LiveInterfaceSource source = LiveInterfaceSource.open("lo", 0, new CounterSet())) {
        System.out.print("captures: " + !source.isExhausted() + "\n");
      } catch (LibPcapException e) {
        System.out.print(e.getMessage() + "\n");
      }
    }
  }
}
