package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.decode.RandomFrames;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A guest sends frames that no honest one sends: the agent lives, does not grow, accounts for every
 * frame, and tells of another machine's packets what it would tell without the guest. Needs root,
 * iproute2, python3 and /dev/net/tun.
 */
@Timeout(180)
class MalformedTest {
  private static final int ROUNDS = 2 * Integer.getInteger("flowlog.soak", 1);
  private static final int FRAMES = 3000;
  private static final String GUEST = "tapguest";
  private static final String HONEST = "tap1";
  private static final int HONEST_FLOWS = 100;
  private static final int HONEST_PORT = 1000;
  private static final int HONEST_TIMES = 10;

  /** The JVM compiles and loads a little more with time. */
  private static final long GROWTH_KIB_MAX = 8 << 10;

  private static final int ETHERNET_BYTES = 14;

  /** What the ring keeps of a frame. */
  private static final int SNAP_BYTES = 256;

  private static final int TCPV4 = 1;
  private static final int UFO = 3;
  private static final int TCPV6 = 4;
  private static final int UDP_L4 = 5;
  private static final int ECN = 0x80;

  private static final Map<FrameOutcome, String> REASONS =
      new EnumMap<>(
          Map.of(
              FrameOutcome.PACKET_WITHOUT_LAYER4, "packets_layer4_unreadable",
              FrameOutcome.NOT_IP, "frames_not_ip",
              FrameOutcome.LINK_HEADER_CUT, "frames_link_header_cut",
              FrameOutcome.LINK_HEADERS_TOO_DEEP, "frames_link_headers_too_deep",
              FrameOutcome.IP_HEADER_CUT, "frames_ip_header_cut",
              FrameOutcome.IP_VERSION_WRONG, "frames_ip_version_wrong",
              FrameOutcome.IP_HEADER_LENGTH_WRONG, "frames_ip_header_length_wrong",
              FrameOutcome.IP_TOTAL_LENGTH_WRONG, "frames_ip_total_length_wrong"));

  @RegisterExtension final LiveHost host = new LiveHost("vm1");
  private final Random random = new Random(20261120);
  private final RandomFrames frames = new RandomFrames(random);

  /** One of several times. */
  private interface Round {
    void run() throws Exception;
  }

  /** A frame and the offload header before it. */
  private static final class Sent {
    private final byte[] header;
    private final byte[] frame;

    Sent(byte[] header, byte[] frame) {
      this.header = header;
      this.frame = frame;
    }

    byte[] frame() {
      return frame;
    }

    /** Tells whether the ring can hold it in every kernel. */
    boolean isForTheRing() {
      int type = header[1] & ~ECN & 0xff;
      return type == 0 || type == TCPV4 || type == TCPV6;
    }

    String line() {
      HexFormat hex = HexFormat.of();
      return hex.formatHex(header) + " " + hex.formatHex(frame) + "\n";
    }
  }

  private Process start() throws IOException {
    host.set("flow.table_bytes=1MiB").set("capture.ring_bytes=256MiB");
    // its size is all there from the start
    host.jvm("-Xms96m").jvm("-Xmx96m").jvm("-XX:+AlwaysPreTouch");
    host.net().connect(LiveHost.HOST, HONEST, "vm1");
    Process guest =
        host.net().start(LiveHost.HOST, "python3", LiveHost.script("hostile_guest.py"), GUEST);
    assertEquals("ready", Namespaces.line(guest));
    host.port(HONEST);
    host.port(GUEST);
    host.logger("all");
    host.start();
    return guest;
  }

