package io.flowlog.agent.capture.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.Namespaces;
import io.flowlog.agent.live.LiveHost;
import io.flowlog.bridge.ConnectionLists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that redirects what a machine sends to two ports, and nothing else. */
class KernelConnectionsTest {
  private static final int FLOWS = 300;

  private final Namespaces net = new Namespaces("host", "vm");
  private final List<ConnectionNews> news = new ArrayList<>();

  @TempDir private Path folder;

  @BeforeEach
  void build() {
    net.connect("host", "tap", "vm");
    in("host", "ip address add 10.77.2.254/24 dev tap");
    in("vm", "ip address add 10.77.2.1/24 dev eth0");
    in("host", "iptables -t nat -A PREROUTING -p udp --dport 8:9 -j REDIRECT --to-ports 10");
  }

  @AfterEach
  void remove() {
    net.close();
  }

  private void in(String place, String command) {
    net.in(place, command.split(" ", -1));
  }

  private void send(int port, int flows) {
    in("vm", "python3 " + LiveHost.script("nat.py") + " many 10.77.2.254 " + port + " " + flows);
  }

  private void collect(KernelConnections connections) throws IOException {
    news.clear();
    while (!connections.collect(news::add)) {
      // there is more
    }
  }

  private Set<Translation> told() {
    Set<Translation> all = new HashSet<>();
    for (ConnectionNews each : news) {
      if (each instanceof ConnectionNews.There there) {
        all.add(there.translation());
      }
    }
    return all;
  }

  @Test
  void shouldHearOfTranslatedConnectionsOnly() throws Exception {
    net.inside(
        "host",
        () -> {
          try (KernelConnections connections = listening(KernelConnections.QUEUE_BYTES)) {
            collect(connections);
            assertEquals(2, news.size(), news.toString());
            send(9, FLOWS);
            send(11, FLOWS);
            collect(connections);
            assertEquals(FLOWS, told().size());
            assertEquals(FLOWS, news.size());
            for (Translation each : told()) {
              assertEquals(9, each.original().destinationPort());
              assertEquals(10, each.translated().destinationPort());
              assertEquals(each.original().sourcePort(), each.translated().sourcePort());
            }
            ConnectionLists.Figures figures = connections.figures();
            // answers of the host about its closed ports belong to the same connections
            assertEquals(2 * FLOWS, figures.entries());
            assertTrue(figures.entriesMax() > figures.entries(), figures.toString());
            assertEquals(0, figures.drops());
            return true;
          }
        });
  }

  private static KernelConnections listening(int queueBytes) throws IOException {
    KernelConnections connections = new KernelConnections(queueBytes, 10, () -> 5);
    connections.listen(true);
    return connections;
  }

  @Test
  void shouldMakeUpForLostNewsByAList() throws Exception {
    net.inside(
        "host",
        () -> {
          try (KernelConnections connections = listening(1)) {
            collect(connections);
            send(9, FLOWS);
            collect(connections);
            assertTrue(connections.overruns() > 0, "nothing was lost");
            assertTrue(news.contains(new ConnectionNews.Lost()), news.toString());
            assertEquals(new ConnectionNews.ListEnds(5), news.get(news.size() - 1));
            assertEquals(FLOWS, told().size());
            TranslationTable table = new TranslationTable(FLOWS);
            news.forEach(table::take);
            assertTrue(table.isWhole());
            for (Translation each : told()) {
              assertEquals(each.translated(), table.find(each.original()));
            }
            send(8, 1);
            collect(connections);
            assertEquals(1, news.size(), "news behind the list: " + news);
            return true;
          }
        });
  }

  @Test
  void shouldTellOlderConnectionsOfItsAddressesAndNoMoreThanItMay() throws Exception {
    net.inside(
        "host",
        () -> {
          try (KernelConnections connections = listening(1)) {
            send(11, 3);
            long vm = 10L << 24 | 77 << 16 | 2 << 8 | 1;
            assertEquals(0, older(connections, vm + 1));
            assertEquals(0, news.size());
            assertEquals(0, older(connections, vm));
            assertEquals(3, news.size());
            for (ConnectionNews each : news) {
              assertTrue(
                  each instanceof ConnectionNews.Older older
                      && older.connection().openedByLocal()
                      && older.connection().localLow() == vm
                      && older.connection().remotePort() == 11,
                  each.toString());
            }
            send(11, 20);
            // the first three are among them
            assertEquals(10, older(connections, vm));
            assertEquals(10, news.size());
            return true;
          }
        });
  }

  private long older(KernelConnections connections, long address) throws IOException {
    news.clear();
    return connections.older(Set.of(new KernelConnections.Address(false, 0, address)), news::add);
  }

  @Test
  void shouldSayWhatIsMissing() throws IOException {
    assertTrue(KernelConnections.obstacle(folder).orElse("").contains("nf_conntrack"));
    Files.writeString(folder.resolve("nf_conntrack_max"), "1000\n");
    assertTrue(KernelConnections.obstacle(folder).orElse("").contains("CONFIG_NF_CONNTRACK_EV"));
    Files.writeString(folder.resolve("nf_conntrack_events"), "0\n");
    assertTrue(KernelConnections.obstacle(folder).orElse("").contains("sysctl -w"));
    Files.writeString(folder.resolve("nf_conntrack_events"), "2\n");
    assertTrue(KernelConnections.obstacle(folder).isEmpty());
  }
}
