package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.FIREWALL;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What firewalls of every kind let pass and what they drop, and what the records say of it: the
 * same, to the packet and the byte. Needs root, iproute2, iptables, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class VerdictTest {
  private static final int ETHERNET_BYTES = 14;
  private static final int LOAD = 150_000 * Integer.getInteger("flowlog.soak", 1);

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);

  @BeforeEach
  void build() {
    machines.build();
    // a verdict that cannot be known is not to look like one
    host.set("capture.drops=required");
  }

  @Test
  void shouldSayWhatIptablesSaysAsNeutronSetsThemUp() throws IOException {
    machines.iptables(
        """
        *raw
        -A PREROUTING -m physdev --physdev-in tap1 -j CT --zone 4097
        -A PREROUTING -m physdev --physdev-in tap2 -j CT --zone 4097
        COMMIT
        *filter
        :out - [0:0]
        :in - [0:0]
        -A FORWARD -m physdev --physdev-out tap2 --physdev-is-bridged -j in
        -A FORWARD -m physdev --physdev-in tap2 --physdev-is-bridged -j out
        -A out -m mac ! --mac-source 02:77:00:00:00:02 -j DROP
        -A out -m state --state RELATED,ESTABLISHED -j RETURN
        -A out -p udp --dport 53 -j RETURN
        -A out -p tcp --dport 80 -j RETURN
        -A out -p icmp -j RETURN
        -A out -m state --state INVALID -j DROP
        -A out -j DROP
        -A in -m state --state RELATED,ESTABLISHED -j RETURN
        -A in -p udp --dport 54 -j RETURN
        -A in -p tcp --dport 22 -j RETURN
        -A in -p icmpv6 -j RETURN
        -A in -j DROP
        COMMIT
        """);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      machines.udp(2, 1, ipv6, 53, 3, ACCEPT);
      machines.udp(2, 1, ipv6, 99, 4, DROP);
      machines.udp(1, 2, ipv6, 54, 5, ACCEPT);
      machines.udp(1, 2, ipv6, 99, 6, DROP);
      machines.udp(1, 3, ipv6, 99, 7, ACCEPT);
      machines.syn(2, 1, ipv6, 80, ACCEPT);
      machines.syn(2, 1, ipv6, 81, DROP);
      machines.syn(1, 2, ipv6, 22, ACCEPT);
      machines.syn(1, 2, ipv6, 23, DROP);
      machines.ping(2, 1, ipv6, 2, ipv6 ? DROP : ACCEPT);
      machines.ping(1, 2, ipv6, 3, ipv6 ? ACCEPT : DROP);
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldSayWhatNftSaysWhereverItDrops() throws IOException {
    machines.nft(
        """
        table bridge b {
          chain forward { type filter hook forward priority 0; udp dport 5801 counter drop; }
          chain prerouting { type filter hook prerouting priority -300
            udp dport 5807 counter drop; }
        }
        table netdev n {
          chain in { type filter hook ingress device "tap2" priority 0
            udp dport 5802 counter drop; ip id 77 counter drop; }
          chain out { type filter hook egress device "tap1" priority 0
            udp dport 5803 counter drop; }
        }
        table inet i {
          chain raw { type filter hook prerouting priority -300; udp dport 5804 counter drop; }
          chain forward { type filter hook forward priority 10; udp dport 5805 counter drop; }
          chain postrouting { type filter hook postrouting priority 0
            udp dport 5806 counter drop; }
        }
        """);
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      for (int port : new int[] {5801, 5803, 5805, 5806}) {
        machines.udp(2, 1, ipv6, port, 4, DROP);
      }
      // there nft counts the header of Ethernet, too
      machines.expectCondemned(new Count(0, 4 * ETHERNET_BYTES));
      for (int port : new int[] {5802, 5804, 5807}) {
        machines.udpDroppedEarly(2, 1, ipv6, port, 6);
      }
      machines.udp(2, 1, ipv6, 5809, 7, ACCEPT);
      machines.udp(1, 2, ipv6, 5802, 8, ACCEPT);
    }
    // of the instance metadata service there are no records at all
    FrameBuilder ethernet = FrameBuilder.ethernet(Firewalled.mac(2), Firewalled.mac(1));
    FrameBuilder metadata = ethernet.ipv4("10.77.0.2", "169.254.169.254").udp(7, 5802);
    machines.expectCondemned(machines.send(2, 2, metadata));
    sendFragments();
    machines.checkWithWitness();
  }

  /** The second one shows no ports. */
  private void sendFragments() {
    FrameBuilder first = Firewalled.frame(2, 1, false).id(77).fragment(0, true);
    FrameBuilder second = Firewalled.frame(2, 1, false).id(77).fragment(808, false);
    Count sent =
        machines
            .send(2, 1, first.udp(8, 9).payloadOf(800))
            .plus(machines.send(2, 1, second.protocol(17).payloadOf(200)));
    machines.expect(2, EGRESS, DROP, "17 v4 8>9" + FIREWALL, sent);
    machines.expectCondemned(sent);
  }

  @Test
  void shouldTellMachinesFromTheHostItself() throws IOException {
    machines.nft(
        """
        table inet i {
          chain input { type filter hook input priority 0; udp dport 5301 counter drop; }
          chain output { type filter hook output priority 0; udp dport 5302 counter drop; }
          chain mangle { type filter hook postrouting priority -150
            udp dport 5303 counter drop; }
        }
        """);
    host.start();
    FrameBuilder toHost =
        FrameBuilder.ethernet(Firewalled.mac(2), Firewalled.HOST_MAC)
            .ipv4("10.77.0.2", "10.77.0.254")
            .udp(7, 5301)
            .payloadOf(50);
    Count sent = machines.send(2, 3, toHost);
    machines.expect(2, EGRESS, DROP, "17 v4 7>5301" + FIREWALL, sent);
    machines.expectCondemned(sent);
    for (int port : new int[] {5302, 5303}) {
      machines.sendDatagrams(LiveHost.HOST, "10.77.0.254 7001 10.77.0.3 " + port + " 100 5");
      Count ofHost = new Count(5, 5 * 128);
      machines.expect(3, INGRESS, DROP, "17 v4 7001>" + port + FIREWALL, ofHost);
      machines.expectCondemned(ofHost);
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldJudgeCopiesOfFloodedPacketsByTheirReceivers() throws IOException {
    machines.nft(
        """
        table bridge b {
          chain forward { type filter hook forward priority 0
            oifname "tap3" udp dport { 5301, 5302 } counter drop; }
        }
        """);
    host.start();
    FrameBuilder toGroup =
        FrameBuilder.ethernet(Firewalled.mac(2), "01:00:5e:01:02:03")
            .ipv4("10.77.0.2", "239.1.2.3")
            .udp(7, 5301)
            .payloadOf(50);
    Count sent = machines.send(2, 3, toGroup);
    machines.expect(2, EGRESS, ACCEPT, "17 v4 7>5301", sent);
    machines.expect(1, INGRESS, ACCEPT, "17 v4 7>5301", sent);
    machines.expect(3, INGRESS, DROP, "17 v4 7>5301" + FIREWALL, sent);
    machines.expectCondemned(sent);
    FrameBuilder toUnknown =
        FrameBuilder.ethernet(Firewalled.mac(2), "02:77:00:00:00:aa")
            .ipv4("10.77.0.2", "10.77.0.99")
            .udp(7, 5302)
            .payloadOf(50);
    sent = machines.send(2, 4, toUnknown);
    machines.expect(2, EGRESS, ACCEPT, "17 v4 7>5302", sent);
    machines.expect(1, INGRESS, ACCEPT, "17 v4 7>5302", sent);
    machines.expectCondemned(sent);
    machines.checkWithWitness();
  }

  @Test
  void shouldTellRejectedPacketsAndThoseOfAnEstablishedConnection() throws IOException {
    machines.iptables(
        """
        *filter
        -A FORWARD -m physdev --physdev-in tap2 -m mac ! --mac-source 02:77:00:00:00:02 -j DROP
        -A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -m state --state INVALID -j DROP
        -A FORWARD -p udp --dport 5301 -j REJECT
        -A FORWARD -p tcp --dport 5302 -j REJECT --reject-with tcp-reset
        COMMIT
        """,
        "iptables-restore");
    host.start();
    converse();
    machines.udp(2, 1, false, 53, 2, ACCEPT);
    machines.udp(2, 1, false, 5301, 2, DROP);
    // the host answers for the receiver
    machines.expect(2, INGRESS, ACCEPT, "6 v4 5302>" + machines.coming(), new Count(1, 40, 20));
    machines.syn(2, 1, false, 5302, DROP);
    machines.checkWithWitness();
  }

  /** Opens a connection; others use its numbers, too, and a stray answer belongs to none. */
  private void converse() {
    String flow = "6 v4 40000>80";
    String back = "6 v4 80>40000";
    FrameBuilder syn = Firewalled.frame(2, 1, false).tcp(40_000, 80, FrameBuilder.SYN);
    Count opened = machines.send(2, 1, syn);
    int synAck = FrameBuilder.SYN | FrameBuilder.ACK;
    FrameBuilder answer = Firewalled.frame(1, 2, false).tcp(80, 40_000, synAck, 0, 1);
    Count answered = machines.send(1, 1, answer);
    FrameBuilder ack = Firewalled.frame(2, 1, false).tcp(40_000, 80, FrameBuilder.ACK, 1, 1);
    opened = opened.plus(machines.send(2, 5, ack));
    machines.expect(2, EGRESS, ACCEPT, flow, opened);
    machines.expect(1, INGRESS, ACCEPT, flow, opened);
    machines.expect(1, EGRESS, ACCEPT, back, answered);
    machines.expect(2, INGRESS, ACCEPT, back, answered);
    FrameBuilder spoofed =
        FrameBuilder.ethernet("02:77:00:00:00:66", Firewalled.mac(1))
            .ipv4("10.77.0.2", "10.77.0.1")
            .tcp(40_000, 80, FrameBuilder.ACK, 1, 1);
    Count dropped = machines.send(2, 4, spoofed);
    FrameBuilder stray =
        Firewalled.frame(2, 1, false).tcp(40_000, 80, FrameBuilder.ACK, 900_000_000, 1);
    dropped = dropped.plus(machines.send(2, 3, stray.payloadOf(10)));
    machines.expect(2, EGRESS, DROP, flow + FIREWALL, dropped);
    machines.expect(1, INGRESS, DROP, flow + FIREWALL, dropped);
    machines.expectCondemned(dropped);
  }

  @Test
  void shouldCountSuperPacketsOfWhichSomeAreDropped() throws IOException {
    host.net().in("vm2", "ip", "address", "add", "10.77.0.2/24", "dev", "eth0");
    host.net()
        .in("vm2", "ip", "neigh", "add", "10.77.0.1", "lladdr", Firewalled.mac(1), "dev", "eth0");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            udp dport 5400 numgen inc mod 4 0 counter drop; }
        }
        """);
    host.start();
    machines.sendDatagrams("vm2", "10.77.0.2 7400 10.77.0.1 5400 12000 20 1200");
    Count accepted = new Count(150, 184_200);
    Count dropped = new Count(50, 61_400);
    for (int machine : new int[] {1, 2}) {
      String direction = machine == 1 ? INGRESS : EGRESS;
      machines.expect(machine, direction, ACCEPT, "17 v4 7400>5400", accepted);
      machines.expect(machine, direction, DROP, "17 v4 7400>5400" + FIREWALL, dropped);
    }
    // nft sees the super-packets
    machines.expectCondemned(new Count(5, 5 * 12_028));
    machines.checkWithWitness();
  }

  @Test
  void shouldAccountForEveryPacketUnderLoad() throws IOException {
    machines.nft(
        """
        table inet witness {
          counter dropped { }
          chain forward { type filter hook forward priority 0
            udp dport 5500 numgen inc mod 3 0 counter name dropped drop; }
        }
        """);
    host.set("record.interval_unit=1s");
    host.start();
    Count sent = machines.send(2, LOAD, Firewalled.frame(2, 1, false).udp(7, 5500).payloadOf(100));
    // nothing of another port's
    machines.udp(3, 1, false, 53, 10, ACCEPT);
    assertEquals(LOAD / 3, machines.counter("dropped"));
    host.stop();

    PortBooks sender = PortBooks.of(host.rowsOf("all"), "tap2");
    PortBooks other = PortBooks.of(host.rowsOf("all"), "tap3");
    assertEquals(sent.packets(), sender.packets() + sender.lost());
    assertEquals(LOAD / 3, sender.packets(DROP));
    assertEquals(10, other.packets(ACCEPT));
    assertEquals(0, other.lost());
  }

  @Test
  void shouldSaySoWhereItIsNotKnownWhatIsDropped() throws IOException {
    host.set("capture.drops=off");
    host.logger("drops", "filter: DROP");
    host.start();
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0; udp dport 5301 counter drop; }
        }
        """);
    Count sent = machines.send(2, 3, Firewalled.frame(2, 1, false).udp(7, 5301).payloadOf(9));
    machines.expect(2, EGRESS, ACCEPT, "17 v4 7>5301", sent);
    machines.expectCondemned(sent);
    machines.checkWithWitness();
    assertTrue(host.log().contains("every row is ACCEPT: capture.drops is off"));
    assertTrue(
        host.rowsOf("drops").stream().allMatch(row -> row.text("status").equals("SKIPDATA")));
  }

  @Test
  void shouldWarnOfDropReasonsThatThisKernelDoesNotHave() throws IOException {
    host.set("capture.drop_reasons=[NETFILTER_DROP, TC_INGRES, OVS_DROP_METER]");
    host.set("capture.malformed_reasons=[XQZWV]");
    host.start();
    host.stop();
    String unknown = ": this kernel has no drop reason ";
    String expected =
        "warning: capture.drop_reasons"
            + unknown
            + "TC_INGRES: did you mean TC_INGRESS?; capture.malformed_reasons"
            + unknown
            + "XQZWV: remove it";
    assertTrue(host.log().lines().toList().contains(expected), host.log());
  }
}
