package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What firewalls drop that log it by themselves, with the rules and the list that are shipped, and
 * what the records say of it. Needs root, iproute2, iptables, nft and python3.
 */
@Tag("slow")
@Timeout(180)
class NflogTest {
  private static final String EGRESS = "egress";
  private static final String INGRESS = "ingress";
  private static final Path FIREWALLS =
      Path.of(System.getProperty("basedir", ".")).resolve("../config/firewalls");

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private int number = 1000;

  @BeforeEach
  void build() throws IOException {
    machines.build();
    host.set("capture.drops=off");
    host.set("capture.nflog=" + Files.readString(FIREWALLS.resolve("nflog.yaml")));
  }

  private static String shipped(String file) throws IOException {
    return Files.readString(FIREWALLS.resolve(file));
  }

  /** Sends datagrams between machines, which one verdict meets; DROP is followed by where. */
  private void udp(int from, int to, boolean ipv6, int port, int times, String verdict) {
    int own = number++;
    FrameBuilder frame = Firewalled.frame(from, to, ipv6).udp(own, port).payloadOf(own % 100);
    String flow = "17 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port;
    expect(from, to, flow, verdict, machines.send(from, times, frame));
  }

  private void syn(int from, int to, boolean ipv6, int port, String verdict) {
    int own = number++;
    FrameBuilder frame = Firewalled.frame(from, to, ipv6).tcp(own, port, FrameBuilder.SYN);
    String flow = "6 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port;
    expect(from, to, flow, verdict, machines.send(from, 1, frame));
  }

  private void ping(int from, int to, boolean ipv6, int times, String verdict) {
    FrameBuilder frame = Firewalled.frame(from, to, ipv6);
    frame = ipv6 ? frame.icmpv6(128, 0) : frame.icmp(8, 0);
    String flow = ipv6 ? "58 v6 0>0 type 128" : "1 v4 0>0 type 8";
    expect(from, to, flow, verdict, machines.send(from, times, frame.payloadOf(20)));
  }

  private void expect(int from, int to, String flow, String verdict, Count sent) {
    String[] words = verdict.split(" ", 2);
    String all = words.length == 1 ? flow : flow + " " + words[1];
    machines.expect(from, EGRESS, words[0], all, sent);
    machines.expect(to, INGRESS, words[0], all, sent);
  }

  private void assertRecorded() throws IOException {
    host.stop();
    assertEquals(machines.expected(), machines.recorded("all"));
  }

  /** Both firewalls that are shipped say the same of this. */
  private void sendAllKinds(int from, int to, boolean ipv6) {
    udp(from, to, ipv6, 53, 3, "ACCEPT");
    udp(from, to, ipv6, 99, 4, "DROP DROP:egress");
    udp(from, to, ipv6, 123, 5, "DROP DROP:ingress");
    syn(from, to, ipv6, 22, "ACCEPT");
    syn(from, to, ipv6, 443, "DROP DROP:ingress");
    syn(from, to, ipv6, 81, "DROP DROP:egress");
    ping(from, to, ipv6, 2, "ACCEPT");
  }

  @Test
  void shouldSayWhatTheShippedRulesOfIptablesSay() throws IOException {
    machines.iptables(shipped("machines.rules"));
    host.start();
    host.await(
        "health tells who tells of drops",
        () -> host.page("/health").contains("firewalls log them to NFLOG group 30"));
    for (boolean ipv6 : new boolean[] {false, true}) {
      sendAllKinds(2, 1, ipv6);
      sendAllKinds(1, 2, ipv6);
    }
    // a segment that no connection expects
    FrameBuilder stray = Firewalled.frame(2, 3, false).tcp(7, 22, FrameBuilder.RST);
    expect(2, 3, "6 v4 7>22", "DROP DROP:egress", machines.send(2, 3, stray));
    assertRecorded();
  }

