package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.KeyedHash;
import io.flowlog.agent.flow.TcpState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowMergerTest {
  private static final int MODEL_ROUNDS = 12;

  /** What tells two rows apart, spelled out. */
  private record Key(List<Long> parts) {}

  private static final class Sum {
    long packets;
    long bytes;
    long firstNs = Long.MAX_VALUE;
    long lastNs = Long.MIN_VALUE;
    int tcpFlag;
    int tcpFlagsAll;
    List<Integer> ofTheLast = List.of();
  }

  private final byte[] data = new byte[FlowRecord.BYTES_MAX];
  private final FlowRecord row = new FlowRecord().at(data, 0);
  private final RowMerger merger = new RowMerger(20260128);

  private static Key keyOf(FlowRecord row) {
    boolean ipv6 = row.ipVersion() == 6;
    boolean icmp = (row.known() & FlowRecord.ICMP_KNOWN) != 0;
    return new Key(
        List.of(
            (long) row.portIndex(),
            (long) row.ipVersion(),
            (long) row.protocol(),
            (long) row.direction(),
            (long) row.verdict(),
            (long) row.sourcePort(),
            (long) row.destinationPort(),
            icmp ? (long) row.icmpType() : -1L,
            icmp ? (long) row.icmpCode() : -1L,
            ipv6 ? row.source6High() : row.source4(),
            ipv6 ? row.source6Low() : 0,
            ipv6 ? row.destination6High() : row.destination4(),
            ipv6 ? row.destination6Low() : 0));
  }

  /** Makes a row out of few values, so that many are the same, or differ in one thing only. */
  private void makeRow(Random random) {
    int ipVersion = random.nextBoolean() ? 6 : 4;
    int known = random.nextBoolean() ? FlowRecord.ICMP_KNOWN : 0;
    known |= random.nextInt(4) * FlowRecord.INITIATOR_KNOWN;
    long firstNs = random.nextInt(1000);
    row.kind(ipVersion, random.nextInt(2), random.nextInt(8) / 7, FlowRecord.OK)
        .portIndex(random.nextInt(2))
        .protocol(random.nextBoolean() ? 1 : 6, known)
        .ports(random.nextInt(2), random.nextInt(3))
        .icmp(random.nextInt(2), random.nextInt(2))
        .tcp(1 << random.nextInt(5), 1 << random.nextInt(8), random.nextInt(5), random.nextInt(4))
        .setupUs(random.nextInt(100) - 1)
        .times(firstNs, firstNs + random.nextInt(1000))
        .counts(1 + random.nextInt(9), random.nextInt(9000));
    if (ipVersion == 6) {
      row.source6(random.nextInt(2), random.nextInt(2)).destination6(random.nextInt(2), 7);
    } else {
      row.addresses4(random.nextInt(3), random.nextInt(3));
    }
  }

  private void addTo(Map<Key, Sum> model) {
    Sum sum = model.computeIfAbsent(keyOf(row), key -> new Sum());
    sum.packets += row.packets();
    sum.bytes += row.bytes();
    sum.tcpFlag |= row.tcpFlag();
    sum.tcpFlagsAll |= row.tcpFlagsAll();
    sum.firstNs = Math.min(sum.firstNs, row.firstNs());
    if (row.lastNs() >= sum.lastNs) {
      sum.lastNs = row.lastNs();
      sum.ofTheLast = List.of(row.known(), row.tcpState(), row.endReason(), row.setupUs());
    }
  }

  private static void assertSum(Sum sum, FlowRecord merged) {
    assertEquals(sum.packets, merged.packets());
    assertEquals(sum.bytes, merged.bytes());
    assertEquals(sum.firstNs, merged.firstNs());
    assertEquals(sum.lastNs, merged.lastNs());
    assertEquals(sum.tcpFlag, merged.tcpFlag());
    assertEquals(sum.tcpFlagsAll, merged.tcpFlagsAll());
    assertEquals(
        sum.ofTheLast,
        List.of(merged.known(), merged.tcpState(), merged.endReason(), merged.setupUs()));
    assertEquals(FlowRecord.OK, merged.status());
  }

  @Test
  void shouldBeFullAtItsBoundAndLoseNothingThen() {
    RowMerger small = new RowMerger(20260128, 100 * (FlowRecord.bytesOf(4) + Long.BYTES));
    long packets = 0;
    int rows = 0;
    for (int i = 0; i < 1000; i++) {
      if (small.isFull()) {
        assertEquals(100, rowsOf(small, 100 * 3));
        rows += 100;
      }
      makeRow(new Random(i));
      row.kind(4, 0, 0, FlowRecord.OK).addresses4(i, 1).counts(3, 300);
      packets += row.packets();
      small.add(row);
    }
    assertEquals(1000, rows + rowsOf(small, packets - 3L * rows));
  }

  /** Drains; returns how many rows there were. */
  private static int rowsOf(RowMerger merger, long packets) {
    long[] found = new long[2];
    FlowRecord drained = new FlowRecord();
    merger.drain(
        (bytes, offset, length) -> {
          found[0]++;
          found[1] += drained.at(bytes, offset).packets();
        });
    assertEquals(packets, found[1]);
    return (int) found[0];
  }

  private List<byte[]> drain() {
    List<byte[]> rows = new ArrayList<>();
    merger.drain(
        (from, offset, length) -> {
          byte[] copy = new byte[FlowRecord.BYTES_MAX];
          System.arraycopy(from, offset, copy, 0, length);
          rows.add(copy);
        });
    return rows;
  }

  @Test
  void shouldAddUpLikeANaiveMap() {
    for (int round = 0; round < MODEL_ROUNDS; round++) {
      Random random = new Random(20260129 + round);
      Map<Key, Sum> model = new HashMap<>();
      for (int i = 0; i < 20_000; i++) {
        makeRow(random);
        addTo(model);
        merger.add(row);
      }
      List<byte[]> merged = drain();
      assertEquals(model.size(), merged.size());
      for (byte[] bytes : merged) {
        FlowRecord sum = new FlowRecord().at(bytes, 0);
        Sum expected = model.remove(keyOf(sum));
        assertSum(expected == null ? new Sum() : expected, sum);
      }
      assertEquals(Map.of(), model);
    }
  }

  @Test
  void shouldKeepManyRowsThatDiffer() {
    Random random = new Random(20260130);
    int rows = 100_000;
    for (int copy = 0; copy < 2; copy++) {
      for (int i = 0; i < rows; i++) {
        makeRow(random);
        row.kind(4, 0, 0, 0).protocol(6, 0).portIndex(0).ports(80, 80);
        row.addresses4(i, -i).counts(1, i).times(i, i);
        merger.add(row);
      }
    }
    List<byte[]> merged = drain();
    assertEquals(rows, merged.size());
    for (int i = 0; i < rows; i++) {
      FlowRecord sum = new FlowRecord().at(merged.get(i), 0);
      assertEquals(i, sum.source4(), "rows come in the order of their first");
      assertEquals(2, sum.packets());
      assertEquals(2L * i, sum.bytes());
    }
  }

  @Test
  void shouldForgetWhatItHandedOver() {
    makeRow(new Random(1));
    row.counts(5, 500);
    merger.add(row);
    assertEquals(1, drain().size());
    assertEquals(0, drain().size());
    merger.add(row);
    List<byte[]> again = drain();
    assertEquals(1, again.size());
    assertEquals(5, new FlowRecord().at(again.get(0), 0).packets());
  }

  /** Makes a TCP row of IPv4 that says where its connection stands. */
  private FlowRecord tcp(TcpState state, long lastNs, long packets) {
    return row.kind(4, 1, FlowRecord.ACCEPT, FlowRecord.OK)
        .portIndex(1)
        .protocol(6, FlowRecord.SOURCE_PORT_KNOWN)
        .ports(80, 81)
        .icmp(0, 0)
        .tcp(0, 0, state.ordinal(), 0)
        .setupUs(5)
        .times(lastNs, lastNs)
        .counts(packets, packets * 100)
        .dropPoint(0)
        .audience(FlowRecord.FOR_ALL_TRAFFIC)
        .expiresNs(lastNs + 100)
        .addresses4(1, 2);
  }

  private FlowRecord loss(int known, long firstNs, long lostPackets) {
    return row.kind(0, 0, 0, FlowRecord.SKIPDATA)
        .portIndex(1)
        .protocol(0, known)
        .ports(0, 0)
        .icmp(0, 0)
        .times(firstNs, firstNs + 10)
        .counts(0, 0)
        .audience(FlowRecord.FOR_EVERYBODY)
        .lostPackets(lostPackets);
  }

  /** Drains; returns the rows as of a time. */
  private List<FlowRecord> settled(long endNs) {
    List<FlowRecord> rows = new ArrayList<>();
    merger.drainSettled(
        endNs,
        (from, offset, length) -> {
          byte[] copy = Arrays.copyOfRange(from, offset, offset + FlowRecord.BYTES_MAX);
          rows.add(new FlowRecord().at(copy, 0));
        });
    return rows;
  }

  @Test
  void shouldTakeStatesButNotTimesFromRowsWithoutPackets() {
    merger.add(tcp(TcpState.ESTABLISHED, 50, 3));
    merger.add(tcp(TcpState.FIN_WAIT, 90, 0));
    FlowRecord merged = settled(60).get(0);
    assertEquals(TcpState.FIN_WAIT.ordinal(), merged.tcpState());
    assertEquals(
        List.of(50L, 50L, 3L), List.of(merged.firstNs(), merged.lastNs(), merged.packets()));
    assertEquals(190, merged.expiresNs());
  }

  @Test
  void shouldTakeTimesFromTheFirstRowWithPackets() {
    merger.add(tcp(TcpState.ESTABLISHED, 50, 0));
    merger.add(tcp(TcpState.FIN_WAIT, 90, 2));
    FlowRecord merged = settled(60).get(0);
    assertEquals(
        List.of(90L, 90L, 2L), List.of(merged.firstNs(), merged.lastNs(), merged.packets()));
  }

  @Test
  void shouldLeaveOutWhatHasNoPacketsInTheInterval() {
    merger.add(tcp(TcpState.ESTABLISHED, 50, 0));
    merger.add(tcp(TcpState.ESTABLISHED, 90, 0));
    assertEquals(0, settled(100).size());

    merger.add(tcp(TcpState.ESTABLISHED, 50, 0));
    assertEquals(1, drain().size(), "who only merges a slice keeps it");
  }

  @Test
  void shouldBelieveTheLaterSliceWhateverItsPacketsTimes() {
    merger.startSlice(0);
    merger.add(tcp(TcpState.SYN_SENT, 59, 1));
    merger.startSlice(60);
    merger.add(tcp(TcpState.ESTABLISHED, 58, 1));
    FlowRecord merged = settled(120).get(0);
    assertEquals(TcpState.ESTABLISHED.ordinal(), merged.tcpState());
    assertEquals(List.of(58L, 59L), List.of(merged.firstNs(), merged.lastNs()));
  }

  @Test
  void shouldEndConnectionsThatAreSilentWhenTheIntervalEnds() {
    merger.add(tcp(TcpState.ESTABLISHED, 50, 1));
    FlowRecord alive = settled(150).get(0);
    assertEquals(EndReason.NONE.ordinal(), alive.endReason());
    merger.add(tcp(TcpState.TIME_WAIT, 50, 1));
    FlowRecord silent = settled(151).get(0);
    assertEquals(EndReason.TIMEOUT.ordinal(), silent.endReason());
    assertEquals(TcpState.CLOSED.ordinal(), silent.tcpState());
    merger.add(row.tcp(0, 0, TcpState.TIME_WAIT.ordinal(), EndReason.FIN.ordinal()).expiresNs(7));
    FlowRecord closed = settled(151).get(0);
    assertEquals(EndReason.FIN.ordinal(), closed.endReason());
    assertEquals(TcpState.CLOSED.ordinal(), closed.tcpState());
  }

  @Test
  void shouldKeepTheReasonOfTheLastDrop() {
    merger.add(tcp(TcpState.NONE, 50, 1).dropPoint(3));
    merger.add(tcp(TcpState.NONE, 40, 1).dropPoint(4));
    merger.add(tcp(TcpState.NONE, 90, 0));
    assertEquals(3, settled(0).get(0).dropPoint());
  }

  @Test
  void shouldKeepAudiencesApart() {
    merger.add(tcp(TcpState.NONE, 50, 1));
    merger.add(tcp(TcpState.NONE, 50, 1).audience(FlowRecord.FOR_SETUP_ONLY));
    assertEquals(2, settled(0).size());
  }

  @Test
  void shouldAddUpLosses() {
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 60, 5));
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 0, 6));
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 0, 6).portIndex(2));
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 90, FlowRecord.UNKNOWN).portIndex(2));
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 90, 1).portIndex(2));
    List<FlowRecord> rows = settled(Long.MAX_VALUE);
    assertEquals(
        List.of(11L, (long) FlowRecord.UNKNOWN),
        rows.stream().map(FlowRecord::lostPackets).toList());
    assertEquals(List.of(0L, 70L), List.of(rows.get(0).firstNs(), rows.get(0).lastNs()));
    assertEquals(EndReason.NONE.ordinal(), rows.get(0).endReason());
  }

  @Test
  void shouldKeepGapsAsTheyAre() {
    merger.add(loss(0, 10, FlowRecord.UNKNOWN));
    merger.add(loss(0, 30, FlowRecord.UNKNOWN));
    merger.add(loss(0, 30, FlowRecord.UNKNOWN));
    merger.add(loss(FlowRecord.OF_WHOLE_INTERVAL, 30, 5));
    List<FlowRecord> rows = settled(100);
    assertEquals(List.of(10L, 30L, 30L), rows.stream().map(FlowRecord::firstNs).toList());
    assertEquals(List.of(20L, 40L, 40L), rows.stream().map(FlowRecord::lastNs).toList());
  }

  @Test
  void shouldAddUpFoldedRowsOfOneDestinationPort() {
    int known = FlowRecord.DESTINATION_PORT_KNOWN;
    for (int slice = 0; slice < 2; slice++) {
      merger.add(loss(known, 10L * slice, FlowRecord.UNKNOWN).protocol(17, known).counts(2, 200));
      merger.add(row.ports(0, 53));
      merger.add(row.kind(0, 0, FlowRecord.DROP, FlowRecord.SKIPDATA));
      merger.add(row.kind(0, 2, FlowRecord.DROP, FlowRecord.SKIPDATA));
      merger.add(loss(0, 5, FlowRecord.UNKNOWN).protocol(17, 0).counts(2, 200));
    }
    List<FlowRecord> rows = settled(100);
    assertEquals(5, rows.size(), "port 0, port 53, its drops, those of the other way, any port");
    assertEquals(List.of(4L, 4L, 4L, 4L, 4L), rows.stream().map(FlowRecord::packets).toList());
    assertEquals(List.of(0L, 20L), List.of(rows.get(0).firstNs(), rows.get(0).lastNs()));
  }

  @Test
  void shouldHashRowsAlikeThatMayBeTheSame() {
    KeyedHash hash = new KeyedHash(3);
    Map<Key, Long> hashes = new HashMap<>();
    Random random = new Random(20260201);
    for (int i = 0; i < 20_000; i++) {
      makeRow(random);
      row.audience(random.nextInt(4));
      long hashed = RowMerger.hashOf(row, hash);
      Long before = hashes.put(keyOf(row), hashed);
      assertEquals(before == null ? hashed : before, hashed);
    }
    assertEquals(hashes.size(), new HashSet<>(hashes.values()).size(), "64 bits do not collide");
    row.kind(4, 0, 0, 0).protocol(1, FlowRecord.ICMP_KNOWN).icmp(8, 0);
    long split = RowMerger.hashOf(row, hash);
    assertNotEquals(split, RowMerger.hashOf(row.forgetIcmp(), hash));
  }
}
