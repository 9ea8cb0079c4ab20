package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.GUEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What becomes of packets that the host drops although no firewall said so: rows do not speak of a
 * verdict that nobody passed. Needs root, iproute2, python3, BTF and /dev/net/tun.
 */
@Tag("slow")
@Timeout(180)
class OtherDropsTest {
  private static final int MORE_THAN_FITS = 60;
  private static final int IP_AT = 14;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);

  @BeforeEach
  void build() {
    machines.build();
    host.set("capture.drops=required");
  }

  @Test
  void shouldNotTakeWhatIsLostElsewhereForDrops() throws IOException {
    Process guest = machines.startGuest(); // it reads nothing
    onHost("ip link set tap4 txqueuelen 10");
    onHost("tc qdisc add dev tap3 root blackhole");
    Process sniffer =
        host.net().start(LiveHost.HOST, "python3", LiveHost.script("full_sniffer.py"));
    assertEquals("ready", Namespaces.line(sniffer));
    host.start();
    for (boolean ipv6 : new boolean[] {false, true}) {
      machines.udp(1, GUEST, ipv6, 5301, MORE_THAN_FITS, ACCEPT);
      machines.udp(2, 1, ipv6, 5302, MORE_THAN_FITS, ACCEPT);
      // a queue before the port's device: nobody has seen them there
      int own = machines.nextNumber();
      FrameBuilder frame = Firewalled.frame(2, 3, ipv6).udp(own, 5303).payloadOf(9);
      String flow = "17 v" + (ipv6 ? 6 : 4) + " " + own + ">5303";
      machines.expect(2, EGRESS, ACCEPT, flow, machines.send(2, 4, frame));
    }
    assertEquals(
        2 * MORE_THAN_FITS - 10,
        Integer.parseInt(onHost("cat /sys/class/net/tap4/statistics/tx_dropped").strip()));
    assertTrue(onHost("tc -s qdisc show dev tap3").contains("(dropped 8,"));
    sniffer.getOutputStream().close();
    int unsniffed = Integer.parseInt(Namespaces.line(sniffer));
    assertTrue(unsniffed > 2 * MORE_THAN_FITS, "only " + unsniffed);
    guest.destroy();
    host.await("the device is gone", () -> host.metric("flowlog_ports_captured") == 3);
    LiveHost.sleepMs(300); // long enough for any drop to be told
    assertEquals(0, host.metric("flowlog_packets_dropped_total"));
    machines.check();
  }

  private String onHost(String command) {
    return host.net().in(LiveHost.HOST, command.split(" ", -1));
  }

  /** Of an IP header that is none there is no row; all others are the sender's, as they claim. */
  @Test
  void shouldOnlyCountWhatIsNotWellFormed() throws IOException {
    host.start();
    Count wrongChecksum = send(false, 10, 0x55);
    Count tooLong = send(false, 2, 0x05);
    long claimed = 0x0500 + tooLong.bytes();
    Count groupAsSender = machines.send(2, 1, datagram("03:77:00:00:00:02", false));
    Count told = wrongChecksum.plus(groupAsSender).plus(new Count(1, claimed));
    machines.expect(2, EGRESS, ACCEPT, "17 v4 7>5305", told);
    tooLong = send(true, 4, 0x05);
    machines.expect(2, EGRESS, ACCEPT, "17 v6 7>5305", new Count(1, 0x0500 + tooLong.bytes()));
    send(false, 0, 0x55);
    send(false, 0, 0x44);
    send(false, 3, 0x10);
    send(true, 0, 0x50);
    host.awaitMetric("flowlog_packets_malformed_total", 8);
    for (String what : List.of("header_length", "total_length")) {
      assertEquals(1, host.metric("flowlog_frames_ip_" + what + "_wrong_total"), what);
    }
    assertEquals(2, host.metric("flowlog_frames_ip_version_wrong_total"));
    assertEquals(0, host.metric("flowlog_packets_dropped_total"));
    machines.check();
  }

  private static FrameBuilder datagram(String sender, boolean ipv6) {
    FrameBuilder ethernet = FrameBuilder.ethernet(sender, Firewalled.mac(1));
    FrameBuilder ip =
        ipv6 ? ethernet.ipv6("fd77::2", "fd77::1") : ethernet.ipv4("10.77.0.2", "10.77.0.1");
    return ip.udp(7, 5305).payloadOf(40);
  }

  /** Sends a datagram with a wrong byte in its IP header. */
  private Count send(boolean ipv6, int at, int value) {
    FrameBuilder frame = datagram(Firewalled.mac(2), ipv6).overwrite(IP_AT + at, value);
    return machines.send(2, 1, frame);
  }
}
