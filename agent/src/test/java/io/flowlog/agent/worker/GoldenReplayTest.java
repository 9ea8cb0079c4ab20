package io.flowlog.agent.worker;

import static io.flowlog.agent.cli.demo.FrameBuilder.ACK;
import static io.flowlog.agent.cli.demo.FrameBuilder.FIN;
import static io.flowlog.agent.cli.demo.FrameBuilder.PSH;
import static io.flowlog.agent.cli.demo.FrameBuilder.RST;
import static io.flowlog.agent.cli.demo.FrameBuilder.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.record.RowLayout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situations on a wire, from capture file to flow-log file, compared byte by byte. */
class GoldenReplayTest {
  private static final String VM = "10.0.0.5";
  private static final String WEB = "192.0.2.80";
  private static final String NAME = "11111111-1111-4111-8111-111111111111_2026-01-02T03:04:";
  private static final long MINUTE_NS = 60_000_000_000L;

  @TempDir Path folder;

  private ReplayFixture replay() {
    return new ReplayFixture(folder);
  }

  private static FrameBuilder out() {
    return FrameBuilder.ethernet().ipv4(VM, WEB);
  }

  private static FrameBuilder in() {
    return FrameBuilder.ethernet().ipv4(WEB, VM);
  }

  private static void assertGolden(String name, ReplayFixture replay) throws IOException {
    SortedMap<String, byte[]> files = replay.run();
    assertEquals(1, files.size(), files.keySet().toString());
    Golden.assertSame(name, List.copyOf(files.values()));
  }

  /** Open, ask, be answered in two segments, close: 11 frames. */
  private static void webConversation(ReplayFixture replay, int vmPort) {
    replay
        .add(out().tcp(vmPort, 80, SYN, 1000, 0))
        .after(24)
        .add(in().tcp(80, vmPort, SYN | ACK, 9000, 1001))
        .add(out().tcp(vmPort, 80, ACK, 1001, 9001))
        .add(out().tcp(vmPort, 80, PSH | ACK, 1001, 9001).payloadOf(120))
        .after(30)
        .add(in().tcp(80, vmPort, ACK, 9001, 1121).payloadOf(1400))
        .add(in().tcp(80, vmPort, PSH | ACK, 10_401, 1121).payloadOf(600))
        .add(out().tcp(vmPort, 80, ACK, 1121, 11_001))
        .after(500)
        .add(out().tcp(vmPort, 80, FIN | ACK, 1121, 11_001))
        .add(in().tcp(80, vmPort, ACK, 11_001, 1122))
        .add(in().tcp(80, vmPort, FIN | ACK, 11_001, 1122))
        .add(out().tcp(vmPort, 80, ACK, 1122, 11_002));
  }

  @Test
  void shouldRecordAWebConversationWithEveryField() throws IOException {
    ReplayFixture replay = replay();
    replay.fields = RowLayout.of(Layout.nhn).names();
    webConversation(replay, 40_000);
    SortedMap<String, byte[]> files = replay.run();
    assertEquals(Set.of("2026/01/02/" + NAME + "05_host-1.csv"), files.keySet());
    Golden.assertSame("web-conversation", List.copyOf(files.values()));
  }