  @Test
  void shouldSayWhatTheShippedRulesOfNftSay() throws IOException {
    machines.nft(shipped("machines.nft"));
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      sendAllKinds(2, 1, ipv6);
      sendAllKinds(1, 3, ipv6);
    }
    // each copy of a flooded packet is logged, and nobody gets any
    FrameBuilder toGroup =
        FrameBuilder.ethernet(Firewalled.mac(2), "01:00:5e:01:02:03")
            .ipv4("10.77.0.2", "239.1.2.3")
            .udp(7, 123)
            .payloadOf(50);
    Count sent = machines.send(2, 3, toGroup);
    machines.expect(2, EGRESS, "DROP", "17 v4 7>123 DROP:ingress", sent);
    machines.expect(1, INGRESS, "DROP", "17 v4 7>123 DROP:ingress", sent);
    machines.expect(3, INGRESS, "DROP", "17 v4 7>123 DROP:ingress", sent);
    assertRecorded();
  }

  @Test
  void shouldSayWhatSecurityGroupsOfNeutronDeny() throws IOException {
    machines.iptables(
        """
        *filter
        :neutron-openvswi-i2 - [0:0]
        :neutron-openvswi-sg-fallback - [0:0]
        -A FORWARD -m physdev --physdev-out tap2 --physdev-is-bridged -j neutron-openvswi-i2
        -A neutron-openvswi-i2 -m state --state RELATED,ESTABLISHED -j RETURN
        -A neutron-openvswi-i2 -p udp --dport 54 -j RETURN
        -A neutron-openvswi-i2 -j neutron-openvswi-sg-fallback
        -A neutron-openvswi-sg-fallback -j DROP
        COMMIT
        """);
    for (String tool : List.of("iptables-restore", "ip6tables-restore")) {
      String rules = FIREWALLS.resolve("neutron.rules").toAbsolutePath().toString();
      host.net().in(LiveHost.HOST, tool, "--noflush", rules);
    }
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      udp(1, 2, ipv6, 54, 3, "ACCEPT");
      udp(1, 2, ipv6, 99, 4, "DROP DROP:sg-fallback");
      udp(1, 3, ipv6, 99, 5, "ACCEPT");
    }
    assertRecorded();
  }

  @Test
  void shouldCountADropOnlyForTheDirectionThatTheListSays() throws IOException {
    host.set(
        "capture.nflog=[{group: 30, prefixes: [{pattern: 'out: ', verdict: DROP, direction:"
            + " egress}, {pattern: 'in: ', verdict: DROP, direction: ingress}, {pattern: pass,"
            + " verdict: ACCEPT}]}]");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            udp dport 5301 log prefix "out: " group 30 drop
            udp dport 5302 log prefix "in: " group 30 drop
            udp dport 5303 log prefix "pass" group 30 accept
            udp dport 5304 log prefix "other" group 30 accept
          }
        }
        """);
    host.start();
    for (int port = 5301; port <= 5304; port++) {
      Count sent = machines.send(2, 3, Firewalled.frame(2, 1, false).udp(7, port).payloadOf(50));
      String flow = "17 v4 7>" + port;
      String out = port == 5301 ? "DROP" : "ACCEPT";
      machines.expect(2, EGRESS, out, flow + (port == 5301 ? " out" : ""), sent);
      if (port == 5302) {
        machines.expect(1, INGRESS, "DROP", flow + " in", sent);
      } else if (port > 5302) {
        machines.expect(1, INGRESS, "ACCEPT", flow, sent);
      }
    }
    host.awaitMetric("flowlog_nflog_accepted_total", 3);
    host.awaitMetric("flowlog_nflog_prefix_unknown_total", 3);
    assertRecorded();
  }

  @Test
  void shouldReadSeveralGroupsEachWithPrefixesOfItsOwn() throws IOException {
    host.set(
        "capture.nflog=[{group: 30, prefixes: [{pattern: 'DROP:*', verdict: DROP}]},"
            + " {group: 31, prefixes: [{pattern: 'denied', verdict: DROP}]}]");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            udp dport 5301 log prefix "DROP:one" group 30 drop
            udp dport 5302 log prefix "denied" group 31 drop
            udp dport 5303 log prefix "denied" group 30 accept
          }
        }
        """);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      udp(2, 1, ipv6, 5301, 4, "DROP DROP");
      udp(2, 1, ipv6, 5302, 5, "DROP denied");
      udp(2, 1, ipv6, 5303, 6, "ACCEPT");
    }
    host.awaitMetric("flowlog_nflog_prefix_unknown_total", 12);
    assertRecorded();
  }

  @Test
  void shouldSaySoWhereItCannotTellHowManyPacketsThereWere() throws IOException {
    machines.iptables(shipped("machines.rules"));
    host.net().in(LiveHost.HOST, "ip", "link", "set", "tap2", "mtu", "3000");
    host.net().in("vm2", "ip", "link", "set", "eth0", "mtu", "3000");
    host.start();
    machines.send(2, 2, Firewalled.frame(2, 1, false).udp(7, 99).payloadOf(2000));
    host.awaitMetric("flowlog_nflog_large_total", 2);
    host.stop();

    for (String tap : List.of("tap1", "tap2")) {
      assertFalse(PortBooks.of(host.rowsOf("all"), tap).gaps().isEmpty(), tap);
    }
    assertEquals(List.of(), PortBooks.of(host.rowsOf("all"), "tap3").gaps());
  }

  @Test
  void shouldTellHowManyMessagesHadNoRoom() throws IOException {
    host.remove("ports.d/tap1.yaml");
    host.remove("ports.d/tap3.yaml");
    host.set(
        "capture.nflog=[{group: 30, receive_bytes: 4KiB, prefixes: [{pattern: 'DROP:*', verdict:"
            + " DROP}]}]");
    // the port's ring has room for all
    host.set("capture.ring_bytes=256MiB");
    machines.iptables(shipped("machines.rules"));
    host.start();
    FrameBuilder denied = Firewalled.frame(2, 1, false).udp(7, 99).payloadOf(100);
    long sent = machines.send(2, 20_000, denied).packets();
    // the first message that has room again shows what is missing before it
    LiveHost.sleepMs(200);
    sent += machines.send(2, 1, denied).packets();
    host.awaitMetric("flowlog_packets_dropped_total", 1);
    long all = sent;
    host.await("all packets are accounted for", () -> lost() + dropped() == all);
    long lost = lost();
    host.stop();

    PortBooks books = PortBooks.of(host.rowsOf("all"), "tap2");
    assertTrue(lost > 0, "everything had room");
    assertEquals(sent, books.packets());
    assertEquals(sent - lost, books.packets("DROP"));
    assertFalse(books.gaps().isEmpty());
    assertTrue(books.lost() <= lost);
  }

  private long lost() {
    return host.metric("flowlog_nflog_lost_total");
  }

  private long dropped() {
    return host.metric("flowlog_packets_dropped_total");
  }

  @Test
  void shouldGoOnAfterARestartWhileTheFirewallGoesOn() throws IOException {
    machines.iptables(shipped("machines.rules"));
    for (int life = 0; life < 2; life++) {
      host.start();
      udp(2, 1, false, 99, 4, "DROP DROP:egress");
      host.stop();
      // nobody reads this
      machines.send(2, 3, Firewalled.frame(2, 1, false).udp(9, 99).payloadOf(10));
    }

    PortBooks books = PortBooks.of(host.rowsOf("all"), "tap2");
    assertEquals(8, books.packets("DROP"));
    assertEquals(0, books.packets("ACCEPT"));
    assertEquals(0, books.lost());
  }

  @Test
  void shouldSayWhoElseReadsTheGroup() throws IOException {
    Process other =
        host.net().start(LiveHost.HOST, "python3", LiveHost.script("read_nflog.py"), "30");
    assertEquals("error 0", Namespaces.line(other));
    host.start();
    String problem =
        "every row is ACCEPT: NFLOG group 30: become its reader: EPERM: another program reads it,"
            + " by netlink port ";
    assertTrue(host.log().contains(problem), host.log());
    assertTrue(host.page("/health").contains(problem));
    host.stop();
  }

  @Test
  void shouldReadWhatFirewallsLogWhereTheKernelDoesNotTell() throws IOException {
    host.set("capture.drops=auto");
    host.asNobody("-all,+net_raw,+net_admin");
    machines.iptables(shipped("machines.rules"));
    host.start();
    udp(2, 1, true, 99, 4, "DROP DROP:egress");
    assertRecorded();
    String known =
        "is known by what firewalls log to NFLOG group 30: the kernel does not tell it: ";
    assertTrue(host.log().contains(known), host.log());
  }

  @Test
  void shouldPreferWhatTheKernelTells() throws IOException {
    host.set("capture.drops=auto");
    machines.iptables(shipped("machines.rules"));
    host.start();
    udp(2, 1, false, 99, 4, "DROP NETFILTER_DROP");
    assertRecorded();
    assertTrue(host.log().contains("capture.nflog is not read"));
  }
}
