package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Load of which a firewall lets some pass and drops some, at several rates and more than the agent
 * can read: in each interval ACCEPT, DROP and what is counted as lost are what was sent. The
 * firewall has counted each interval's packets, too. Needs root, iproute2, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(900)
class MixedLoadTest {
  private static final long INTERVAL_US = TimeUnit.SECONDS.toMicros(LiveHost.INTERVAL_SECONDS);
  private static final int ROUNDS = Integer.getInteger("flowlog.soak", 1);
  private static final int ALLOWED = 5501;
  private static final int DENIED = 5502;
  private static final int FULL_SPEED = 0;
  private static final int QUIET_FRAMES = 50;

  /** What nft shows of the packets of one mark for one destination. */
  private static final Pattern SEEN =
      Pattern.compile("(\\d+) \\. (\\d+) counter packets (\\d+) bytes (\\d+)");

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private final Map<String, Count> witnessed = new HashMap<>();
  private List<Row> rows = List.of();
  private long quietFrames;

  private void begin() throws IOException {
    machines.build();
    host.set("capture.drops=required");
    machines.nft(
        """
        table inet witness {
          set seen { typeof udp sport . udp dport; size 4096; flags dynamic; }
          chain forward { type filter hook forward priority 0
            udp dport { 5501, 5502 } update @seen { udp sport . udp dport counter }
            udp dport 5502 drop; }
        }
        """);
    host.start();
  }

  private Process sender() {
    return host.net().start("vm2", "python3", LiveHost.script("mixed_load.py"), "eth0");
  }

  /** Sends in an interval of its own; two of five are dropped, or all. */
  private void send(Process sender, int rate, boolean onlyDenied) throws IOException {
    String line = rate + " " + hex(false, DENIED) + " " + hex(true, DENIED);
    if (!onlyDenied) {
      line += " " + hex(false, ALLOWED) + " " + hex(true, ALLOWED) + " " + hex(false, ALLOWED);
    }
    sender.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    sender.getOutputStream().flush();
    assertEquals("begins", Namespaces.line(sender));
  }

  private static String hex(boolean ipv6, int port) {
    byte[] frame = Firewalled.frame(2, 1, ipv6).udp(1, port).payloadOf(60).build();
    return HexFormat.of().formatHex(frame);
  }

  /** Returns an interval's mark; 0 if the machine was too slow to send all of it in time. */
  private static int end(Process sender) throws IOException {
    String line = Namespaces.line(sender);
    Matcher told = Pattern.compile("(\\d+) (True|False)").matcher(line);
    assertTrue(told.matches(), line);
    return told.group(2).equals("True") ? Integer.parseInt(told.group(1)) : 0;
  }

  private void readWitness() {
    String text = host.net().in(LiveHost.HOST, "nft", "list", "set", "inet", "witness", "seen");
    Matcher seen = SEEN.matcher(text);
    while (seen.find()) {
      Count count = new Count(Long.parseLong(seen.group(3)), Long.parseLong(seen.group(4)));
      witnessed.put(seen.group(1) + ">" + seen.group(2), count);
    }
  }

  private Count witnessed(int mark, int port) {
    return witnessed.getOrDefault(mark + ">" + port, Count.NOTHING);
  }

  private Count recorded(String device, int mark, int port, String verdict) {
    Count sum = Count.NOTHING;
    for (Row row : PortBooks.of(rows, device).rows()) {
      if (row.hasFlow()
          && row.text("src_port").equals(Integer.toString(mark))
          && row.text("dst_port").equals(Integer.toString(port))
          && row.text("filter").equals(verdict)) {
        assertEquals(mark, markOf(row), row.toString());
        sum = sum.plus(new Count(row.number("packets"), row.number("bytes")));
      }
    }
    return sum;
  }

  /** Returns the mark of the frames that are sent in a row's interval. */
  private static int markOf(Row row) {
    long interval = row.number("timestamp_start") / INTERVAL_US;
    return (int) (10_000 + interval % 20_000);
  }

  private long lost(String device, int mark) {
    return PortBooks.of(rows, device).gaps().stream()
        .filter(row -> markOf(row) == mark)
        .mapToLong(row -> row.number("lost_packets"))
        .sum();
  }