  @Test
  void shouldRecordTheSameInGzip() throws IOException {
    ReplayFixture replay = replay();
    replay.fields = RowLayout.of(Layout.nhn).names();
    replay.compression = CompressionType.GZIP;
    webConversation(replay, 40_000);
    SortedMap<String, byte[]> files = replay.run();
    assertEquals(Set.of("2026/01/02/" + NAME + "05_host-1.csv.gz"), files.keySet());
    byte[] zipped = files.get(files.firstKey());
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
      Golden.assertSame("web-conversation", List.of(in.readAllBytes()));
    }
  }

  @Test
  void shouldRecordARefusedConnection() throws IOException {
    ReplayFixture replay = replay();
    replay.add(out().tcp(40_001, 8080, SYN, 1, 0)).add(in().tcp(8080, 40_001, RST | ACK, 0, 2));
    assertGolden("refused", replay);
  }

  @Test
  void shouldRecordAScan() throws IOException {
    ReplayFixture replay = replay();
    for (int port = 20; port < 40; port++) {
      replay.add(in().tcp(55_555, port, SYN, 7, 0));
      if (port == 22) {
        replay.add(out().tcp(port, 55_555, SYN | ACK, 70, 8));
        replay.add(in().tcp(55_555, port, RST, 8, 0));
      } else if (port % 5 == 0) {
        replay.add(out().tcp(port, 55_555, RST | ACK, 0, 8));
      }
    }
    assertGolden("scan", replay);
  }

  @Test
  void shouldRecordDnsExchanges() throws IOException {
    ReplayFixture replay = replay();
    for (int i = 0; i < 3; i++) {
      replay.add(out().udp(5353, 53).payloadOf(33));
      replay.after(12).add(in().udp(53, 5353).payloadOf(200 + i));
    }
    replay.add(out().udp(5354, 53).payloadOf(40));
    assertGolden("dns", replay);
  }

  private static void pings(ReplayFixture replay) {
    for (int i = 0; i < 3; i++) {
      replay.add(out().icmp(8, 0).payloadOf(56));
      replay.add(in().icmp(0, 0).payloadOf(56));
      replay.after(998);
    }
    replay.add(
        FrameBuilder.ethernet()
            .ipv4("192.0.2.1", VM)
            .icmp(3, 3)
            .payload(FrameBuilder.raw().ipv4(VM, WEB).udp(999, 53).build()));
    String[] hosts = {"fe80::5", "ff02::1:ff00:7"};
    replay.add(FrameBuilder.ethernet().ipv6(hosts[0], hosts[1]).icmpv6(135, 0).payloadOf(16));
  }

  @Test
  void shouldRecordPingsAndErrorsByTypeAndCode() throws IOException {
    ReplayFixture replay = replay();
    pings(replay);
    assertGolden("ping", replay);
  }

  @Test
  void shouldRecordPingsMergedWhenNobodyAsksForTypes() throws IOException {
    ReplayFixture replay = replay();
    replay.fields =
        List.of("protocol", "src_addr", "dst_addr", "src_port", "packets", "bytes", "initiator");
    pings(replay);
    assertGolden("ping-merged", replay);
  }

  @Test
  void shouldRecordIpv6BehindExtensionHeaders() throws IOException {
    ReplayFixture replay = replay();
    String vm = "2001:db8::5";
    String web = "2001:db8:80::1";
    replay
        .add(FrameBuilder.ethernet().ipv6(vm, web).hopByHop().tcp(40_002, 443, SYN, 1, 0))
        .add(FrameBuilder.ethernet().ipv6(web, vm).tcp(443, 40_002, SYN | ACK, 5, 2))
        .add(
            FrameBuilder.ethernet()
                .ipv6(vm, web)
                .hopByHop()
                .routing()
                .destinationOptions()
                .tcp(40_002, 443, ACK, 2, 6)
                .payloadOf(10))
        .add(FrameBuilder.ethernet().ipv6(vm, web).authentication().udp(500, 500).payloadOf(30))
        .add(
            FrameBuilder.ethernet()
                .ipv6(vm, web)
                .fragmentHeader(0, true, 7)
                .udp(1, 2)
                .payloadOf(64))
        .add(
            FrameBuilder.ethernet()
                .ipv6(vm, web)
                .fragmentHeader(72, false, 7)
                .protocol(17)
                .payloadOf(9))
        .add(FrameBuilder.ethernet().ipv6(vm, web).protocol(59));
    assertGolden("ipv6-extension-headers", replay);
  }

  @Test
  void shouldRecordFragmentsWithTheirFirstOne() throws IOException {
    ReplayFixture replay = replay();
    replay
        .add(out().id(1).fragment(0, true).udp(3000, 2049).payloadOf(1472))
        .add(out().id(1).fragment(1480, true).protocol(17).payloadOf(1480))
        .add(out().id(1).fragment(2960, false).protocol(17).payloadOf(100))
        .add(out().id(2).fragment(1480, false).protocol(17).payloadOf(50))
        .add(out().id(3).fragment(0, true).icmp(8, 0).payloadOf(1472))
        .add(out().id(3).fragment(1480, false).protocol(1).payloadOf(20));
    assertGolden("fragments", replay);
    assertEquals(3, replay.counters.get(AgentCounter.FRAGMENTS_JOINED));
    assertEquals(1, replay.counters.get(AgentCounter.FRAGMENTS_ORPHANED));
  }

  @Test
  void shouldRecordWhatVlansAndQinqCarry() throws IOException {
    ReplayFixture replay = replay();
    replay
        .add(FrameBuilder.ethernet().vlan(10).ipv4(VM, WEB).udp(6000, 53).payloadOf(10))
        .add(FrameBuilder.ethernet().vlan(20).ipv4(VM, WEB).udp(6000, 53).payloadOf(10))
        .add(FrameBuilder.ethernet().vlan(10).ipv4(WEB, VM).udp(53, 6000).payloadOf(90))
        .add(FrameBuilder.ethernet().vlan(0x88a8, 5).vlan(10).ipv4(VM, WEB).udp(6001, 53))
        .add(FrameBuilder.ethernet().vlan(30).ipv6("2001:db8::5", "2001:db8::6").udp(7, 8))
        .add(FrameBuilder.ethernet().vlan(10).arp(VM, WEB));
    assertGolden("vlan", replay);
    assertEquals(1, replay.counters.get(AgentCounter.FRAMES_NOT_IP));
  }

  @Test
  void shouldRecordTunnelsByTheirOuterHeader() throws IOException {
    ReplayFixture replay = replay();
    byte[] inner = FrameBuilder.ethernet().ipv4("172.16.0.1", "172.16.0.2").tcp(1, 2, SYN).build();
    replay
        .add(out().ipv4("172.16.0.1", "172.16.0.2").tcp(1, 2, SYN))
        .add(out().ipv6("2001:db8::1", "2001:db8::2").tcp(1, 2, SYN))
        .add(
            out().protocol(47).payload((byte) 0, (byte) 0, (byte) 0x65, (byte) 0x58).payload(inner))
        .add(out().udp(50_000, 4789).payload(new byte[8]).payload(inner))
        .add(out().protocol(50).payloadOf(40));
    assertGolden("tunnels", replay);
  }

  @Test
  void shouldRecordOtherLayer4Protocols() throws IOException {
    ReplayFixture replay = replay();
    replay
        .add(out().sctp(5000, 38_412).payloadOf(20))
        .add(in().sctp(38_412, 5000).payloadOf(20))
        .add(out().portsOf(33, 1, 2))
        .add(out().portsOf(136, 3, 4))
        .add(out().protocol(89).payloadOf(44))
        .add(FrameBuilder.ethernet().ipv4(VM, "239.1.1.1").udp(1234, 5678).payloadOf(10));
    assertGolden("other-protocols", replay);
  }

  @Test
  void shouldCutIntervalsByPacketTime() throws IOException {
    ReplayFixture replay = replay();
    replay.intervalUnitNs = MINUTE_NS;
    replay.partitionPeriod = "HOUR";
    replay
        .add(out().tcp(40_003, 443, SYN, 1, 0))
        .add(in().tcp(443, 40_003, SYN | ACK, 5, 2))
        .add(out().tcp(40_003, 443, ACK, 2, 6))
        .add(out().udp(5353, 53))
        .after(60_000)
        .add(out().tcp(40_003, 443, PSH | ACK, 2, 6).payloadOf(100))
        .after(180_000)
        .add(in().tcp(443, 40_003, RST | ACK, 6, 102));
    SortedMap<String, byte[]> files = replay.run();
    String folderOfHour = "2026/01/02/03/11111111-1111-4111-8111-111111111111_2026-01-02T03:0";
    assertEquals(
        List.of(
            folderOfHour + "4:00_host-1.csv",
            folderOfHour + "5:00_host-1.csv",
            folderOfHour + "6:00_host-1.csv",
            folderOfHour + "7:00_host-1.csv",
            folderOfHour + "8:00_host-1.csv"),
        List.copyOf(files.keySet()));
    Golden.assertSame("intervals", List.copyOf(files.values()));
  }

  @Test
  void shouldGoOnInPartsBeyondTheRowLimit() throws IOException {
    ReplayFixture replay = replay();
    replay.rowsPerFile = 4;
    for (int i = 0; i < 10; i++) {
      replay.add(out().udp(7000 + i, 53));
    }
    SortedMap<String, byte[]> files = replay.run();
    String start = "2026/01/02/" + NAME + "05_host-1_part";
    assertEquals(
        List.of(start + "1.csv", start + "2.csv", start + "3.csv"), List.copyOf(files.keySet()));
    Golden.assertSame("parts", List.copyOf(files.values()));
  }

  @Test
  void shouldSayThatNobodyKnowsWhatWasDropped() throws IOException {
    ReplayFixture replay = replay();
    replay.filter = TrafficFilter.DROP;
    webConversation(replay, 40_000);
    Golden.assertSame("nothing-known", List.copyOf(replay.run().values()));
    assertEquals(11, replay.counters.get(AgentCounter.PACKETS));
  }

  @Test
  void shouldRecordTheTrafficOfTwoPortsAtBoth() throws IOException {
    String one = "02:00:00:00:00:01";
    String two = "02:00:00:00:00:02";
    ReplayFixture replay = replay();
    replay.ports =
        Ports.of(List.of(ReplayFixture.port(1, one, VM), ReplayFixture.port(2, two, "10.0.0.6")));
    replay
        .add(FrameBuilder.ethernet(one, two).ipv4(VM, "10.0.0.6").tcp(4000, 22, SYN, 1, 0))
        .add(FrameBuilder.ethernet(two, one).ipv4("10.0.0.6", VM).tcp(22, 4000, SYN | ACK, 8, 2))
        .add(FrameBuilder.ethernet(one, two).ipv4(VM, "10.0.0.6").tcp(4000, 22, ACK, 2, 9))
        .add(FrameBuilder.ethernet(one, "02:00:00:00:00:ff").ipv4(VM, WEB).udp(5000, 53))
        .add(FrameBuilder.ethernet("02:00:00:00:00:ff", one).ipv4(WEB, VM).udp(53, 5000));
    assertGolden("two-ports", replay);
  }

  @Test
  void shouldFoldWhatFindsTheTableFull() throws IOException {
    ReplayFixture replay = replay();
    replay.tableSize = new TableSize(64, 1, 20260201);
    for (int i = 0; i < 300; i++) {
      replay.add(in().tcp(10_000 + i, 80 + i % 3, SYN, 1, 0));
    }
    assertGolden("folding", replay);
    long folded = replay.counters.get(AgentCounter.PACKETS_FOLDED);
    long connections = replay.counters.get(AgentCounter.CONNECTIONS);
    assertEquals(300, folded + connections);
  }
}
