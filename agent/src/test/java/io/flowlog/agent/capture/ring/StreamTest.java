package io.flowlog.agent.capture.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A TCP stream of super-packets between two machines: what the ring counts at the sender's tap is
 * what tshark finds behind the receiver's, where each packet goes over the cable by itself. Needs
 * root, iproute2, python3 and tshark.
 */
@Timeout(120)
class StreamTest {
  private static final int STREAM_BYTES = 3_000_000;
  private static final String PORT = "8800";
  private static final String END = "the stream is over, and so is its capture";

  @TempDir private Path folder;
  private final Namespaces net = new Namespaces("host", "vm1", "vm2");
  private final Seen seen = new Seen();

  @AfterEach
  void close() {
    net.close();
  }

  private void build() {
    net.in("host", "ip", "link", "add", "bridge", "type", "bridge");
    net.in("host", "ip", "link", "set", "bridge", "up");
    for (String number : List.of("1", "2")) {
      String machine = "vm" + number;
      net.connect("host", "tap" + number, machine);
      net.in("host", "ip", "link", "set", "tap" + number, "master", "bridge");
      net.in(machine, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");
      net.in(machine, "ip", "address", "add", "10.77.0." + number + "/24", "dev", "eth0");
      net.in(machine, "ip", "address", "add", "fd77::" + number + "/64", "dev", "eth0", "nodad");
    }
    // what leaves here is cut into the packets that a cable would carry
    net.in("host", "ip", "link", "set", "tap2", "gso_max_segs", "1");
  }

  @ParameterizedTest
  @CsvSource({"10.77.0.1, 10.77.0.2", "fd77::1, fd77::2"})
  void shouldCountWhatGoesOverTheCable(String sender, String receiver) throws Exception {
    build();
    RingBudget budget = new RingBudget(CaptureConfig.defaults().rings());
    Path file = folder.resolve("cable.pcap");
    net.startCapture("vm2", file);
    try (RingSource source =
        net.inside(
            "host",
            () ->
                RingSource.open(
                    "tap1",
                    Interfaces.indexOf("tap1"),
                    new RingUse(budget, new CounterSet(), true)))) {
      RingWait wait = new RingWait();
      wait.watch(List.of(source));
      stream(receiver);
      readAll(source, wait);
      assertEquals(0, source.countLost());
    }
    waitForEnd(file);

    seen.packets.removeIf(packet -> packet.protocol() != 6);
    assertTrue(seen.packets.stream().anyMatch(packet -> packet.packets() > 10));
    assertEquals(ofTshark(file, sender), seen.total(Direction.EGRESS));
    assertEquals(ofTshark(file, receiver), seen.total(Direction.INGRESS));
  }

  private void stream(String receiver) throws IOException {
    Process server =
        net.start("vm2", "python3", Namespaces.script("receive_stream.py"), receiver, PORT);
    assertEquals("ready", Namespaces.line(server));
    String count = Integer.toString(STREAM_BYTES);
    net.in("vm1", "python3", Namespaces.script("send_stream.py"), receiver, PORT, count);
    assertEquals(count, Namespaces.line(server));
    // the last acknowledgement has gone when this goes
    byte[] end = END.getBytes(StandardCharsets.UTF_8);
    FrameBuilder last =
        FrameBuilder.ethernet("02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff")
            .ipv4("10.77.0.1", "10.77.0.255")
            .udp(9, 9)
            .payload(end);
    net.send("vm1", "eth0", 1, List.of(last.build()));
  }

  private void readAll(RingSource source, RingWait wait) throws IOException {
    long endBytes = 28L + END.length();
    while (seen.packets.stream().noneMatch(p -> p.protocol() == 17 && p.bytes() == endBytes)) {
      if (source.poll(this::countIp, 1000) == 0) {
        wait.await(100);
      }
    }
  }

  /** Machines ask for addresses, too. */
  private void countIp(Frame frame) {
    int type = frame.buffer.getShort(frame.offset + 12) & 0xffff;
    if (type != 0x0806) {
      seen.onFrame(frame);
    }
  }

  private static void waitForEnd(Path file) throws Exception {
    while (!Files.readString(file, StandardCharsets.ISO_8859_1).contains(END)) {
      Thread.sleep(20);
    }
  }

  private static String ofTshark(Path file, String source) {
    String ofVersion = source.contains(":") ? "ipv6.src" : "ip.src";
    String filter = "tcp && " + ofVersion + " == " + source;
    String output =
        Namespaces.tool(
            "tshark",
            "-r",
            file.toString(),
            "-Y",
            filter,
            "-T",
            "fields",
            "-e",
            "ip.len",
            "-e",
            "ipv6.plen");
    long packets = 0;
    long bytes = 0;
    for (String line : output.split("\n", -1)) {
      String number = line.strip();
      if (number.matches("[0-9]+")) {
        packets++;
        bytes += Long.parseLong(number) + (source.contains(":") ? 40 : 0);
      }
    }
    return packets + " packets, " + bytes + " B";
  }
}
