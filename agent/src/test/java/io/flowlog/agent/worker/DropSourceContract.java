package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.drops.DropBatch;
import io.flowlog.agent.capture.drops.DropEntry;
import io.flowlog.agent.capture.drops.DropSource;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.bridge.Interfaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every evidence of drops tells of a firewall at a bridge that drops datagrams to port 99, and
 * says so. Needs root, iproute2, nft and python3.
 */
@Timeout(120)
abstract class DropSourceContract {
  private static final String RULES =
      """
      table inet firewall {
        chain forward {
          type filter hook forward priority 0;
          udp dport 99 log prefix "DROP:contract" group 33 snaplen 128 drop
        }
      }
      """;
  private static final String MAC_1 = "02:77:00:00:00:01";
  private static final String MAC_2 = "02:77:00:00:00:02";
  private static final int IP_BYTES = 128;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

  @TempDir Path folder;
  final CounterSet counters = new CounterSet();
  private final Namespaces net = new Namespaces("host", "vm1", "vm2");
  private final Map<String, Long> packets = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private int entries;
  private int tap1;
  private int tap2;
  private @Nullable DropSource source;

  /** Opens the evidence, in the network namespace of the calling thread. */
  abstract DropSource open() throws IOException;

  @BeforeEach
  void build() throws Exception {
    net.in("host", "ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0");
    net.in("host", "ip", "link", "set", "bridge", "up");
    net.in("host", "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1");
    join("vm1", "tap1", MAC_1);
    join("vm2", "tap2", MAC_2);
    Path rules = folder.resolve("rules");
    Files.writeString(rules, RULES);
    net.in("host", "nft", "-f", rules.toString());
    source = net.inside("host", this::openWatching);
  }

  private void join(String machine, String tap, String mac) {
    net.connect("host", tap, machine);
    net.in("host", "ip", "link", "set", tap, "master", "bridge");
    net.in("host", "bridge", "fdb", "replace", mac, "dev", tap, "master", "static");
  }

  private DropSource openWatching() throws IOException {
    tap1 = Interfaces.indexOf("tap1");
    tap2 = Interfaces.indexOf("tap2");
    DropSource opened = open();
    opened.watch(Set.of(tap1, tap2, Interfaces.indexOf("bridge")));
    return opened;
  }

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
    net.close();
  }

  private DropSource source() {
    return Objects.requireNonNull(source);
  }

  private void send(int sourcePort, int destinationPort, int times) {
    net.send("vm1", "eth0", times, List.of(frame(sourcePort, destinationPort)));
  }

  private static byte[] frame(int sourcePort, int destinationPort) {
    return FrameBuilder.ethernet(MAC_1, MAC_2)
        .ipv4("10.77.0.1", "10.77.0.2")
        .udp(sourcePort, destinationPort)
        .payloadOf(IP_BYTES - 28)
        .build();
  }

  /** Collects once; returns how many times a batch was filled up. */
  private int collect() throws IOException {
    int full = 0;
    source().collect();
    DropBatch batch = new DropBatch();
    while (!source().fill(batch)) {
      full++;
      take(batch);
      batch = new DropBatch();
    }
    take(batch);
    return full;
  }

  private void take(DropBatch batch) throws IOException {
    assertEquals(0, batch.takeLost());
    batch.takeBefore(Long.MAX_VALUE, this::take);
  }

  private void take(DropEntry entry) {
    entries++;
    packets.merge(entry.sourcePort + ">" + entry.destinationPort, entry.packets, Long::sum);
    boolean told =
        entry.inputInterface == tap1
            && entry.outputInterface == tap2
            && entry.ipVersion == 4
            && entry.protocol == 17
            && entry.sourceLow == 0x0a4d0001
            && entry.destinationLow == 0x0a4d0002
            && entry.destinationMac == 0x0277_0000_0002L
            && entry.bytes == entry.packets * IP_BYTES
            && entry.firstNs <= entry.lastNs
            && entry.granuleStartNs <= entry.firstNs
            && entry.lastNs <= TimeOfDay.nowNs()
            && !entry.overflow
            && !entry.routed
            && !entry.laterFragment;
    if (!told) {
      problems.add("entry of " + entry.sourcePort + " at " + entry.inputInterface);
    }
  }

  private void collectUntil(long wanted) throws Exception {
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (sum() < wanted && System.nanoTime() < endNs) {
      collect();
      Thread.sleep(source().pauseMs());
    }
    assertEquals(List.of(), problems);
  }

  private long sum() {
    return packets.values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void shouldTellOfEachPacketThatIsDroppedAndOfNoOther() throws Exception {
    send(1, 99, 5);
    send(2, 98, 3);
    send(3, 99, 7);
    collectUntil(12);
    collect();

    assertEquals(Map.of("1>99", 5L, "3>99", 7L), packets);
  }

  @Test
  void shouldTellOfPacketsOfOneFlowTogether() throws Exception {
    send(1, 99, 3000);
    collectUntil(3000);

    assertEquals(Map.of("1>99", 3000L), packets);
    assertTrue(entries < 1500, "one entry each would be too many: " + entries);
  }

  @Test
  void shouldFillOneBatchAfterTheOther() throws Exception {
    List<byte[]> frames = new ArrayList<>();
    for (int port = 1; port <= 3000; port++) {
      frames.add(frame(port, 99));
    }
    net.send("vm1", "eth0", 1, frames);
    // whoever reads later gets more at once
    Thread.sleep(200);
    int full = collect();
    collectUntil(3000);

    assertEquals(3000, packets.size());
    assertTrue(full >= 2, full + " batches were filled up");
  }

  @Test
  void shouldHaveToldAllBeforeTheTimeUntilWhichItIsComplete() throws Exception {
    send(1, 99, 4);
    long sentNs = TimeOfDay.nowNs();
    long completeNs = 0;
    while (completeNs < sentNs) {
      long collectedNs = TimeOfDay.nowNs();
      collect();
      completeNs = source().completeUntilNs(collectedNs);
      assertTrue(completeNs <= collectedNs);
    }

    assertEquals(Map.of("1>99", 4L), packets);
  }

  @Test
  void shouldCallTheReasonByAName() throws Exception {
    String description = source().description();
    assertTrue(description.matches("[a-z].*[a-z0-9]"), description);
    assertEquals(reason(), source().namesOfReasons().apply(reasonOfADrop()));
  }

  /** Returns the name of the reason for which the firewall drops. */
  abstract String reason();

  private int reasonOfADrop() throws Exception {
    send(1, 99, 1);
    int[] reason = new int[1];
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (reason[0] == 0 && System.nanoTime() < endNs) {
      source().collect();
      DropBatch batch = new DropBatch();
      assertTrue(source().fill(batch));
      batch.takeBefore(Long.MAX_VALUE, entry -> reason[0] = entry.reason);
      Thread.sleep(source().pauseMs());
    }
    return reason[0];
  }
}
