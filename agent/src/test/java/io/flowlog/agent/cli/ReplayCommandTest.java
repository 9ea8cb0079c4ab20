package io.flowlog.agent.cli;

import static io.flowlog.agent.cli.ReplayFiles.below;
import static io.flowlog.agent.cli.ReplayFiles.column;
import static io.flowlog.agent.cli.ReplayFiles.rows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.record.RowLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay} as an operator uses it who makes no mistake. */
class ReplayCommandTest {
  private static final int LIVE_PORT = 48_771;

  private final ReplayFiles files;
  private final Path out;

  ReplayCommandTest(@TempDir Path folder) {
    files = new ReplayFiles(folder);
    out = folder.resolve("out");
  }

  private Outcome replay(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "replay";
    all[1] = "--out";
    all[2] = out.toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Outcome.of(all);
  }

  @Test
  void shouldWriteEverythingToOneFileAndSaySo() throws IOException {
    replay(files.exchange("a.pcap"))
        .assertDone()
        .assertSays("read     3 frames: 3 packets, 196 bytes, 2 connections")
        .assertSays("wrote    3 records in 1 file below " + out);
    List<Map<String, String>> rows = rows(out);
    assertEquals(RowLayout.of(Layout.nhn).names(), List.copyOf(rows.get(0).keySet()));
    assertEquals(List.of("unknown", "unknown", "unknown"), column(rows, "direction"));
    assertEquals(List.of("1767323045", "1767323045", "1767323106"), column(rows, "timestamp_end"));
  }