  @Test
  void shouldTellEachIntervalsShares() throws IOException {
    begin();
    Process sender = sender();
    int exact = 0;
    int[] rates = {500, 10_000, FULL_SPEED};
    int[] marks = new int[rates.length * ROUNDS];
    for (int i = 0; i < marks.length; i++) {
      send(sender, rates[i % rates.length], false);
      marks[i] = end(sender);
    }
    readWitness();
    host.stop();

    rows = host.rowsOf("all");
    for (int i = 0; i < marks.length; i++) {
      if (marks[i] != 0) {
        exact++;
        assertShares(marks[i], rates[i % rates.length]);
      }
    }
    assertTrue(exact > 0, "never fast enough");
    assertBooksBalance();
  }

  private void assertShares(int mark, int rate) {
    Count allowed = witnessed(mark, ALLOWED);
    Count denied = witnessed(mark, DENIED);
    assertTrue(allowed.packets() > 0 && denied.packets() > 0);
    for (String device : List.of("tap1", "tap2")) {
      Count accepted = recorded(device, mark, ALLOWED, ACCEPT);
      long lost = lost(device, mark);
      assertEquals(denied, recorded(device, mark, DENIED, DROP), device);
      assertEquals(allowed.packets(), accepted.packets() + lost, device + " lost " + lost);
      assertEquals(Count.NOTHING, recorded(device, mark, DENIED, ACCEPT), device);
      assertEquals(Count.NOTHING, recorded(device, mark, ALLOWED, DROP), device);
      if (rate != FULL_SPEED) {
        assertEquals(allowed, accepted, device);
      }
    }
  }

  /** Also of intervals for which the machine was too slow. */
  private void assertBooksBalance() {
    long sent = witnessed.values().stream().mapToLong(Count::packets).sum();
    for (String device : List.of("tap1", "tap2")) {
      PortBooks books = PortBooks.of(rows, device);
      assertEquals(
          sent + (device.equals("tap1") ? quietFrames : 0), books.packets() + books.lost());
    }
  }

  @Test
  void shouldTellEachIntervalsSharesWhenMoreComesThanCanBeRead() throws IOException {
    host.set("capture.ring_bytes=1MiB").set("capture.ring_block_bytes=16KiB");
    begin();
    Process sender = sender();
    int[] marks = new int[2 * ROUNDS];
    for (int i = 0; i < marks.length; i++) {
      send(sender, FULL_SPEED, i % 2 == 1);
      host.signal("STOP");
      LiveHost.sleepMs(300);
      host.signal("CONT");
      machines.send(3, QUIET_FRAMES, Firewalled.frame(3, 1, false).udp(9, 53).payloadOf(20));
      quietFrames += QUIET_FRAMES;
      marks[i] = end(sender);
      // what is lost is known to be of the interval that ends, and not of the next that is used
      LiveHost.sleepMs(1000 * LiveHost.INTERVAL_SECONDS);
    }
    readWitness();
    host.stop();

    rows = host.rowsOf("all");
    int exact = 0;
    for (int i = 0; i < marks.length; i++) {
      if (marks[i] != 0) {
        exact++;
        assertSharesWithLoss(marks[i], i % 2 == 1);
      }
    }
    assertTrue(exact > 0, "never fast enough");
    PortBooks quiet = PortBooks.of(rows, "tap3");
    assertEquals(quietFrames, quiet.packets(ACCEPT));
    assertEquals(List.of(), quiet.gaps());
    assertBooksBalance();
  }

  private void assertSharesWithLoss(int mark, boolean onlyDenied) {
    long allowed = witnessed(mark, ALLOWED).packets();
    Count denied = witnessed(mark, DENIED);
    for (String device : List.of("tap1", "tap2")) {
      long lost = lost(device, mark);
      Count accepted = recorded(device, mark, ALLOWED, ACCEPT);
      assertEquals(denied, recorded(device, mark, DENIED, DROP), device);
      assertEquals(allowed, accepted.packets() + lost, device + " lost " + lost);
      // what is dropped is known although the rings had no room for it
      assertEquals(onlyDenied, lost == 0, device + " lost " + lost);
    }
  }
}
