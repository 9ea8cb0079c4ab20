package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A logger that wants connection set-up only beside one that wants all, on the same ports: live
 * connections, refused ones, and scans, let through and dropped. Needs root, iproute2, nft, python3
 * and BTF.
 */
@Tag("slow")
@Timeout(180)
class SetupOnlyVerdictTest {
  private static final int SCANNED = 100;
  private static final int SCANNER = 50_000;
  private static final int SYN_ACK = FrameBuilder.SYN | FrameBuilder.ACK;
  private static final int RST_ACK = FrameBuilder.RST | FrameBuilder.ACK;
  private static final int FIN_ACK = FrameBuilder.FIN | FrameBuilder.ACK;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);

  /** What the logger of set-up is to have. */
  private final Firewalled setup = new Firewalled(host);

  private boolean ipv6;

  @Test
  void shouldTellSetUpFromAllThatFollows() throws IOException {
    machines.build();
    host.set("capture.drops=required");
    host.logger("setup", "connection_setup_only: true");
    machines.nft(
        """
        table inet i {
          chain forward { type filter hook forward priority 0
            tcp dport 85 counter drop
            tcp dport 80 meta length 777 counter drop
            tcp dport 3000-3049 counter drop
            udp dport 99 counter drop; }
        }
        """);
    host.start();
    for (boolean version : new boolean[] {false, true}) {
      ipv6 = version;
      converse();
      fail();
      scan();
      ask();
    }
    machines.checkWithWitness();
    assertEquals(setup.expected(), setup.recorded("setup"));
  }

  private FrameBuilder segment(int from, int client, int server, int flags) {
    FrameBuilder frame = Firewalled.frame(from, 3 - from, ipv6);
    return from == 2 ? frame.tcp(client, server, flags, 1, 1) : frame.tcp(server, client, flags);
  }

  private String flow(int from, int client, int server) {
    String version = "6 v" + (ipv6 ? 6 : 4) + " ";
    return version + (from == 2 ? client + ">" + server : server + ">" + client);
  }

  /** Sends a segment between machine 2, which is the client, and machine 1. */
  private void send(int from, int client, int server, int times, FrameBuilder segment) {
    Count sent = machines.send(from, times, segment);
    machines.expectBoth(from, 3 - from, ACCEPT, flow(from, client, server), sent);
  }

  /** Sends a segment that both loggers want. */
  private void sendSetup(int from, int client, int server, int flags, String verdict) {
    Count sent = machines.send(from, 1, segment(from, client, server, flags));
    expectInBoth(from, verdict, flow(from, client, server), sent);
  }

  private void expectInBoth(int from, String verdict, String flow, Count sent) {
    machines.expectBoth(from, 3 - from, verdict, flow, sent);
    setup.expectBoth(from, 3 - from, verdict, flow, sent);
  }

  private void converse() {
    int client = machines.nextNumber();
    sendSetup(2, client, 80, FrameBuilder.SYN, ACCEPT);
    sendSetup(1, client, 80, SYN_ACK, ACCEPT);
    sendSetup(2, client, 80, FrameBuilder.ACK, ACCEPT);
    send(2, client, 80, 5, segment(2, client, 80, FrameBuilder.ACK).payloadOf(100));
    send(1, client, 80, 6, segment(1, client, 80, FrameBuilder.ACK).payloadOf(200));
    int headers = ipv6 ? 60 : 40;
    FrameBuilder refused = segment(2, client, 80, FrameBuilder.ACK).payloadOf(777 - headers);
    expectInBoth(2, DROP, flow(2, client, 80), machines.send(2, 3, refused));
    send(2, client, 80, 1, segment(2, client, 80, FIN_ACK));
    send(1, client, 80, 1, segment(1, client, 80, FIN_ACK));
    // opened before anybody looked
    int older = machines.nextNumber();
    send(2, older, 88, 4, segment(2, older, 88, FrameBuilder.ACK).payloadOf(50));
    send(1, older, 88, 3, segment(1, older, 88, FrameBuilder.ACK).payloadOf(60));
    send(2, older, 88, 1, segment(2, older, 88, FIN_ACK));
  }

  private void fail() {
    int client = machines.nextNumber();
    sendSetup(2, client, 82, FrameBuilder.SYN, ACCEPT);
    sendSetup(1, client, 82, RST_ACK, ACCEPT);
    int dropped = machines.nextNumber();
    sendSetup(2, dropped, 85, FrameBuilder.SYN, DROP);
    sendSetup(2, dropped, 85, FrameBuilder.SYN, DROP);
    int unanswered = machines.nextNumber();
    sendSetup(2, unanswered, 86, FrameBuilder.SYN, ACCEPT);
    sendSetup(2, unanswered, 86, FrameBuilder.SYN, ACCEPT);
  }

  /** Half of the ports are behind the firewall; the others refuse. */
  private void scan() {
    List<byte[]> knocks = new ArrayList<>();
    List<byte[]> refusals = new ArrayList<>();
    for (int port = 3000; port < 3000 + SCANNED; port++) {
      boolean dropped = port < 3000 + SCANNED / 2;
      byte[] knock = segment(2, SCANNER, port, FrameBuilder.SYN).build();
      knocks.add(knock);
      String verdict = dropped ? DROP : ACCEPT;
      expectInBoth(2, verdict, flow(2, SCANNER, port), Count.of(knock, 1));
      if (!dropped) {
        byte[] refusal = segment(1, SCANNER, port, RST_ACK).build();
        refusals.add(refusal);
        expectInBoth(1, ACCEPT, flow(1, SCANNER, port), Count.of(refusal, 1));
      }
    }
    host.net().send("vm2", "eth0", 1, knocks);
    host.net().send("vm1", "eth0", 1, refusals);
  }

  /** Where nothing opens a connection, the first to speak does. */
  private void ask() {
    int own = machines.nextNumber();
    String version = " v" + (ipv6 ? 6 : 4) + " ";
    Count asked = machines.send(2, 3, Firewalled.frame(2, 1, ipv6).udp(own, 53).payloadOf(20));
    expectInBoth(2, ACCEPT, "17" + version + own + ">53", asked);
    Count answer = machines.send(1, 2, Firewalled.frame(1, 2, ipv6).udp(53, own).payloadOf(90));
    machines.expectBoth(1, 2, ACCEPT, "17" + version + "53>" + own, answer);
    Count dropped = machines.send(2, 4, Firewalled.frame(2, 1, ipv6).udp(own, 99).payloadOf(30));
    expectInBoth(2, DROP, "17" + version + own + ">99", dropped);
    String icmp = (ipv6 ? "58" : "1") + version + "0>0 type ";
    expectInBoth(2, ACCEPT, icmp + (ipv6 ? 128 : 8), machines.send(2, 2, echo(2, 128, 8)));
    Count replies = machines.send(1, 2, echo(1, 129, 0));
    machines.expectBoth(1, 2, ACCEPT, icmp + (ipv6 ? 129 : 0), replies);
  }

  private FrameBuilder echo(int from, int typeOfIpv6, int typeOfIpv4) {
    FrameBuilder frame = Firewalled.frame(from, 3 - from, ipv6);
    frame = ipv6 ? frame.icmpv6(typeOfIpv6, 0) : frame.icmp(typeOfIpv4, 0);
    return frame.payloadOf(20);
  }
}
