package io.flowlog.agent.format;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.flow.EndReason;
import io.flowlog.agent.flow.TcpState;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.RecordBatch;
import io.flowlog.agent.record.RecordDictionary;
import java.util.List;
import java.util.Random;

/** Rows of every kind, made up: flows, folded rows, rows of nothing seen and of losses. */
final class MixedRows {
  private static final LoggingPort[] PORTS = {
    CsvFixture.FULL_PORT,
    CsvFixture.BARE_PORT,
    new LoggingPort(null, "포트", null, List.of(), "v\u00e4m", "s", null, null, "instance", null)
  };

  private final Random random;
  private final FlowRecord row = new FlowRecord();

  MixedRows(Random random) {
    this.random = random;
  }

  static RecordDictionary dictionary() {
    RecordDictionary dictionary = CsvFixture.ports(PORTS);
    dictionary.numberOfDropPoint("NETFILTER_DROP");
    dictionary.numberOfDropPoint("OVS_DROP_EXPLICIT");
    return dictionary;
  }

  /** Makes so many rows. */
  RecordBatch batch(int rows) {
    RecordBatch batch = new RecordBatch((rows + 1) * FlowRecord.BYTES_MAX);
    for (int i = 0; i < rows; i++) {
      append(batch);
    }
    return batch;
  }

  private void append(RecordBatch batch) {
    int kind = random.nextInt(20);
    row.at(batch.data(), batch.usedBytes());
    if (kind == 0) {
      withoutTraffic();
    } else if (kind == 1) {
      flow(0, FlowRecord.SKIPDATA);
      row.counts(1 + random.nextInt(100), random.nextInt(10_000)).lostPackets(FlowRecord.UNKNOWN);
    } else if (kind < 15) {
      flow(4, FlowRecord.OK);
      row.addresses4(random.nextInt(), random.nextInt() >>> random.nextInt(32));
    } else {
      flow(6, FlowRecord.OK);
      row.source6(random.nextLong(), random.nextInt()).destination6(0, random.nextInt(3));
    }
    batch.append(row.rowBytes());
  }

  private void withoutTraffic() {
    boolean isLoss = random.nextBoolean();
    row.portIndex(random.nextInt(PORTS.length)).dropPoint(0).icmp(0, 0).times(timeNs(), timeNs());
    CsvFixture.makeEmpty(
        row,
        isLoss ? FlowRecord.SKIPDATA : FlowRecord.NODATA,
        isLoss && random.nextBoolean() ? random.nextInt(1000) : FlowRecord.UNKNOWN);
  }

  private void flow(int ipVersion, int status) {
    long firstNs = timeNs();
    int verdict = random.nextInt(2);
    row.kind(ipVersion, random.nextInt(Direction.values().length), verdict, status)
        .portIndex(random.nextInt(PORTS.length))
        .protocol(random.nextInt(4) == 0 ? random.nextInt(256) : 6, random.nextInt(32))
        .ports(random.nextInt(65_536), random.nextInt(65_536))
        .icmp(random.nextInt(256), random.nextInt(256))
        .tcp(
            random.nextInt(24),
            random.nextInt(256),
            random.nextInt(TcpState.values().length),
            random.nextInt(EndReason.values().length))
        .setupUs(random.nextInt(3) == 0 ? FlowRecord.UNKNOWN : random.nextInt(1_000_000))
        .times(firstNs, firstNs + random.nextInt(60_000) * 1_000_000L)
        .counts(random.nextLong() >>> (1 + random.nextInt(63)), random.nextLong() >>> 2)
        .dropPoint(verdict == FlowRecord.DROP ? random.nextInt(3) : 0);
  }

  private long timeNs() {
    return 1_700_000_000_000_000_000L + random.nextInt(600_000) * 1_000_001L;
  }
}
