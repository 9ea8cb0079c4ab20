package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.INGRESS;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a connection's packets when rules change, of errors that concern a connection,
 * and where a firewall knows no connections: rows, senders and the firewall's own counters say the
 * same. Needs root, iproute2, iptables, nft, python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class StatefulVerdictTest {
  private static final int ETHERNET_BYTES = 14;
  private static final int CLIENT = 40_000;
  private static final int SYN_ACK = FrameBuilder.SYN | FrameBuilder.ACK;
  private static final int RST_ACK = FrameBuilder.RST | FrameBuilder.ACK;
  private static final int FIN_ACK = FrameBuilder.FIN | FrameBuilder.ACK;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private boolean ipv6;

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
  }

  private FrameBuilder segment(int from, int server, int flags, long at) {
    int source = from == 2 ? CLIENT : server;
    int destination = from == 2 ? server : CLIENT;
    return Firewalled.frame(from, 3 - from, ipv6).tcp(source, destination, flags, at, 1);
  }

  private String flow(int from, int server) {
    String version = "6 v" + (ipv6 ? 6 : 4) + " ";
    return version + (from == 2 ? CLIENT + ">" + server : server + ">" + CLIENT);
  }

  /** Sends a segment of a connection of machine 2 to machine 1, all with one verdict. */
  private void tell(int from, int server, int times, FrameBuilder segment) {
    tell(from, server, times, segment, ACCEPT);
  }

  private void tell(int from, int server, int times, FrameBuilder segment, String verdict) {
    Count sent = machines.send(from, times, segment);
    machines.expectBoth(from, 3 - from, verdict, flow(from, server), sent);
  }

  private void open(int server) {
    tell(2, server, 1, segment(2, server, FrameBuilder.SYN, 0));
    tell(1, server, 1, segment(1, server, SYN_ACK, 0));
    tell(2, server, 3, segment(2, server, FrameBuilder.ACK, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldFollowRulesThatChangeWhileAConnectionLives(boolean version) throws IOException {
    ipv6 = version;
    machines.nft(
        """
        table inet i {
          set allowed { type inet_service; elements = { 80 }; }
          chain forward { type filter hook forward priority 0
            tcp dport @allowed accept
            tcp sport @allowed accept
            counter drop; }
        }
        """);
    host.start();
    open(80);
    FrameBuilder data = segment(2, 80, FrameBuilder.ACK, 1).payloadOf(100);
    FrameBuilder answer = segment(1, 80, FrameBuilder.ACK, 1).payloadOf(300);
    tell(2, 80, 7, data);
    tell(1, 80, 9, answer);
    machines.changeNft("delete element inet i allowed { 80 }");
    tell(2, 80, 11, data, DROP);
    tell(1, 80, 13, answer, DROP);
    machines.changeNft("add element inet i allowed { 80 }");
    tell(2, 80, 15, data);
    tell(1, 80, 17, answer);
    machines.changeNft("delete element inet i allowed { 80 }");
    tell(2, 80, 2, data, DROP);
    machines.checkWithWitness();
  }

  @Test
  void shouldTellStrayAndInvalidSegmentsFromThoseOfTheConnection() throws IOException {
    // an interval of its own would show the flags of its own segments
    host.set("record.interval_unit=1h");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            ct state invalid counter drop
            ct state established accept
            tcp dport 80 tcp flags syn / fin,syn,rst,ack accept
            counter drop; }
        }
        """);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      open(80);
      Count inside = machines.send(2, 2, segment(2, 80, FrameBuilder.ACK, 1).payloadOf(5));
      Count outside =
          machines
              .send(2, 3, segment(2, 80, FrameBuilder.ACK, 900_000_000L).payloadOf(6))
              .plus(machines.send(2, 1, segment(2, 80, FrameBuilder.SYN | 1, 1)));
      machines.expectBoth(2, 1, DROP, flow(2, 80), outside);
      // times and flags of a sender's row are those of all that it sent
      machines.expect(2, EGRESS, ACCEPT, flow(2, 80), inside.withFlagsOf(outside));
      machines.expect(1, INGRESS, ACCEPT, flow(2, 80), inside);
      int port = 81;
      for (int flags : new int[] {FIN_ACK, RST_ACK, FrameBuilder.RST, FrameBuilder.ACK, 0, 0x29}) {
        tell(2, port, 1 + port % 5, segment(2, port, flags, 1), DROP);
        tell(1, port, 2, segment(1, port, flags, 1), DROP);
        port++;
      }
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldTellErrorsOfAConnectionFromOthers() throws IOException {
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            ct state established,related accept
            ip saddr 10.77.0.2 udp dport 53 accept
            ip6 saddr fd77::2 udp dport 53 accept
            counter drop; }
        }
        """);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      int own = machines.coming();
      machines.udp(2, 1, ipv6, 53, 2, ACCEPT);
      machines.udp(2, 1, ipv6, 54, 3, DROP);
      byte[] accepted = quoted(2, 1, own, 53);
      byte[] dropped = quoted(2, 1, own + 1, 54);
      error(2, unreachable(), accepted, 2, ACCEPT);
      error(2, tooBig(), accepted, 3, ACCEPT);
      error(2, unreachable(), dropped, 4, DROP);
      error(2, tooBig(), dropped, 5, DROP);
      error(3, unreachable(), quoted(3, 1, own, 53), 6, DROP);
    }
    machines.checkWithWitness();
  }

  /** Returns an IP packet as an error quotes it. */
  private byte[] quoted(int from, int to, int source, int destination) {
    byte[] frame =
        Firewalled.frame(from, to, ipv6).udp(source, destination).payloadOf(source % 100).build();
    return Arrays.copyOfRange(frame, ETHERNET_BYTES, frame.length);
  }

  private int unreachable() {
    return ipv6 ? 1 << 8 | 4 : 3 << 8 | 3;
  }

  private int tooBig() {
    return ipv6 ? 2 << 8 : 3 << 8 | 4;
  }

  /** Sends errors from machine 1. */
  private void error(int to, int typeAndCode, byte[] quoted, int times, String verdict) {
    int type = typeAndCode >>> 8;
    FrameBuilder frame = Firewalled.frame(1, to, ipv6);
    frame = ipv6 ? frame.icmpv6(type, typeAndCode & 0xff) : frame.icmp(type, typeAndCode & 0xff);
    Count sent = machines.send(1, times, frame.payload(quoted));
    String flow = (ipv6 ? "58 v6" : "1 v4") + " 0>0 type " + type;
    machines.expectBoth(1, to, verdict, flow, sent);
  }

  @Test
  void shouldSayWhatAFirewallWithoutStateSays() throws IOException {
    machines.iptables(
        """
        *raw
        -A PREROUTING -j CT --notrack
        -A PREROUTING -p udp --dport 5391 -j DROP
        COMMIT
        *mangle
        -A PREROUTING -p udp --dport 5392 -j DROP
        -A FORWARD -p udp --dport 5393 -j DROP
        -A POSTROUTING -p udp --dport 5394 -j DROP
        COMMIT
        *filter
        -A FORWARD -m state --state ESTABLISHED,RELATED,INVALID -j DROP
        -A FORWARD -p udp --dport 53 -j ACCEPT
        -A FORWARD -p udp --dport 5394 -j ACCEPT
        -A FORWARD -p tcp --dport 80 -j ACCEPT
        -A FORWARD -p tcp --sport 80 -j ACCEPT
        -A FORWARD -j DROP
        COMMIT
        """);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      open(80);
      tell(2, 80, 4, segment(2, 80, FrameBuilder.ACK, 900_000_000L));
      tell(2, 81, 3, segment(2, 81, FrameBuilder.SYN, 0), DROP);
      machines.udp(2, 1, ipv6, 53, 5, ACCEPT);
      machines.udp(2, 1, ipv6, 54, 6, DROP);
      machines.udp(1, 2, ipv6, 5393, 7, DROP);
      machines.udp(3, 2, ipv6, 5394, 9, DROP);
      machines.udp(1, 2, ipv6, 54, 8, DROP);
      machines.udpDroppedEarly(2, 1, ipv6, 5391, 3);
      machines.udpDroppedEarly(2, 1, ipv6, 5392, 4);
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldFollowTablesOfSeveralPrioritiesAsFirewalldMakesThem() throws IOException {
    machines.nft(
        """
        table inet before {
          chain forward { type filter hook forward priority -10
            udp dport 5503 counter drop
            udp dport 5504 accept; }
        }
        table inet firewalld {
          chain prerouting { type filter hook prerouting priority -290
            udp dport 5506 counter drop; }
          chain mangle { type filter hook prerouting priority -140
            udp dport 5507 counter drop; }
          chain forward { type filter hook forward priority 10
            ct state established,related accept
            ct state invalid counter drop
            udp dport { 5501, 5503, 5505, 5508 } accept
            tcp dport 5509 counter drop
            udp dport 5502 counter drop
            counter drop; }
        }
        table inet after {
          chain forward { type filter hook forward priority 20
            udp dport 5505 counter drop; }
          chain postrouting { type filter hook postrouting priority 310
            udp dport 5508 counter drop; }
        }
        """);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      machines.udp(2, 1, ipv6, 5501, 2, ACCEPT);
      machines.udp(2, 1, ipv6, 5502, 3, DROP);
      machines.udp(2, 1, ipv6, 5503, 4, DROP);
      machines.udp(2, 1, ipv6, 5504, 5, DROP);
      machines.udp(2, 1, ipv6, 5505, 6, DROP);
      machines.udp(1, 2, ipv6, 5508, 7, DROP);
      machines.syn(1, 2, ipv6, 5509, DROP);
      machines.ping(3, 2, ipv6, 2, DROP);
      machines.udpDroppedEarly(2, 1, ipv6, 5506, 3);
      machines.udpDroppedEarly(2, 1, ipv6, 5507, 4);
    }
    machines.checkWithWitness();
  }

  @Test
  void shouldJudgeWhatIsTagged() throws IOException {
    host.net().in(LiveHost.HOST, "sysctl", "-qw", "net.bridge.bridge-nf-filter-vlan-tagged=1");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0; udp dport 5601 counter drop; }
        }
        table bridge b {
          chain forward { type filter hook forward priority 0
            vlan id 7 udp dport 5602 counter drop
            vlan id 7 ip6 nexthdr tcp counter drop; }
        }
        """);
    host.start();
    tagged(5, 5601, 3, DROP);
    ipv6 = true;
    tagged(5, 5601, 4, DROP);
    ipv6 = false;
    tagged(5, 5602, 5, ACCEPT);
    tagged(7, 5602, 6, DROP);
    // rows of two networks that are alike but for the tag are one row per verdict
    int own = machines.nextNumber();
    for (int tag : new int[] {5, 7}) {
      FrameBuilder frame = tagOf(tag).ipv4("10.77.0.2", "10.77.0.1").udp(own, 5602).payloadOf(9);
      Count sent = machines.send(2, tag, frame);
      machines.expectBoth(2, 1, tag == 7 ? DROP : ACCEPT, "17 v4 " + own + ">5602", sent);
    }
    ipv6 = true;
    FrameBuilder syn = tagOf(7).ipv6("fd77::2", "fd77::1").tcp(CLIENT, 80, FrameBuilder.SYN);
    machines.expectBoth(2, 1, DROP, flow(2, 80), machines.send(2, 2, syn));
    machines.checkWithWitness();
  }

  private static FrameBuilder tagOf(int tag) {
    return FrameBuilder.ethernet(Firewalled.mac(2), Firewalled.mac(1)).vlan(tag);
  }

  private void tagged(int tag, int port, int times, String verdict) {
    int own = machines.nextNumber();
    FrameBuilder frame =
        ipv6 ? tagOf(tag).ipv6("fd77::2", "fd77::1") : tagOf(tag).ipv4("10.77.0.2", "10.77.0.1");
    Count sent = machines.send(2, times, frame.udp(own, port).payloadOf(33));
    machines.expectBoth(2, 1, verdict, "17 v" + (ipv6 ? 6 : 4) + " " + own + ">" + port, sent);
  }
}