  private void writeHonestFrames() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < HONEST_FLOWS; i++) {
      FrameBuilder frame = FrameBuilder.ethernet().ipv4("10.1.0.1", "10.1.0.2");
      byte[] bytes = frame.udp(HONEST_PORT + i, 53).payloadOf(i).build();
      lines.append(HexFormat.of().formatHex(bytes)).append('\n');
    }
    host.write("honest.txt", lines.toString());
  }

  private Process startHonest() {
    Path file = host.folder().resolve("honest.txt");
    String script = Namespaces.script("send_frames.py");
    String send = "exec python3 '%s' eth0 %d < '%s'".formatted(script, HONEST_TIMES, file);
    return host.net().start("vm1", "sh", "-c", send);
  }

  /** Frames whose offload header asks for nothing. */
  private List<Sent> damagedFrames() {
    List<Sent> all = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = frames.any().bytes();
      int damage = random.nextInt(20);
      if (damage == 0) {
        frame = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
      } else if (damage == 1 && frame.length > ETHERNET_BYTES) {
        // if it is IPv4: too short a header, by its own word
        frame[ETHERNET_BYTES] = (byte) (0x40 + random.nextInt(5));
      }
      all.add(new Sent(new byte[10], frame));
    }
    return all;
  }

  /** Frames whose offload header says what it likes. */
  private List<Sent> absurdFrames() {
    List<Sent> all = new ArrayList<>();
    int[] types = {TCPV4, UFO, TCPV6, UDP_L4, TCPV4 | ECN, 2, 6, 0x7f};
    for (int i = 0; i < FRAMES; i++) {
      byte[] frame = random.nextInt(4) == 0 ? frames.any().bytes() : superPacket();
      int type = types[random.nextInt(types.length)];
      int segment = random.nextInt(3) == 0 ? random.nextInt(65536) : random.nextInt(2) + 1;
      boolean bounded = random.nextInt(4) != 0;
      int headerBytes = random.nextInt(bounded ? frame.length + 1 : 65536);
      ByteBuffer header = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
      header.put((byte) (random.nextInt(4) == 0 ? random.nextInt() : 0)).put((byte) type);
      header.putShort((short) headerBytes).putShort((short) segment);
      header.putShort((short) random.nextInt(200)).putShort((short) random.nextInt(40));
      all.add(new Sent(header.array(), frame));
    }
    return all;
  }

  private byte[] superPacket() {
    FrameBuilder frame = FrameBuilder.ethernet();
    if (random.nextBoolean()) {
      frame.ipv4("10.0.0." + random.nextInt(256), "10.2.0.1");
    } else {
      frame.ipv6("fd00::" + random.nextInt(100), "fd02::1");
    }
    int port = random.nextInt(65536);
    frame = random.nextBoolean() ? frame.udp(port, 80) : frame.tcp(port, 80, FrameBuilder.ACK);
    return frame.payloadOf(random.nextInt(3000)).build();
  }

  /** Has the guest send frames; returns those that the kernel took. */
  private static List<Sent> send(Process guest, List<Sent> all) throws IOException {
    StringBuilder lines = new StringBuilder();
    all.forEach(sent -> lines.append(sent.line()));
    guest.getOutputStream().write((lines + "end\n").getBytes(StandardCharsets.US_ASCII));
    guest.getOutputStream().flush();
    String[] words = Namespaces.line(guest).split(" ", -1);
    List<Sent> taken = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (words[0].charAt(i) == '+') {
        taken.add(all.get(i));
      }
    }
    taken.removeIf(sent -> isCutInItsTag(sent.frame()));
    assertEquals(Long.parseLong(words[1]), taken.size(), "handed to packet sockets");
    return taken;
  }

  private void awaitAccounted(long frames) {
    host.await("every frame is accounted for", () -> accounted() >= frames);
    assertEquals(frames, accounted());
  }

  private long accounted() {
    return host.metric("flowlog_frames_total") + host.metric("flowlog_frames_lost_total");
  }

  private static int type(byte[] frame) {
    return (frame[12] & 0xff) << 8 | (frame[13] & 0xff);
  }

  private static boolean isTagged(byte[] frame) {
    return type(frame) == 0x8100 || type(frame) == 0x88a8;
  }

  /** The kernel shows such a frame to nobody. */
  private static boolean isCutInItsTag(byte[] frame) {
    return isTagged(frame) && frame.length < ETHERNET_BYTES + 6;
  }

  /** Decodes a frame as it is in the ring, where its first tag is no more. */
  private static FrameOutcome outcome(byte[] bytes) {
    Frame frame = new Frame();
    ByteBuffer buffer = ByteBuffer.allocate(bytes.length).put(0, bytes);
    int length = bytes.length;
    if (isTagged(bytes)) {
      frame.strippedVlan = buffer.getShort(ETHERNET_BYTES) & 0xfff;
      length -= 4;
      buffer.put(12, bytes, 16, length - 12);
    }
    frame.buffer = buffer;
    frame.wireBytes = length;
    frame.capturedBytes = Math.min(length, SNAP_BYTES);
    return new FrameDecoder().decode(frame, new PacketBatch(1));
  }

  private Map<String, Long> reasons() {
    Map<String, Long> numbers = new TreeMap<>();
    REASONS.values().forEach(name -> numbers.put(name, host.metric("flowlog_" + name + "_total")));
    numbers.put("packets", host.metric("flowlog_packets_total"));
    return numbers;
  }

  private static long sum(Map<String, Long> numbers) {
    return numbers.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> expectedReasons(List<Sent> taken) {
    Map<String, Long> expected = new TreeMap<>();
    REASONS.values().forEach(reason -> expected.put(reason, 0L));
    expected.put("packets", 0L);
    for (Sent sent : taken) {
      FrameOutcome outcome = outcome(sent.frame());
      if (outcome.isPacket()) {
        expected.merge("packets", 1L, Long::sum);
      }
      String reason = REASONS.get(outcome);
      if (reason != null) {
        expected.merge(reason, 1L, Long::sum);
      }
    }
    return expected;
  }

  private void sendDamaged(Process guest) throws IOException {
    Map<String, Long> before = reasons();
    long accounted = accounted();
    List<Sent> taken = send(guest, damagedFrames());
    awaitAccounted(accounted + taken.size());
    Map<String, Long> expected = expectedReasons(taken);
    expected.forEach((reason, count) -> assertTrue(count > 0, reason));
    before.forEach((reason, count) -> expected.merge(reason, count, Long::sum));
    // a frame is counted before what is made of it
    host.await("every frame has its reason", () -> sum(reasons()) >= sum(expected));
    assertEquals(expected, reasons());
    assertEquals(0, host.metric("flowlog_frames_lost_total"));
  }

  /** The honest machine sends at the same time. */
  private void sendAbsurd(Process guest) throws Exception {
    long lostBefore = host.metric("flowlog_frames_lost_total");
    long accounted = accounted();
    Process honest = startHonest();
    List<Sent> taken = send(guest, absurdFrames());
    assertEquals(0, honest.waitFor());
    awaitAccounted(accounted + taken.size() + HONEST_FLOWS * HONEST_TIMES);
    long lost = host.metric("flowlog_frames_lost_total") - lostBefore;
    long unusual = taken.stream().filter(sent -> !sent.isForTheRing()).count();
    assertTrue(lost <= unusual, lost + " of " + unusual);
    assertTrue(taken.size() > FRAMES / 5, "the kernel takes only " + taken.size());
  }

  @Test
  void shouldBearWhateverAGuestSends() throws Exception {
    writeHonestFrames();
    Process guest = start();
    long grownKib = grownKib(() -> sendDamaged(guest)) + grownKib(() -> sendAbsurd(guest));
    assertTrue(grownKib < GROWTH_KIB_MAX, grownKib + " KiB more than before");
    // the next slice is cut when everything that was read is counted
    host.awaitMetric("flowlog_slices_total", host.metric("flowlog_slices_total") + 1);
    long packets = host.metric("flowlog_packets_total");
    long lost = host.metric("flowlog_frames_lost_total");
    assertTrue(host.metric("flowlog_packets_folded_total") > 0, "the table has room for more");
    host.stop();

    List<Row> honest = rowsOf(HONEST);
    List<Row> guests = rowsOf(GUEST);
    assertHonest(honest);
    assertEquals(packets, sum(honest, "packets") + sum(guests, "packets"));
    assertEquals(lost, sum(guests, "lost_packets"));
  }

  /** Does something again and again; returns how much the agent has grown since the first time. */
  private long grownKib(Round round) throws Exception {
    round.run();
    long beforeKib = host.status("RssAnon");
    for (int i = 0; i < ROUNDS; i++) {
      round.run();
    }
    return host.status("RssAnon") - beforeKib;
  }

  private List<Row> rowsOf(String device) throws IOException {
    String portId = LiveHost.portId(device);
    return host.rowsOf("all").stream()
        .filter(row -> row.text("interface_id").equals(portId))
        .toList();
  }

  private static long sum(List<Row> rows, String field) {
    return rows.stream()
        .filter(row -> !row.text(field).isEmpty())
        .mapToLong(row -> row.number(field))
        .sum();
  }

  private static void assertHonest(List<Row> rows) {
    Map<String, Count> counts = new TreeMap<>();
    for (Row row : rows) {
      assertTrue(Set.of("OK", "NODATA").contains(row.text("status")), row.toString());
      if (row.hasFlow()) {
        Count count = new Count(row.number("packets"), row.number("bytes"));
        counts.merge(WireCount.flow(row), count, Count::plus);
      }
    }
    Map<String, Count> expected = new TreeMap<>();
    long times = HONEST_TIMES * (ROUNDS + 1L);
    for (int i = 0; i < HONEST_FLOWS; i++) {
      String flow = "10.1.0.1 10.1.0.2 17 " + (HONEST_PORT + i) + " 53 - -";
      expected.put(flow, new Count(times, times * (28 + i)));
    }
    assertEquals(expected, counts);
  }
}
