package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Machines that send under another's address inside connections that are established: rows, senders
 * and the firewall's own counters say the same. Needs root, iproute2, iptables, nft, python3, BTF.
 */
@Tag("slow")
@Timeout(180)
class SpoofVerdictTest {
  private static final int CLIENT = 40_000;
  private static final int SYN_ACK = FrameBuilder.SYN | FrameBuilder.ACK;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private boolean ipv6;

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
    machines.iptables(rules("10.77.0."), "iptables-restore");
    machines.iptables(rules("fd77::"), "ip6tables-restore");
  }

  private static String rules(String network) {
    return """
        *filter
        -A FORWARD -m physdev --physdev-in tap2 -m mac ! --mac-source 02:77:00:00:00:02 -j DROP
        -A FORWARD -m physdev --physdev-in tap2 ! -s %1$s2 -j DROP
        -A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -p tcp --syn -j ACCEPT
        -A FORWARD -j DROP
        COMMIT
        """
        .formatted(network);
  }

  private String flow(int source, int destination) {
    return "6 v" + (ipv6 ? 6 : 4) + " " + source + ">" + destination;
  }

  /** Begins a frame to machine 1 with a MAC and the address of a machine. */
  private FrameBuilder frame(String mac, int as) {
    FrameBuilder ethernet = FrameBuilder.ethernet(mac, Firewalled.mac(1));
    return ipv6
        ? ethernet.ipv6("fd77::" + as, "fd77::1")
        : ethernet.ipv4("10.77.0." + as, "10.77.0.1");
  }

  private void open(int client, int server) {
    FrameBuilder syn = frame(Firewalled.mac(client), client);
    tell(client, 1, server, syn.tcp(CLIENT, server, FrameBuilder.SYN), ACCEPT);
    FrameBuilder answer = Firewalled.frame(1, client, ipv6).tcp(server, CLIENT, SYN_ACK, 0, 1);
    machines.expectBoth(1, client, ACCEPT, flow(server, CLIENT), machines.send(1, 1, answer));
    FrameBuilder data = frame(Firewalled.mac(client), client);
    tell(client, 5, server, data.tcp(CLIENT, server, FrameBuilder.ACK, 1, 1), ACCEPT);
  }

  private void tell(int sender, int times, int server, FrameBuilder frame, String verdict) {
    Count sent = machines.send(sender, times, frame);
    machines.expectBoth(sender, 1, verdict, flow(CLIENT, server), sent);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTellForgersFromThoseWhoseConnectionItIs(boolean version) throws IOException {
    ipv6 = version;
    host.start();
    open(2, 80);
    open(3, 81);
    // within the connection of machine 3, and within its own with the card of another
    FrameBuilder foreign = frame(Firewalled.mac(2), 3);
    tell(2, 4, 81, foreign.tcp(CLIENT, 81, FrameBuilder.ACK, 1, 1).payloadOf(20), DROP);
    FrameBuilder masked = frame("02:77:00:00:00:66", 2);
    tell(2, 3, 80, masked.tcp(CLIENT, 80, FrameBuilder.ACK, 1, 1).payloadOf(30), DROP);
    // both live on
    FrameBuilder own = frame(Firewalled.mac(2), 2);
    tell(2, 2, 80, own.tcp(CLIENT, 80, FrameBuilder.ACK, 1, 1), ACCEPT);
    FrameBuilder others = frame(Firewalled.mac(3), 3);
    tell(3, 2, 81, others.tcp(CLIENT, 81, FrameBuilder.ACK, 1, 1), ACCEPT);
    machines.checkWithWitness();
  }
}
