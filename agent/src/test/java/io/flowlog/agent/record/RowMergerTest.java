package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
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
}
