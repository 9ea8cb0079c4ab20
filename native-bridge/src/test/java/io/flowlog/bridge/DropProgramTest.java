package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the kernel's drops look like, by what drops them; numbers are super-packets, packets and
 * bytes on the wire, as the sender's arithmetic says. Needs root.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DropProgramTest {
  private static final DropSizes SIZES = new DropSizes(1024, 64, 16);
  private static final Set<Integer> TAPS =
      Set.of(DropHost.tap(1), DropHost.tap(2), DropHost.tap(3));

  /** From machine 2 to machine 1. */
  private static final String ETHERNET = "027700000001 027700000002 ";

  private static final String ADDRESSES = "0a4d0002 0a4d0001 ";

  /** For clocks that are set while the test runs. */
  private static final long TOLERANCE_NS = TimeUnit.SECONDS.toNanos(1);

  private static final String UDP = "1b59 14b5 0008 0000";

  private DropHost host;
  private DropWatch watch;

  @BeforeAll
  void open() throws Exception {
    host = new DropHost("cell");
    watch = host.watch(SIZES);
  }

  @AfterAll
  void close() {
    try {
      watch.close();
    } finally {
      host.close();
    }
  }

  @BeforeEach
  void clear() throws Exception {
    host.firewall();
    watch.program().setDevices(TAPS);
    watch.clear();
  }

  /** Returns an IPv4 header with its right checksum in the place of zeros. */
  private static String checked(String header) {
    String digits = header.replace(" ", "");
    int sum = 0;
    for (int at = 0; at < digits.length(); at += 4) {
      sum += Integer.parseInt(digits.substring(at, at + 4), 16);
    }
    int checksum = ~(sum % 0xffff) & 0xffff;
    return digits.substring(0, 20) + String.format("%04x", checksum) + digits.substring(24);
  }

  private static String ipv4(String lengthAndFragment, String protocol) {
    return checked("4500 " + lengthAndFragment + " 40" + protocol + " 0000 " + ADDRESSES);
  }

  /** What passes is not told of; one that is dropped afterwards shows that all was looked at. */
  private void assertNothingElseWasDropped() throws Exception {
    host.dropForwarded("udp dport 5309");
    host.send(2, "10.77.0.2 7009 10.77.0.1 5309 100 1");
    assertEquals(List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7009>1:5309: 1/1/128"), watch.drops(1));
  }

  @Test
  void shouldTellBothTapsOfWhatAFirewallDropsBetweenThem() throws Exception {
    host.dropForwarded("udp dport 5301");

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 3");
    host.send(1, "10.77.0.1 7002 10.77.0.2 5301 100 1");
    host.send(1, "fd77::1 7004 fd77::2 5301 100 2");
    host.send(1, "10.77.0.1 7003 10.77.0.2 5300 100 1");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap1>tap2 v4 udp 1:7002>2:5301: 1/1/128",
            "NETFILTER_DROP tap1>tap2 v6 udp 1:7004>2:5301: 2/2/296",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 3/3/384"),
        watch.drops(6));
  }

  @Test
  void shouldTellOfDropsByIptables() throws Exception {
    host.host(
        "iptables -A FORWARD -m physdev --physdev-in tap2 --physdev-is-bridged -p udp"
            + " --dport 5301 -j DROP");

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 3");

    assertEquals(List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 3/3/384"), watch.drops(3));
  }

  @Test
  void shouldTellOfRejectedPackets() throws Exception {
    host.host("iptables -A FORWARD -p udp --dport 5301 -j REJECT");

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 1");

    assertEquals(List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 1/1/128"), watch.drops(1));
  }

  @Test
  void shouldCountTheFragmentsOfADatagramThatWasPutTogether() throws Exception {
    host.firewall(
        DropHost.rule("inet", "prerouting priority -150", "ct state new accept"),
        DropHost.rule("inet", "forward priority 0", "udp dport 5301 drop"));

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 3000 1");
    host.send(2, "10.77.0.2 7002 10.77.0.1 5301 65000 1");
    host.send(2, "fd77::2 7003 fd77::1 5301 3000 1");
    host.send(2, "fd77::2 7004 fd77::1 5301 60000 1");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 1/3/3068",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7002>1:5301: 1/44/65888",
            "NETFILTER_DROP tap2>tap1 v6 udp 2:7003>1:5301: 1/3/3152",
            "NETFILTER_DROP tap2>tap1 v6 udp 2:7004>1:5301: 1/42/62024"),
        watch.drops(92));
  }

  @Test
  void shouldCountFragmentsOneByOneWhereNobodyPutsThemTogether() throws Exception {
    host.firewall(DropHost.rule("netdev", "ingress device \"tap2\" priority 0", "drop"));

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 3000 1");
    host.send(2, "fd77::2 7003 fd77::1 5301 3000 1");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>- v4 udp 2:7001>1:5301: 1/1/1500",
            "NETFILTER_DROP tap2>- v4 udp 2:?>1:? later fragment: 2/2/1568",
            "NETFILTER_DROP tap2>- v6 udp 2:7003>1:5301: 1/1/1496",
            "NETFILTER_DROP tap2>- v6 udp 2:?>1:? later fragment: 2/2/1656"),
        watch.drops(6));
  }

  @Test
  void shouldCountTheSegmentsOfASuperPacket() throws Exception {
    host.dropForwarded("udp dport 5400 numgen inc mod 4 0");

    host.send(2, "10.77.0.2 7400 10.77.0.1 5400 12000 20 1200");

    assertEquals(
        List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7400>1:5400: 5/50/61400"), watch.drops(50));
    host.dropForwarded("udp dport 5401");
    host.send(2, "fd77::2 7401 fd77::1 5401 5500 1 1200");
    assertEquals(
        List.of("NETFILTER_DROP tap2>tap1 v6 udp 2:7401>1:5401: 1/5/5740"), watch.drops(5));
  }

  @Test
  void shouldTellOfDropsAtEveryHook() throws Exception {
    host.firewall(
        DropHost.rule("bridge", "forward priority 0", "udp dport 5801 drop"),
        DropHost.rule("netdev", "ingress device \"tap2\" priority 0", "udp dport 5802 drop"),
        DropHost.rule("netdev", "egress device \"tap1\" priority 0", "udp dport 5803 drop"),
        DropHost.rule("inet", "prerouting priority -300", "udp dport 5804 drop"),
        DropHost.rule("inet", "forward priority 10", "udp dport 5805 drop"),
        DropHost.rule("inet", "postrouting priority 0", "udp dport 5806 drop"),
        DropHost.rule("bridge", "prerouting priority -300", "udp dport 5807 drop"));

    for (int port = 5801; port <= 5807; port++) {
      host.send(2, "10.77.0.2 7001 10.77.0.1 " + port + " 5500 2 1200");
    }

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>- v4 udp 2:7001>1:5802: 2/10/11280",
            "NETFILTER_DROP tap2>- v4 udp 2:7001>1:5804 at bridge: 2/10/11280",
            "NETFILTER_DROP tap2>- v4 udp 2:7001>1:5807: 2/10/11280",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5801: 2/10/11280",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5803: 2/10/11280",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5805: 2/10/11280",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5806: 2/10/11280"),
        watch.drops(70));
  }

  @Test
  void shouldKeepTheFlagsOfTcpAndTypeAndCodeOfIcmp() throws Exception {
    host.firewall(DropHost.rule("netdev", "ingress device \"tap2\" priority 0", "drop"));

    String tcp = ETHERNET + "0800 " + ipv4("0028 00010000", "06") + "1b59 0050 ";
    host.sendFrame(2, tcp + "00000001 00000000 5002 ffff 0000 0000");
    host.sendFrame(2, tcp + "00000001 00000000 5012 ffff 0000 0000");
    host.sendFrame(2, tcp + "00000001 00000000 4001 ffff 0000 0000");
    host.sendFrame(2, ETHERNET + "0800 " + ipv4("001c 00010000", "01") + "030d 0000 00000000");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>- v4 icmp 2:3>1:13: 1/1/28",
            "NETFILTER_DROP tap2>- v4 tcp 2:7001>1:80: 2/2/80 flags 18",
            "NETFILTER_DROP tap2>- v4 tcp 2:7001>1:80 no layer 4: 1/1/40"),
        watch.drops(4));
  }

  @Test
  void shouldFindIpBehindTagsAndExtensionHeaders() throws Exception {
    host.firewall(DropHost.rule("netdev", "ingress device \"tap2\" priority 0", "drop"));

    String udp = "0800 " + ipv4("001c 00010000", "11") + UDP;
    host.sendFrame(2, ETHERNET + "8100 2005 " + udp);
    host.sendFrame(2, ETHERNET + "88a8 0007 8100 0008 " + udp);
    String from = "fd770000 00000000 00000000 00000002 ";
    String to = "fd770000 00000000 00000000 00000001 ";
    host.sendFrame(
        2,
        ETHERNET
            + "86dd 60000000 0018 3c40 "
            + from
            + to
            + "2b000000 00000000 1100040000000000 "
            + UDP);
    host.sendFrame(
        2,
        ETHERNET + "86dd 60000000 0010 0040 " + from + to + "3c020000 00000000 2b000000 00000000");
    host.sendFrame(2, ETHERNET + "0806 0001080006040001");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>- v4 udp vlan 5 2:7001>1:5301: 1/1/28",
            "NETFILTER_DROP tap2>- v4 udp vlan 7 2:7001>1:5301: 1/1/28",
            "NETFILTER_DROP tap2>- v6 60 2:0>1:0 no layer 4: 1/1/56",
            "NETFILTER_DROP tap2>- v6 udp 2:7001>1:5301: 1/1/64"),
        watch.drops(4));
  }

  @Test
  void shouldTellMalformedPacketsApart() throws Exception {
    String shortHeader = "4400 001c 00010000 4011 0000 " + ADDRESSES;
    host.sendFrame(2, ETHERNET + "0800 " + checked(shortHeader) + UDP);
    host.sendFrame(2, ETHERNET + "0800 " + ipv4("01f4 00010000", "11") + UDP);
    String fromGroup = "027700000001 032700000002 0800 ";
    host.sendFrame(2, fromGroup + ipv4("001c 00010000", "11") + UDP);

    assertEquals(
        List.of(
            "IP_INHDR tap2>- ? 0 0:0>0:0: 1/1/28",
            "IP_INHDR tap2>- v4 udp 2:7001>1:5301: 1/1/500",
            "MAC_INVALID_SOURCE tap2>- v4 udp 2:7001>1:5301: 1/1/28"),
        watch.drops(3));
  }

  @Test
  void shouldTellOfFragmentsWhoseRestNeverCame() throws Exception {
    host.host("sysctl -qw net.ipv4.ipfrag_time=1");
    host.firewall(DropHost.rule("inet", "prerouting priority -150", "ct state new accept"));

    host.sendFrame(2, ETHERNET + "0800 " + ipv4("001c 00072002", "11") + UDP);
    host.sendFrame(2, ETHERNET + "0800 " + ipv4("001c 00072004", "11") + UDP);

    assertEquals(
        List.of("FRAG_REASM_TIMEOUT tap2>- v4 udp 2:?>1:? later fragment no device: 2/2/56"),
        watch.drops(2));
  }

  @Test
  void shouldTellOfEachCopyOfWhatGoesToAll() throws Exception {
    host.dropForwarded("udp dport 5301");

    host.send(2, "10.77.0.2 7001 10.77.0.255 5301 100 1");
    String toUnknown = "0277000000aa 027700000002 0800 ";
    host.sendFrame(2, toUnknown + ipv4("001c 00010000", "11") + UDP);

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 1/1/28",
            "NETFILTER_DROP tap2>tap1 v4 udp 2:7001>255:5301 group: 1/1/128",
            "NETFILTER_DROP tap2>tap3 v4 udp 2:7001>1:5301: 1/1/28",
            "NETFILTER_DROP tap2>tap3 v4 udp 2:7001>255:5301 group: 1/1/128"),
        watch.drops(4));
  }

  @Test
  void shouldTellOfPacketsForTheHostButNotOfItsCopyOfWhatAllGet() throws Exception {
    host.firewall(DropHost.rule("inet", "input priority 0", "udp dport 5301 drop"));

    host.send(2, "10.77.0.2 7001 10.77.0.254 5301 100 1");
    host.send(2, "10.77.0.2 7002 10.77.0.255 5301 100 1");

    assertEquals(
        List.of("NETFILTER_DROP tap2>- v4 udp 2:7001>254:5301 at bridge: 1/1/128"), watch.drops(1));
    assertNothingElseWasDropped();
  }

  @Test
  void shouldSayWhereRoutedPacketsWereToGo() throws Exception {
    host.dropForwarded("udp dport 5301");

    host.send(2, "10.77.0.2 7001 10.88.0.9 5301 100 1");

    assertEquals(
        List.of("NETFILTER_DROP tap2>out v4 udp 2:7001>9:5301 routed at bridge: 1/1/128"),
        watch.drops(1));
  }

  @Test
  void shouldTellOfTheHostsOwnPacketsWhereItsBridgeIsWatched() throws Exception {
    host.firewall(DropHost.rule("inet", "output priority 0", "udp dport 5301 drop"));

    host.sendFromHost("10.77.0.254 7000 10.77.0.2 5301 100 1");
    watch.program().setDevices(Set.of(DropHost.BRIDGE));
    host.sendFromHost("10.77.0.254 7001 10.77.0.2 5301 3000 1");

    assertEquals(
        List.of("NETFILTER_DROP ->br0 v4 udp 254:7001>2:5301 from host routed: 1/3/3068"),
        watch.drops(3));
  }

  @Test
  void shouldLookAtWatchedDevicesOnly() throws Exception {
    host.dropForwarded("udp dport 5301");
    watch.program().setDevices(Set.of(DropHost.tap(3)));

    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 5");
    host.send(2, "10.77.0.2 7001 10.77.0.3 5301 100 2");
    host.send(3, "10.77.0.3 7001 10.77.0.1 5301 100 1");

    assertEquals(
        List.of(
            "NETFILTER_DROP tap2>tap3 v4 udp 2:7001>3:5301: 2/2/256",
            "NETFILTER_DROP tap3>tap1 v4 udp 3:7001>1:5301: 1/1/128"),
        watch.drops(3));
  }

  @Test
  void shouldNotMistakeAnotherNamespacesDevicesForTheHosts() throws Exception {
    try (DropHost other = new DropHost("other")) {
      other.dropForwarded("udp dport 5301");
      other.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 5");
      assertNothingElseWasDropped();
    }
  }

  @Test
  void shouldOfferWhatCameBeforeItWasAskedAndKeepTheRestForTheNextTime() throws Exception {
    host.dropForwarded("udp dport 5301");
    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 2");
    watch.await(2);
    watch.clear();

    DropEntries entries = watch.program().collect();
    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 3");

    assertFalse(entries.next());
    assertEquals(List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 3/3/384"), watch.drops(3));
  }

  @Test
  void shouldGivePacketsATimeAndTheSpanThatItLiesIn() throws Exception {
    host.dropForwarded("udp dport 5301");
    long earliestNs = nowNs();
    host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 50");
    long latestNs = nowNs();

    long packets = 0;
    DropEntries entries = watch.program().collect();
    while (entries.next()) {
      packets += entries.packets();
      assertTrue(entries.firstNs() <= entries.lastNs());
      assertTrue(entries.firstNs() >= entries.granuleStartNs());
      assertTrue(entries.lastNs() < entries.granuleStartNs() + DropEntries.GRANULE_NS);
      assertTrue(entries.firstNs() > earliestNs - TOLERANCE_NS);
      assertTrue(entries.lastNs() < latestNs + TOLERANCE_NS);
      assertEquals(0x0277_0000_0001L, entries.destinationMac());
    }
    assertEquals(50, packets);
  }

  @Test
  void shouldGiveAPacketTheTimeThatItHasInTheRing() throws Exception {
    host.dropForwarded("udp dport 5301");
    RingShape shape = new RingShape(1 << 16, 4, 256, 60);
    try (PacketRing ring = host.inside(() -> PacketRing.open("tap2", DropHost.tap(2), shape))) {
      host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 1");
      while (!ring.next()) {
        TimeUnit.MILLISECONDS.sleep(10);
      }

      DropEntries entries = watch.program().collect();
      assertTrue(entries.next());
      assertEquals(ring.timestampNs(), entries.firstNs());
      assertEquals(ring.timestampNs(), entries.lastNs());
    }
  }

  private static long nowNs() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  @Test
  void shouldLetTwoProgramsSeeTheSame() throws Exception {
    host.dropForwarded("udp dport 5301");
    try (DropWatch second = host.watch(SIZES)) {
      host.send(2, "10.77.0.2 7001 10.77.0.1 5301 100 3");

      List<String> expected = List.of("NETFILTER_DROP tap2>tap1 v4 udp 2:7001>1:5301: 3/3/384");
      assertEquals(expected, watch.drops(3));
      assertEquals(expected, second.drops(3));
    }
  }
}
