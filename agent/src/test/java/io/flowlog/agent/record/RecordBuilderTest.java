package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.flow.ConnectionTable;
import io.flowlog.agent.flow.CutTarget;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.IntervalSchedule;
import io.flowlog.agent.flow.OverflowView;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.metrics.CounterSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordBuilderTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final String VM = "10.0.0.5";
  private static final String PEER = "192.0.2.7";
  private static final int PORTS_KNOWN =
      FlowRecord.SOURCE_PORT_KNOWN | FlowRecord.DESTINATION_PORT_KNOWN;
  private static final int OPENER = FlowRecord.INITIATOR_KNOWN | FlowRecord.INITIATOR;

  private final CollectingSink sink = new CollectingSink();
  private final PacketBatch packets = new PacketBatch(4);
  private long nowNs = SECOND_NS;
  private boolean splitIcmp = true;
  private @Nullable ConnectionTable table;

  private @Nullable RecordBuilder builder;

  private RecordBuilder builder() {
    RecordBatch batch = new RecordBatch(5 * FlowRecord.BYTES_MAX);
    builder = new RecordBuilder(sink, batch, splitIcmp, 20260131);
    return builder;
  }

  private ConnectionTable table() {
    if (table == null) {
      CutTarget target = new CutTarget(builder(), new CounterSet());
      IntervalSchedule schedule = IntervalSchedule.whole();
      table =
          new ConnectionTable(
              TableSize.growing(1 << 20, 1), FlowConfig.Timeouts.defaults(), schedule, target);
      table.addPort(0);
    }
    return table;
  }

  private void packet(FrameBuilder builder) {
    Frame frame = builder.toFrame(nowNs);
    new FrameDecoder().decode(frame, packets);
    table().apply(packets);
    packets.clear();
    nowNs += SECOND_NS;
  }

  private static FrameBuilder out() {
    return FrameBuilder.ethernet().ipv4(VM, PEER);
  }

  private static FrameBuilder in() {
    return FrameBuilder.ethernet().ipv4(PEER, VM);
  }

  private List<FlowRecord> rows() {
    table().finish();
    return sink.rows;
  }

  @Test
  void shouldMakeARowPerDirection() {
    packet(out().udp(5000, 53).payloadOf(20));
    packet(in().udp(53, 5000).payloadOf(100));
    packet(out().udp(5000, 53).payloadOf(20));
    List<FlowRecord> rows = rows();
    assertEquals(2, rows.size());
    FlowRecord asked = rows.get(0);
    assertEquals(4, asked.ipVersion());
    assertEquals(0x0a00_0005, asked.source4());
    assertEquals(0xc000_0207, asked.destination4());
    assertEquals(List.of(5000, 53), List.of(asked.sourcePort(), asked.destinationPort()));
    assertEquals(List.of(2L, 96L), List.of(asked.packets(), asked.bytes()));
    assertEquals(List.of(SECOND_NS, 3 * SECOND_NS), List.of(asked.firstNs(), asked.lastNs()));
    assertEquals(PORTS_KNOWN | OPENER, asked.known());
    assertEquals(FlowRecord.UNKNOWN, asked.setupUs());
    FlowRecord answered = rows.get(1);
    assertEquals(0xc000_0207, answered.source4());
    assertEquals(0x0a00_0005, answered.destination4());
    assertEquals(List.of(53, 5000), List.of(answered.sourcePort(), answered.destinationPort()));
    assertEquals(List.of(1L, 128L), List.of(answered.packets(), answered.bytes()));
    assertEquals(PORTS_KNOWN | FlowRecord.INITIATOR_KNOWN, answered.known());
  }

  @Test
  void shouldMakeNoRowOfASilentDirection() {
    packet(out().udp(5000, 53));
    assertEquals(1, rows().size());
  }

  @Test
  void shouldKeepAllBitsOfIpv6Addresses() {
    packet(FrameBuilder.ethernet().ipv6("2001:db8::ff00:1:2", "fe80::1").udp(1, 65_535));
    FlowRecord row = rows().get(0);
    assertEquals(6, row.ipVersion());
    assertEquals(0x2001_0db8_0000_0000L, row.source6High());
    assertEquals(0x0000_ff00_0001_0002L, row.source6Low());
    assertEquals(0xfe80_0000_0000_0000L, row.destination6High());
    assertEquals(1L, row.destination6Low());
    assertEquals(65_535, row.destinationPort());
  }

  @Test
  void shouldShowTcpFlagsByTheVendorsRule() {
    packet(out().tcp(4000, 80, FrameBuilder.SYN, 100, 0));
    packet(in().tcp(80, 4000, FrameBuilder.SYN | FrameBuilder.ACK, 500, 101));
    packet(out().tcp(4000, 80, FrameBuilder.ACK, 101, 501));
    packet(out().tcp(4000, 80, FrameBuilder.FIN | FrameBuilder.PSH | FrameBuilder.ACK, 101, 501));
    packet(in().tcp(80, 4000, FrameBuilder.FIN | FrameBuilder.ACK, 501, 102));
    List<FlowRecord> rows = rows();
    assertEquals(3, rows.get(0).tcpFlag(), "the opener: SYN and FIN");
    assertEquals(19, rows.get(1).tcpFlag(), "the answering side: SYN+ACK and FIN");
    int all = FrameBuilder.SYN | FrameBuilder.ACK | FrameBuilder.FIN;
    assertEquals(all | FrameBuilder.PSH, rows.get(0).tcpFlagsAll());
    assertEquals(all, rows.get(1).tcpFlagsAll());
    assertEquals(2_000_000, rows.get(0).setupUs());
    assertEquals(2_000_000, rows.get(1).setupUs());
  }

  @Test
  void shouldShowRstWithAckAsRst() {
    packet(in().tcp(80, 4000, FrameBuilder.RST | FrameBuilder.ACK));
    assertEquals(4, rows().get(0).tcpFlag());
  }

  @Test
  void shouldNotTakeSynAndAckOfTwoPacketsForSynAck() {
    packet(out().tcp(4000, 80, FrameBuilder.SYN, 100, 0));
    packet(out().tcp(4000, 80, FrameBuilder.ACK, 101, 501));
    packet(out().tcp(4000, 80, FrameBuilder.FIN | FrameBuilder.PSH | FrameBuilder.ACK, 101, 501));
    assertEquals(3, rows().get(0).tcpFlag());
  }

  @Test
  void shouldSayTheTcpStateOnlyOfTcp() {
    packet(out().tcp(4000, 80, FrameBuilder.SYN, 100, 0));
    packet(out().udp(4000, 80));
    List<FlowRecord> rows = rows();
    assertEquals(TcpState.SYN_SENT.ordinal(), rows.get(0).tcpState());
    assertEquals(TcpState.NONE.ordinal(), rows.get(1).tcpState());
    assertEquals(0, rows.get(1).tcpFlag());
  }

  @Test
  void shouldSplitIcmpByTypeAndCodeWhenAsked() {
    packet(out().icmp(8, 0));
    packet(in().icmp(0, 0));
    packet(in().icmp(3, 1));
    List<FlowRecord> rows = rows();
    assertEquals(3, rows.size());
    int known = PORTS_KNOWN | FlowRecord.ICMP_KNOWN | FlowRecord.INITIATOR_KNOWN;
    assertIcmp(rows.get(0), 8, 0, known | FlowRecord.INITIATOR);
    assertIcmp(rows.get(1), 0, 0, known);
    assertIcmp(rows.get(2), 3, 1, known);
  }

  private static void assertIcmp(FlowRecord row, int type, int code, int known) {
    assertEquals(List.of(type, code), List.of(row.icmpType(), row.icmpCode()));
    assertEquals(List.of(0, 0), List.of(row.sourcePort(), row.destinationPort()));
    assertEquals(known, row.known());
  }

  @Test
  void shouldMergeIcmpOfTwoAddressesOtherwise() {
    splitIcmp = false;
    packet(out().icmp(8, 0));
    packet(out().icmp(13, 0));
    packet(in().icmp(0, 0));
    packet(in().icmp(3, 1));
    List<FlowRecord> rows = rows();
    assertEquals(2, rows.size());
    assertEquals(List.of(2L, 2L), rows.stream().map(FlowRecord::packets).toList());
    for (FlowRecord row : rows) {
      assertEquals(0, row.known() & FlowRecord.ICMP_KNOWN);
      assertEquals(PORTS_KNOWN, row.known() & PORTS_KNOWN);
    }
    assertEquals(PORTS_KNOWN | OPENER, rows.get(0).known());
    assertEquals(PORTS_KNOWN | FlowRecord.INITIATOR_KNOWN, rows.get(1).known());
  }

  @Test
  void shouldNotKnowTheTypeOfALaterIcmpFragment() {
    packet(out().id(9).fragment(1480, false).protocol(1).payloadOf(100));
    FlowRecord row = rows().get(0);
    assertEquals(PORTS_KNOWN, row.known());
    assertEquals(1, row.protocol());
  }

  @Test
  void shouldMergeTheSameFiveTupleOfSeveralVlans() {
    packet(FrameBuilder.ethernet().vlan(10).ipv4(VM, PEER).udp(5000, 53));
    packet(FrameBuilder.ethernet().vlan(20).ipv4(VM, PEER).udp(5000, 53));
    packet(FrameBuilder.ethernet().vlan(20).ipv4(VM, PEER).udp(5000, 54));
    List<FlowRecord> rows = rows();
    assertEquals(2, rows.size());
    assertEquals(2, rows.get(0).packets());
    assertEquals(SECOND_NS, rows.get(0).firstNs());
    assertEquals(2 * SECOND_NS, rows.get(0).lastNs());
    assertEquals(1, rows.get(1).packets());
  }

  @Test
  void shouldMergeTaggedAndUntaggedPacketsOfOneFiveTuple() {
    packet(FrameBuilder.ethernet().ipv4(VM, PEER).udp(5000, 53));
    packet(FrameBuilder.ethernet().vlan(20).ipv4(VM, PEER).udp(5000, 53));
    List<FlowRecord> rows = rows();
    assertEquals(1, rows.size());
    assertEquals(2, rows.get(0).packets());
  }

  @Test
  void shouldMakeAFoldedRowOfAnOverflow() {
    RecordBuilder builder = builder();
    builder.onCutStart(0, 100);
    builder.onOverflow(new OverflowView(3, 1, 17, 53, 5, 9, 70, 7000, 0));
    builder.onOverflow(new OverflowView(3, 2, 17, -1, 6, 8, 30, 3000, 4));
    builder.onCutComplete();
    FlowRecord exact = sink.rows.get(0);
    assertEquals(0, exact.ipVersion());
    assertEquals(FlowRecord.SKIPDATA, exact.status());
    assertEquals(
        List.of(3, 1, 17), List.of(exact.portIndex(), exact.direction(), exact.protocol()));
    assertEquals(53, exact.destinationPort());
    assertEquals(FlowRecord.DESTINATION_PORT_KNOWN, exact.known());
    assertEquals(List.of(5L, 9L), List.of(exact.firstNs(), exact.lastNs()));
    assertEquals(List.of(70L, 7000L), List.of(exact.packets(), exact.bytes()));
    assertEquals(FlowRecord.UNKNOWN, exact.lostPackets());
    assertEquals(FlowRecord.UNKNOWN, exact.setupUs());
    assertEquals(FlowRecord.ACCEPT, exact.verdict());
    assertEquals(0, sink.rows.get(1).known(), "a row of many ports knows none");
    assertEquals(FlowRecord.DROP, sink.rows.get(1).verdict());
    assertEquals(4, sink.rows.get(1).dropPoint());
    assertEquals(100, sink.packets);
  }

  @Test
  void shouldAccountForEveryPacketOfTheInterval() {
    splitIcmp = false;
    for (int i = 0; i < 100; i++) {
      packet(out().udp(5000 + i % 30, 53));
      packet(in().icmp(i % 3, 0));
      packet(FrameBuilder.ethernet().vlan(1 + i % 2).ipv4(VM, PEER).udp(6000, 53));
    }
    List<FlowRecord> rows = rows();
    assertEquals(300, sink.packets);
    assertEquals(300, rows.stream().mapToLong(FlowRecord::packets).sum());
    assertEquals(30 + 1 + 1, rows.size());
  }

  @Test
  void shouldPassOnRowsInBatchesThatFit() {
    for (int i = 0; i < 100; i++) {
      packet(FrameBuilder.ethernet().ipv6("2001:db8::1", "2001:db8::2").udp(i + 1, 53));
    }
    assertEquals(100, rows().size());
    // room for 5 of the longest rows is room for 6 of these, and no more until the batch is passed
    // on
    assertEquals((100 + 5) / 6, sink.batches);
  }

  @Test
  void shouldLetTheSinksFailureThrough() {
    IOException failure = new IOException("the disk is full");
    for (int calls = 0; calls < 3; calls++) {
      sink.callsUntilFailure = calls;
      sink.failure = failure;
      RecordBuilder builder = builder();
      UncheckedIOException e =
          assertThrows(
              UncheckedIOException.class,
              () -> {
                builder.onCutStart(0, 100);
                builder.onOverflow(new OverflowView(0, 0, 17, 53, 5, 9, 70, 7000, 0));
                builder.onCutComplete();
              });
      assertSame(failure, e.getCause());
    }
  }

  private void handshakeAndData() {
    packet(out().tcp(4000, 80, FrameBuilder.SYN, 100, 0));
    packet(in().tcp(80, 4000, FrameBuilder.SYN | FrameBuilder.ACK, 500, 101));
    packet(out().tcp(4000, 80, FrameBuilder.ACK, 101, 501));
    packet(out().tcp(4000, 80, FrameBuilder.PSH | FrameBuilder.ACK, 101, 501));
  }

  @Test
  void shouldMakeARowOfItsOwnForSetUpThatIsNotAll() {
    table().collectSetup(true);
    handshakeAndData();
    List<FlowRecord> rows = rows();
    assertEquals(
        List.of(FlowRecord.FOR_ALL_TRAFFIC, FlowRecord.FOR_SETUP_ONLY, FlowRecord.FOR_EVERYBODY),
        rows.stream().map(FlowRecord::audience).toList());
    assertEquals(List.of(3L, 2L, 1L), rows.stream().map(FlowRecord::packets).toList());
    assertEquals(
        List.of(4 * SECOND_NS, 3 * SECOND_NS), List.of(rows.get(0).lastNs(), rows.get(1).lastNs()));
    assertEquals(FrameBuilder.SYN | FrameBuilder.ACK, rows.get(1).tcpFlagsAll());
    assertEquals(4, sink.packets, "a packet counts once, whoever wants it");
  }

  @Test
  void shouldMakeRowsForEverybodyWhenNobodyAsksForSetUp() {
    handshakeAndData();
    for (FlowRecord row : rows()) {
      assertEquals(FlowRecord.FOR_EVERYBODY, row.audience());
    }
  }

  @Test
  void shouldNotMakeARowForSetUpOfWhichThereIsNone() {
    table().collectSetup(true);
    packet(out().tcp(4000, 80, FrameBuilder.ACK, 101, 501));
    List<FlowRecord> rows = rows();
    assertEquals(1, rows.size());
    assertEquals(FlowRecord.FOR_ALL_TRAFFIC, rows.get(0).audience());
  }

  @Test
  void shouldMergeSetUpOfVlansWithItsLike() {
    table().collectSetup(true);
    packet(FrameBuilder.ethernet().vlan(10).ipv4(VM, PEER).tcp(1, 2, FrameBuilder.SYN));
    packet(FrameBuilder.ethernet().vlan(20).ipv4(VM, PEER).tcp(1, 2, FrameBuilder.ACK));
    List<FlowRecord> rows = rows();
    assertEquals(
        List.of(FlowRecord.FOR_ALL_TRAFFIC, FlowRecord.FOR_SETUP_ONLY),
        rows.stream().map(FlowRecord::audience).toList());
    assertEquals(List.of(2L, 1L), rows.stream().map(FlowRecord::packets).toList());
  }

  private static DropReport drop(long packets) {
    DropReport drop = new DropReport();
    drop.direction = Direction.INGRESS;
    drop.sourceLow = 0xc000_0207L;
    drop.destinationLow = 0x0a00_0005L;
    drop.protocol = 6;
    drop.sourcePort = 80;
    drop.destinationPort = 4000;
    drop.tcpFlags = FrameBuilder.SYN;
    drop.packets = packets;
    drop.bytes = packets * 60;
    drop.firstNs = 7 * SECOND_NS;
    drop.lastNs = 8 * SECOND_NS;
    drop.dropPoint = 12;
    return drop;
  }

  @Test
  void shouldMakeARowOfDroppedPackets() {
    table().collectSetup(true);
    table().apply(drop(3));
    List<FlowRecord> rows = rows();
    assertEquals(1, rows.size());
    FlowRecord row = rows.get(0);
    assertEquals(FlowRecord.DROP, row.verdict());
    assertEquals(12, row.dropPoint());
    assertEquals(FlowRecord.FOR_EVERYBODY, row.audience());
    assertEquals(Direction.INGRESS.ordinal(), row.direction());
    assertEquals(List.of(3L, 180L), List.of(row.packets(), row.bytes()));
    assertEquals(List.of(7 * SECOND_NS, 8 * SECOND_NS), List.of(row.firstNs(), row.lastNs()));
    assertEquals(FrameBuilder.SYN, row.tcpFlag());
    assertEquals(PORTS_KNOWN | OPENER, row.known());
    assertEquals(TcpState.SYN_SENT.ordinal(), row.tcpState());
    assertEquals(3, sink.packets);
  }

  @Test
  void shouldSayWhereASilentSideStandsWhenAsked() {
    table();
    Objects.requireNonNull(builder).keepStates(true);
    packet(out().udp(5000, 53));
    table().apply(drop(1));
    table().cutAt(10 * SECOND_NS);
    packet(in().udp(53, 5000));
    packet(FrameBuilder.ethernet().ipv4(PEER, VM).tcp(80, 4000, FrameBuilder.ACK));
    List<FlowRecord> rows = rows();
    FlowRecord silent = rows.get(1);
    assertEquals(List.of(0L, 0L), List.of(silent.packets(), silent.bytes()));
    assertEquals(53, silent.sourcePort());
    assertEquals(List.of(SECOND_NS, SECOND_NS), List.of(silent.firstNs(), silent.lastNs()));
    assertEquals(31 * SECOND_NS, silent.expiresNs());
    assertEquals(FlowRecord.FOR_EVERYBODY, silent.audience());
    List<FlowRecord> dropped =
        rows.stream().filter(row -> row.verdict() == FlowRecord.DROP).toList();
    assertEquals(List.of(1L, 0L), dropped.stream().map(FlowRecord::packets).toList());
  }

  @Test
  void shouldCountLossesInTheSliceThatRuns() {
    table();
    RecordBuilder losing = Objects.requireNonNull(builder);
    packet(out().udp(5000, 53));
    losing.lost(0, 5);
    losing.lost(3, FlowRecord.UNKNOWN);
    losing.lost(0, 6);
    table().cutAt(10 * SECOND_NS);
    losing.lost(0, 100);
    losing.gap(4, 3, 9);
    losing.lost(5, 1);
    losing.gap(5, 3, 9);
    losing.forgetLosses(5);
    List<FlowRecord> rows = rows();

    assertEquals(4, rows.get(0).ipVersion());
    assertLoss(rows.get(1), 0, 11, SECOND_NS, 10 * SECOND_NS);
    assertLoss(rows.get(2), 3, FlowRecord.UNKNOWN, SECOND_NS, 10 * SECOND_NS);
    assertLoss(rows.get(3), 0, 100, 10 * SECOND_NS, 10 * SECOND_NS + 1);
    assertEquals(FlowRecord.OF_WHOLE_INTERVAL, rows.get(3).known());
    assertLoss(rows.get(4), 4, FlowRecord.UNKNOWN, 3, 9);
    assertEquals(0, rows.get(4).known());
    assertEquals(5, rows.size());
  }

  @Test
  void shouldNotCountAsLostWhatIsInRowsOfDropsAndSaySoWhereThatIsMore() {
    table();
    RecordBuilder losing = Objects.requireNonNull(builder);
    long endNs = 10 * SECOND_NS;
    losing.lost(0, 5);
    losing.lost(1, 5);
    losing.lost(2, 5);
    losing.lost(3, FlowRecord.UNKNOWN);
    losing.onCutStart(SECOND_NS, endNs);
    losing.onDroppedUnseen(0, 2);
    losing.onDroppedUnseen(0, 3);
    losing.onDroppedUnseen(1, 6);
    losing.onDroppedUnseen(3, 1);
    losing.onDroppedUnseen(4, 1);
    losing.onCutComplete();
    losing.onCutStart(endNs, endNs + 1);
    losing.onCutComplete();
    List<FlowRecord> rows = rows();

    assertLoss(rows.get(0), 0, 0, SECOND_NS, endNs);
    assertLoss(rows.get(1), 1, FlowRecord.UNKNOWN, SECOND_NS, endNs);
    assertLoss(rows.get(2), 2, 5, SECOND_NS, endNs);
    assertLoss(rows.get(3), 3, FlowRecord.UNKNOWN, SECOND_NS, endNs);
    assertLoss(rows.get(4), 4, FlowRecord.UNKNOWN, SECOND_NS, endNs);
    assertEquals(5, rows.size());
  }

  private static void assertLoss(
      FlowRecord row, int portIndex, long lostPackets, long firstNs, long lastNs) {
    assertEquals(0, row.ipVersion());
    assertEquals(FlowRecord.SKIPDATA, row.status());
    assertEquals(FlowRecord.FOR_EVERYBODY, row.audience());
    assertEquals(List.of(0L, 0L), List.of(row.packets(), row.bytes()));
    assertEquals(List.of(portIndex, 0), List.of(row.portIndex(), row.protocol()));
    assertEquals(lostPackets, row.lostPackets());
    assertEquals(List.of(firstNs, lastNs), List.of(row.firstNs(), row.lastNs()));
  }

  /** Keeps copies of rows, and insists on the order of calls. */
  private static final class CollectingSink implements RecordSink {
    final List<FlowRecord> rows = new ArrayList<>();
    @Nullable IOException failure;
    int callsUntilFailure;
    int batches;
    long packets;
    private boolean running;

    private void call(boolean mustRun) throws IOException {
      if (failure != null && callsUntilFailure-- == 0) {
        running = false;
        throw failure;
      }
      assertEquals(mustRun, running, "a call out of order");
    }

    @Override
    public void onSliceStart(long startNs, long endNs) throws IOException {
      call(false);
      running = true;
    }

    @Override
    public void onBatch(RecordBatch batch) throws IOException {
      call(true);
      batches++;
      byte[] copy = batch.data().clone();
      int offset = 0;
      for (int i = 0; i < batch.rows(); i++) {
        FlowRecord row = new FlowRecord().at(copy, offset);
        rows.add(row);
        offset += row.rowBytes();
      }
      assertEquals(batch.usedBytes(), offset);
    }

    @Override
    public void onSliceComplete(long packets) throws IOException {
      call(true);
      running = false;
      this.packets = packets;
    }
  }
}