  @Test
  void shouldNameWhatItLeftOut() throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(files.path("a.pcap"), 1)) {
      writer.write(ReplayFiles.START_NS, ReplayFiles.fromVm().udp(1, 2));
      writer.write(ReplayFiles.START_NS, ReplayFiles.fromVm().udp(1, 2).truncate(20));
      for (int i = 0; i < 1200; i++) {
        writer.write(ReplayFiles.START_NS, FrameBuilder.ethernet().arp("10.0.0.1", "10.0.0.2"));
      }
    }
    replay(files.path("a.pcap").toString())
        .assertDone()
        .assertSays("read     1,202 frames: 1 packet, 28 bytes, 1 connection")
        .assertSays("wrote    1 record in 1 file below " + out)
        .assertSays("left out 1,200 frames not IP")
        .assertSays("left out 1 frame cut in the IP header");
  }

  @Test
  void shouldReadSeveralFilesAsOneCapture() throws IOException {
    String first = files.questions("a.pcap", 3, 1_000_000, 1000);
    String second = files.questions("b.pcap", 3, 1_000_000, 1002);
    replay(first, second).assertDone();
    assertEquals(List.of("1000", "1001", "1002", "1003", "1004"), column(rows(out), "src_port"));
  }

  @Test
  void shouldKeepOnlyWhatTheFilterMatches() throws IOException {
    replay("--filter", "tcp port 80", files.exchange("a.pcap")).assertDone();
    assertEquals(List.of("80"), column(rows(out), "dst_port"));
  }

  @Test
  void shouldLeaveNoFileWhenTheFilterMatchesNothing() throws IOException {
    replay("--filter", "sctp", files.exchange("a.pcap"))
        .assertDone()
        .assertSays("wrote    0 records in 0 files below " + out);
    assertEquals(Map.of(), below(out));
  }

  @Test
  void shouldGiveTheRowsOfDeclaredPortsTheirDirectionAndOwner() throws IOException {
    String fields = "customized_field: interface_id,vm_id,direction,src_port,bytes\n";
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + fields);
    String ports = files.text("p.yaml", ReplayFiles.PORTS);
    replay("--logger", logger, "--ports", ports, files.exchange("a.pcap")).assertDone();
    SortedMap<String, byte[]> found = below(out);
    // ten minutes hold both packets times, which are a minute apart
    assertEquals(1, found.size(), found.keySet().toString());
    String start = ReplayFiles.PORT_ID + "," + ReplayFiles.VM_ID + ",";
    assertEquals(
        List.of(start + "egress,40000,40", start + "egress,5353,48", start + "ingress,53,108"),
        rows(out).stream().map(row -> String.join(",", row.values())).sorted().toList());
  }

  @Test
  void shouldCutTheIntervalsOfItsLogger() throws IOException {
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + "aggregation_interval: 1\n");
    replay("--logger", logger, "--set", "host=h1", files.exchange("a.pcap")).assertDone();
    String name = "2026/01/02/" + ReplayFiles.LOGGER_ID + "_2026-01-02T03:0";
    assertEquals(
        List.of(name + "4:00_h1.csv", name + "5:00_h1.csv"), List.copyOf(below(out).keySet()));
    // the port that the logger names is whose packets these are
    assertEquals(
        List.of(ReplayFiles.PORT_ID),
        column(rows(List.copyOf(below(out).values()).get(1)), "interface_id"));
  }

  @Test
  void shouldSayThatFilesCameInTheWrongOrder() throws IOException {
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + "aggregation_interval: 1\n");
    String unit = "record.interval_unit=1s";
    String late = files.questions("late.pcap", 4, 1_000_000_000, 2000);
    String early = files.questions("early.pcap", 2, 1_000_000_000, 1000);
    replay("--logger", logger, "--set", unit, late, early)
        .assertDone()
        .assertSays(
            "note     2 packets older than the running interval, counted in it: give files in the"
                + " order of time");
    Path other = files.path("other");
    Outcome ordered =
        Outcome.of(
            "replay", "--out", other.toString(), "--logger", logger, "--set", unit, early, late);
    // the second file begins at the first one's start again
    assertTrue(ordered.assertDone().words().get(2).startsWith("note     1 packet "));
  }

  @Test
  void shouldShortenTheIntervalsUnit() throws IOException {
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + "aggregation_interval: 2\n");
    String capture = files.questions("a.pcap", 4, 1_000_000_000);
    replay("--logger", logger, "--set", "record.interval_unit=1s", capture).assertDone();
    assertEquals(3, below(out).size());
  }

  @Test
  void shouldWriteGzipForALoggerThatWantsIt() throws IOException {
    String capture = files.exchange("a.pcap");
    String plain = files.text("l.yaml", ReplayFiles.LOGGER);
    replay("--logger", plain, capture).assertDone();
    byte[] expected = below(out).values().iterator().next();
    Path other = files.path("gzip");
    String gzip = files.text("l.yaml", ReplayFiles.LOGGER + "compression_type: GZIP\n");
    Outcome.of("replay", "--out", other.toString(), "--logger", gzip, capture).assertDone();
    Map.Entry<String, byte[]> file = below(other).entrySet().iterator().next();
    assertTrue(file.getKey().endsWith(".csv.gz"), file.getKey());
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file.getValue()))) {
      assertArrayEquals(expected, in.readAllBytes());
    }
  }

  @Test
  void shouldGoOnInPartsOnlyForADeclaredLogger() throws IOException {
    String capture = files.questions("a.pcap", 10, 1_000_000);
    replay("--set", "format.rows_per_file=4", capture).assertDone();
    assertEquals(10, rows(out).size());
    String logger = files.text("l.yaml", ReplayFiles.LOGGER);
    Path parts = files.path("parts");
    Outcome.of(
            "replay",
            "--out",
            parts.toString(),
            "--logger",
            logger,
            "--set",
            "format.rows_per_file=4",
            capture)
        .assertDone()
        .assertSays("wrote    10 records in 3 files below " + parts);
    assertEquals(
        List.of(4, 4, 2), below(parts).values().stream().map(csv -> rows(csv).size()).toList());
  }

  @Test
  void shouldNotPassOffWhatItCannotKnowForNothing() throws IOException {
    String logger = files.text("l.yaml", ReplayFiles.LOGGER + "filter: DROP\n");
    replay("--logger", logger, files.exchange("a.pcap"))
        .assertDone()
        .assertSays("wrote    1 record in 1 file below " + out);
    // A capture file does not tell what was dropped.
    String csv = new String(below(out).values().iterator().next(), StandardCharsets.UTF_8);
    assertTrue(csv.endsWith(",SKIPDATA\n"), csv);
  }

  @Test
  void shouldWriteTimesInTheUnitThatIsSet() throws IOException {
    replay("--set", "timestamp_unit=ns", files.questions("a.pcap", 1, 0)).assertDone();
    assertEquals(
        List.of(Long.toString(ReplayFiles.START_NS)), column(rows(out), "timestamp_start"));
  }

  @Test
  void shouldLeaveOutExcludedAddressesOnlyWhenTold() throws IOException {
    String capture = files.exchange("a.pcap");
    replay("--set", "capture.exclude_addresses=[192.0.2.0/24]", capture)
        .assertDone()
        .assertSays("left out 3 frames of excluded addresses");
  }

  @Test
  void shouldWriteTheSameBytesAgain() throws IOException {
    String capture = files.questions("a.pcap", 300, 1_000_000);
    replay(capture).assertDone();
    SortedMap<String, byte[]> first = below(out);
    replay(capture).assertDone();
    SortedMap<String, byte[]> second = below(out);
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertArrayEquals(bytes, second.get(name), name));
  }

  private Outcome captureOnLoopback(String... options) throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    Thread sender = new Thread(() -> send(over));
    sender.start();
    try {
      String[] fixed = {
        "--interface", "lo", "--seconds", "1", "--filter", "udp dst port " + LIVE_PORT
      };
      String[] all = Arrays.copyOf(fixed, fixed.length + options.length);
      System.arraycopy(options, 0, all, fixed.length, options.length);
      return replay(all);
    } finally {
      over.set(true);
      sender.join();
    }
  }

  @Test
  void shouldCaptureOnAnInterfaceForSomeSeconds() throws Exception {
    captureOnLoopback().assertDone();
    List<Map<String, String>> rows = rows(out);
    assertEquals(List.of("127.0.0.1"), column(rows, "src_addr"));
    assertEquals(List.of(Integer.toString(LIVE_PORT)), column(rows, "dst_port"));
  }

  @Test
  void shouldNotTakeWhatAnInterfaceShowsForThePacketsOfAnotherOnesPort() throws Exception {
    String ports = files.text("p.yaml", ReplayFiles.PORTS + "  device: tap0\n");
    Outcome outcome = captureOnLoopback("--ports", ports).assertDone();
    assertEquals(Map.of(), below(out));
    assertTrue(
        outcome.words().get(2).matches("left out [0-9]+ frames of no logging port"),
        outcome::toString);
  }

  private static void send(AtomicBoolean over) {
    try (DatagramSocket socket = new DatagramSocket()) {
      InetAddress host = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      while (!over.get()) {
        socket.send(new DatagramPacket(new byte[8], 8, host, LIVE_PORT));
        Thread.sleep(20);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
